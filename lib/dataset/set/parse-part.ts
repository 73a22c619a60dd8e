import { RefusedFileError } from '../../errors.ts';
import { firstOf, shown } from '../../text-safety.ts';
import { CsvScanner } from '../csv/csv-scanner.ts';
import { delimiterName, otherDelimiterIn } from '../csv/grammar.ts';
import { DEFAULT_LIMITS, type IngestLimits } from '../csv/limits.ts';
import { countLines } from '../csv/lines.ts';
import type { RecordReceiver } from '../csv/record-feed.ts';
import { type OpenedTable, openTable, streamRecords } from '../open-table.ts';
import type { FileSource } from '../source/file-source.ts';
import { openText, type TextSource } from '../source/open-text.ts';
import type { DatasetContract } from '../understand/contract.ts';
import { type ParsedPart, pinned, type SetPlan } from './set-plan.ts';

/**
 * Reads one part of a set from its first byte to its last, and checks that it agrees with the others.
 *
 * @throws RefusedFileError that names the part: `parts` when it does not agree, else what is wrong with it
 */
export async function parsePart(
  file: FileSource,
  plan: SetPlan,
  contract: DatasetContract | undefined,
  given: Partial<IngestLimits> = {},
): Promise<ParsedPart> {
  const limits = { ...DEFAULT_LIMITS, ...given };
  try {
    return (
      (await parseRows(file, plan, pinned(plan, contract), limits)) ??
      (await parseNothing(file, plan, contract, limits))
    );
  } catch (error) {
    if (error instanceof RefusedFileError && error.code !== 'parts') throw ofPart(file, error);
    throw error;
  }
}

/** @returns undefined when the part has no text */
async function parseRows(
  file: FileSource,
  plan: SetPlan,
  contract: DatasetContract | undefined,
  limits: IngestLimits,
): Promise<ParsedPart | undefined> {
  const tally = new TextTally();
  const table = await openIfAny(
    { openText: (rules) => tally.through(openText(file, rules)) },
    contract,
    limits,
  );
  if (!table) return undefined;
  try {
    checkAgreement(file, table, plan);
    const bodyFrom = plan.header.fields === null ? table.start.from : endOfHeader(table, limits);
    const bodyLine = linesOf(table.bytes.subarray(0, bodyFrom));
    const counter = new RowCounter();
    await streamRecords(table, counter, limits, () => undefined);
    const { sizeBytes, sha256 } = await table.text.received();
    return {
      size_bytes: sizeBytes,
      sha256,
      text_bytes: tally.sizeBytes,
      has_text: true,
      body_from: bodyFrom,
      body_line: bodyLine,
      lines: tally.lines,
      records: counter.records - (plan.header.fields === null ? 0 : 1),
      blank: counter.blank,
    };
  } finally {
    await table.text.close();
  }
}

async function openIfAny(
  file: Parameters<typeof openTable>[0],
  contract: DatasetContract | undefined,
  limits: IngestLimits,
): Promise<OpenedTable | undefined> {
  try {
    return await openTable(file, contract, limits);
  } catch (error) {
    // Spark writes a file without a byte for a partition without a row.
    if (error instanceof RefusedFileError && error.code === 'empty') return undefined;
    throw error;
  }
}

async function parseNothing(
  file: FileSource,
  plan: SetPlan,
  contract: DatasetContract | undefined,
  { fileBytes }: IngestLimits,
): Promise<ParsedPart> {
  const tally = new TextTally();
  const text = tally.through(openText(file, { ...pinned(plan, contract), fileBytes }));
  try {
    while (!(await text.chunks.next()).done);
    const { sizeBytes, sha256 } = await text.received();
    const { sizeBytes: text_bytes, lines } = tally;
    const nothing = { has_text: false, body_from: text_bytes, body_line: lines, records: 0, blank: 0 };
    return { size_bytes: sizeBytes, sha256, text_bytes, lines, ...nothing };
  } finally {
    await text.close();
  }
}

/** Counts the bytes and the lines of a text as they pass. */
class TextTally {
  sizeBytes = 0;
  #lineFeeds = 0;
  #lastByte = LF;

  get lines(): number {
    return this.#lineFeeds + (this.#lastByte === LF ? 0 : 1);
  }

  through(text: TextSource): TextSource {
    const chunks = this.#counted(text.chunks);
    return {
      chunks,
      get facts() {
        return text.facts;
      },
      get receivedBytes() {
        return text.receivedBytes;
      },
      received: () => text.received(),
      close: async () => {
        await chunks.return(undefined);
        await text.close();
      },
    };
  }

  async *#counted(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      this.sizeBytes += next.value.length;
      this.#lineFeeds += countLines(next.value);
      this.#lastByte = next.value.at(-1) ?? this.#lastByte;
      yield next.value;
    }
  }
}

const LF = 0x0a;

/** The lines of a text. The last one may not end: a header alone, for example. */
const linesOf = (text: Uint8Array) => countLines(text) + ((text.at(-1) ?? LF) === LF ? 0 : 1);

class RowCounter implements RecordReceiver {
  records = 0;
  blank = 0;

  take({ records, blanks, skipped }: CsvScanner): Promise<void> {
    this.records += records + (skipped ? 1 : 0);
    this.blank += blanks;
    return Promise.resolve();
  }
}

/** Where the record after the header begins. */
function endOfHeader({ bytes, start, dialect }: OpenedTable, limits: IngestLimits): number {
  const { grammar } = dialect;
  for (
    let at = bytes.indexOf(grammar.lineEnd, start.from);
    at >= 0;
    at = bytes.indexOf(grammar.lineEnd, at + 1)
  ) {
    // A line end within quotes ends no record.
    const scan = new CsvScanner(limits, grammar);
    const next = scan.scan(bytes, start.from, at + 1, false);
    if (scan.records > 0) return next;
  }
  return bytes.length;
}

function checkAgreement({ name }: FileSource, { text, sample, dialect }: OpenedTable, plan: SetPlan): void {
  const { format, encoding } = text.facts;
  const { fields: expected, part } = plan.header;
  const { fields, line } = sample.first;
  const differs = (what: string, wanted: string, got: string, fix: string) =>
    disagreement(name, line, `expected ${what} of ${shown(part)}, ${wanted}; got ${got}`, fix);
  if (format !== plan.text.format)
    throw differs('the format', plan.text.format, format, 'write all parts in one format');
  if (encoding !== plan.text.encoding)
    throw differs('the encoding', plan.text.encoding, encoding, 'write all parts in one encoding');
  if (
    expected === null ||
    (fields.length === expected.length && fields.every((field, i) => field === expected[i]))
  )
    return;
  const other =
    fields.length === 1 && expected.length > 1 ? otherDelimiterIn(fields[0]!, dialect.grammar) : undefined;
  if (other !== undefined)
    throw differs(
      'the delimiter',
      `a ${delimiterName(dialect.grammar)}`,
      shown(other),
      'write all parts with one delimiter',
    );
  const isReordered = fields.toSorted().join('\n') === expected.toSorted().join('\n');
  const fix = isReordered ? 'write the columns of all parts in one order' : 'give all parts the same header';
  throw differs('the header', listed(expected), listed(fields), fix);
}

const listed = (names: readonly string[]) => firstOf(names);

/** The refusal of a set for a part that does not agree with the others. */
export const disagreement = (part: string, line: number, fault: string, fix: string): RefusedFileError =>
  new RefusedFileError('parts', `the part ${shown(part)}, line ${line}: ${fault}`, {
    line,
    fix: `${fix}, and put _COMPLETE again`,
  });

function ofPart(
  { name }: FileSource,
  { code, message, line, fix, understood }: RefusedFileError,
): RefusedFileError {
  const error = new RefusedFileError(code, `the part ${shown(name)}: ${message}`, { line, fix });
  error.understood = understood;
  return error;
}

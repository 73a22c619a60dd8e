import { RefusedFileError } from '../errors.ts';
import { shown } from '../text-safety.ts';
import { CsvScanner } from './csv/csv-scanner.ts';
import { type CsvGrammar, RFC_4180 } from './csv/grammar.ts';
import type { IngestLimits } from './csv/limits.ts';
import { RecordFeed, type RecordReceiver } from './csv/record-feed.ts';
import { searchable } from './csv/searchable.ts';
import { TextWindow } from './csv/text-window.ts';
import { readingModule } from './kernels/table-kernel.ts';
import { refuseArff } from './source/file-signature.ts';
import type { FileSource } from './source/file-source.ts';
import { type JoinedFiles, openText, type TextSource } from './source/open-text.ts';
import type { Sha256 } from './source/received-bytes.ts';
import { RUN_DELIMITER } from './source/space-runs.ts';
import { readBeginning } from './understand/beginning.ts';
import type { DatasetContract } from './understand/contract.ts';
import { type Dialect, readDialect } from './understand/dialect.ts';
import { readSample, recordFields } from './understand/read-sample.ts';
import type { FirstRecord, TableSample } from './understand/table-sample.ts';
import { findTableStart, type TableStart } from './understand/table-start.ts';
import type { Understood } from './understand/understood.ts';

/** A file of any dialect whose beginning was read: how its text is written, and its first records. */
export interface OpenedTable {
  /** Close it, however the reading ends. */
  readonly text: TextSource;
  /** First bytes of the text. */
  readonly bytes: Uint8Array;
  readonly start: TableStart;
  readonly dialect: Dialect;
  readonly sample: TableSample & { readonly first: FirstRecord };
  /** Fault that ended the sample early. */
  readonly fault: RefusedFileError | undefined;
  /** Fields of the comment line directly above the table. */
  readonly comment: readonly string[] | undefined;
  /** Whether the first record is a header, if the contract or the format says. */
  readonly header: boolean | undefined;
  readonly understood: Partial<Understood>;
  /** Whether more of the file follows than can be read. */
  readonly isCut: boolean;
}

/** Rules of the text that is made of a Parquet file. */
const PARQUET_TEXT = { delimiter: ',', quote: undefined, header: true };
const WHOLE: TableStart = {
  from: 0,
  skippedLines: 0,
  saidLines: 0,
  commentAbove: undefined,
  separator: undefined,
};

/** Runs of spaces are one tab by now. */
const rulesOfText = ({ delimiter, quote, header }: DatasetContract = {}) => ({
  delimiter: delimiter === ' ' ? RUN_DELIMITER : delimiter,
  quote,
  header,
});

/**
 * Opens a file, and finds out from its beginning how its text is written.
 *
 * @param isCut whether the file is the beginning of one: its last record, which may be cut, is then not read
 * @param sha256 hashes the bytes of a text file; by default they are hashed here
 * @throws RefusedFileError when that cannot be told, with what was understood until then
 */
export async function openTable(
  file: FileSource | JoinedFiles,
  contract: DatasetContract | undefined,
  limits: IngestLimits,
  isCut = false,
  sha256?: Sha256,
): Promise<OpenedTable> {
  const text = openText(file, { ...contract, fileBytes: limits.fileBytes, sha256 });
  const understood: { -readonly [Key in keyof Understood]?: Understood[Key] } = {};
  try {
    const beginning = await readBeginning(text.chunks, limits, isCut, () => readingModule(RFC_4180));
    const { format, compression, encoding } = text.facts;
    Object.assign(understood, { format, compression, encoding });
    const { bytes, isWhole } = beginning;
    const rules = format === 'parquet' ? PARQUET_TEXT : rulesOfText(contract);
    const start = format === 'parquet' ? WHOLE : findTableStart(bytes, contract?.skip_lines);
    understood.skipped_lines = start.saidLines;
    if (start.from >= bytes.length && isWhole && beginning.fault === undefined) throw noTable(bytes, start);
    if (format === 'csv') refuseArff(bytes);
    const dialect = readDialect({ bytes, isWhole, limits }, start, rules);
    Object.assign(understood, dialectFacts(dialect, bytes, text, contract));
    const sample = readSample({ bytes, isWhole, limits }, start, dialect);
    const fault = sample.fault ? withLine(sample.fault, bytes, start) : beginning.fault;
    const { first } = sample;
    if (!first) throw fault ?? noTable(bytes, start);
    const comment = start.commentAbove && recordFields(start.commentAbove, dialect.grammar, limits);
    const { header } = rules;
    const opened = { text, bytes, start, dialect, fault, comment, header, understood, isCut };
    return { ...opened, sample: { ...sample, first } };
  } catch (error) {
    if (error instanceof RefusedFileError) error.understood = { ...understood, ...error.understood };
    await text.close();
    throw error;
  }
}

/**
 * Passes all records of an opened table to a receiver, the first one included. The first fault in the file is
 * the verdict: what arrived before the source's own fault is still read.
 *
 * @param onProgress called after each block
 * @throws RefusedFileError
 */
export async function streamRecords(
  { text, bytes, start, dialect, isCut }: OpenedTable,
  receiver: RecordReceiver,
  limits: IngestLimits,
  onProgress: () => void,
): Promise<void> {
  const feed = new RecordFeed(new CsvScanner(limits, dialect.grammar, start.skippedLines + 1), receiver);
  const window = new TextWindow(limits, feed);
  // Once the header is read, the rows can go to the memory where text is read fast.
  const rowsFrom = bytes.indexOf(dialect.grammar.lineEnd, start.from) + 1;
  await window.add(bytes.subarray(start.from, rowsFrom));
  await window.flush();
  await window.add(bytes.subarray(Math.max(start.from, rowsFrom)));
  onProgress();
  try {
    for (let next = await text.chunks.next(); !next.done; next = await text.chunks.next()) {
      await window.add(next.value);
      onProgress();
    }
  } catch (error) {
    if (error instanceof RefusedFileError) await window.flush();
    throw error;
  }
  await (isCut ? window.flush() : window.finish());
}

function dialectFacts(
  { grammar }: Dialect,
  bytes: Uint8Array,
  text: TextSource,
  contract: DatasetContract | undefined,
): Partial<Understood> {
  if (text.facts.format === 'parquet') return { delimiter: null, line_end: null };
  return {
    delimiter: contract?.delimiter ?? String.fromCharCode(grammar.delimiter),
    line_end: text.facts.lineEnd === 'cr' ? 'cr' : lineEndOf(bytes, grammar),
  };
}

function lineEndOf(bytes: Uint8Array, { lineEnd, lineEndPrefix }: CsvGrammar): 'lf' | 'crlf' | 'mixed' {
  if (!searchable(bytes).includes(lineEndPrefix)) return 'lf';
  let [alone, prefixed] = [0, 0];
  for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1))
    if (bytes[at - 1] === lineEndPrefix) prefixed++;
    else alone++;
  return prefixed === 0 ? 'lf' : alone === 0 ? 'crlf' : 'mixed';
}

/** A fault of the sample's quotes, with the line where the field began and what may mend it. */
function withLine(fault: RefusedFileError, bytes: Uint8Array, start: TableStart): RefusedFileError {
  const { code, line } = fault;
  if (code !== 'quoting' || line === undefined) return fault;
  let from = start.from;
  for (let at = start.skippedLines + 1; at < line; at++) from = bytes.indexOf(RFC_4180.lineEnd, from) + 1;
  const end = bytes.indexOf(RFC_4180.lineEnd, from);
  const text = new TextDecoder().decode(bytes.subarray(from, end < 0 ? undefined : end)).trimEnd();
  const message = `${fault.message}; the line is ${shown(text)}`;
  const fix = text.includes('\\"')
    ? 'double the quotes in fields: \\" is read as a backslash and the end of the field'
    : `if " is a character like others in this file, name a mark that it does not have: "quote": "'" in schema.json`;
  return new RefusedFileError(code, message, { line, fix });
}

function noTable(bytes: Uint8Array, start: TableStart): RefusedFileError {
  if (bytes.length === 0)
    return new RefusedFileError('empty', 'the file is empty; expected a header and rows');
  if (!bytes.includes(COMMENT) || start.skippedLines === 0)
    return new RefusedFileError('empty', 'the file holds no text; expected a header and rows');
  return new RefusedFileError(
    'empty',
    'every line begins with "#", which marks comments above a table; expected a header and rows',
    { fix: 'if these lines are rows, write a header above them that begins with something else' },
  );
}

const COMMENT = '#'.charCodeAt(0);

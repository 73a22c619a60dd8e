import { RefusedFileError } from '../errors.ts';
import { CsvScanner } from './csv/csv-scanner.ts';
import { type CsvGrammar, RFC_4180 } from './csv/grammar.ts';
import { DEFAULT_LIMITS, type IngestLimits } from './csv/limits.ts';
import { RecordFeed } from './csv/record-feed.ts';
import { TextWindow } from './csv/text-window.ts';
import type { IngestOutputs, IngestResult } from './ingest-result.ts';
import { readingModule } from './kernels/table-kernel.ts';
import type { FirstRows } from './rows/first-rows.ts';
import type { FileSource } from './source/file-source.ts';
import { openText, type TextSource } from './source/open-text.ts';
import { RUN_DELIMITER } from './source/space-runs.ts';
import { TableReader } from './table-reader.ts';
import { readBeginning } from './understand/beginning.ts';
import type { DatasetContract } from './understand/contract.ts';
import { type Dialect, readDialect, type TextBeginning } from './understand/dialect.ts';
import { ReadAgain } from './understand/late-surprises.ts';
import { type Findings, NO_FINDINGS, type PlannedTable, planTable } from './understand/plan-table.ts';
import { readSample, recordFields } from './understand/read-sample.ts';
import { findTableStart, type TableStart } from './understand/table-start.ts';
import type { IngestWarning, Understood } from './understand/understood.ts';

export interface IngestOptions {
  readonly contract?: DatasetContract | undefined;
  /** The label, if something other than the contract names it: the object's metadata, or the command line. */
  readonly label?: string | undefined;
  readonly limits?: Partial<IngestLimits>;
  /** The champion's feature order: kept when the names are the same and the contract gives none. */
  readonly featureOrder?: readonly string[] | undefined;
  /**
   * From 2 on, a table of several row groups is hashed in its own thread, with the same result. Defaults to
   * 1.
   */
  readonly threads?: number;
  /** Whether the file is the beginning of one: its last record, which may be cut, is then not read. */
  readonly isCut?: boolean;
  /** Called once for each reading with its first rows, also when the file is refused. */
  onFirstRows?(rows: FirstRows): void;
  /** Called after each block. `rows` excludes blank ones. */
  onProgress?(progress: { bytes: number; rows: number }): void;
}

/** Opens the outputs of one reading. They replace those of an earlier reading. */
export type OpenOutputs = () => IngestOutputs | Promise<IngestOutputs>;

/**
 * Maximum readings of a file. It is read again when its rest shows something new; each reading knows more, so
 * this ends.
 */
const MAX_READINGS = 8;

/**
 * Reads a table of any dialect in bounded memory. It reports what was understood, and writes good rows as
 * Parquet and bad rows as rejects.csv. The verdict does not depend on how the bytes are cut into chunks. When
 * the rest of the file contradicts its beginning, the file is read once more.
 *
 * @param file opened once for each reading; its chunks are not kept
 * @param openOutputs called once for each reading; when this throws, discard what was written, except for the
 *   rejects of a refusal
 * @throws RefusedFileError when the whole file is refused, with what was understood until then
 */
export async function ingestFile(
  file: FileSource,
  openOutputs: OpenOutputs,
  options: IngestOptions = {},
): Promise<IngestResult> {
  let findings = NO_FINDINGS;
  for (let reading = 1; ; reading++) {
    try {
      return await new FileReading(file, await openOutputs(), options, findings).run();
    } catch (error) {
      if (!(error instanceof ReadAgain) || reading === MAX_READINGS) throw error;
      findings = merged(findings, error.findings);
    }
  }
}

const merged = (a: Findings, b: Findings): Findings => ({
  widened: new Map([...a.widened, ...b.widened]),
  rowNumbers: new Map([...a.rowNumbers, ...b.rowNumbers]),
});

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

/** One reading of a file. */
class FileReading {
  readonly #file: FileSource;
  readonly #outputs: IngestOutputs;
  readonly #options: IngestOptions;
  readonly #limits: IngestLimits;
  readonly #findings: Findings;
  #understood: Partial<Understood> = {};

  constructor(file: FileSource, outputs: IngestOutputs, options: IngestOptions, findings: Findings) {
    this.#file = file;
    this.#outputs = outputs;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#findings = findings;
  }

  async run(): Promise<IngestResult> {
    const { contract } = this.#options;
    const text = openText(this.#file, { ...contract, fileBytes: this.#limits.fileBytes });
    try {
      return await this.#read(text);
    } catch (error) {
      if (error instanceof RefusedFileError) error.understood = { ...this.#understood, ...error.understood };
      throw error;
    } finally {
      await text.close();
    }
  }

  async #read(text: TextSource): Promise<IngestResult> {
    const { contract, isCut = false } = this.#options;
    const compile = () => readingModule(RFC_4180);
    const beginning = await readBeginning(text.chunks, this.#limits, isCut, compile);
    const { format, compression, encoding } = text.facts;
    this.#understood = { format, compression, encoding };
    const { bytes, isWhole } = beginning;
    const sampled: TextBeginning = { bytes, isWhole, limits: this.#limits };
    const rules = format === 'parquet' ? PARQUET_TEXT : rulesOfText(contract);
    const start = format === 'parquet' ? WHOLE : findTableStart(bytes, contract?.skip_lines);
    this.#understood = { ...this.#understood, skipped_lines: start.saidLines };
    if (start.from >= bytes.length && isWhole && beginning.fault === undefined) throw noTable(bytes);
    const dialect = readDialect(sampled, start, rules);
    this.#understood = { ...this.#understood, ...dialectFacts(dialect, bytes, text, contract) };
    const planned = this.#plan(sampled, start, dialect, beginning.fault, rules.header);
    this.#understood = { ...this.#understood, ...planned.understood };
    return await this.#stream(text, beginning.bytes, start, dialect.grammar, planned);
  }

  #plan(
    text: TextBeginning,
    start: TableStart,
    dialect: Dialect,
    encodingFault: RefusedFileError | undefined,
    hasHeader: boolean | undefined,
  ): PlannedTable {
    const sample = readSample(text, start, dialect);
    const fault = sample.fault ?? encodingFault;
    const { first } = sample;
    if (!first) throw fault ?? noTable(text.bytes);
    const { contract, label, featureOrder } = this.#options;
    const comment = start.commentAbove && recordFields(start.commentAbove, dialect.grammar, this.#limits);
    const rules = {
      contract,
      header: hasHeader,
      label,
      championOrder: featureOrder,
      limits: this.#limits,
      grammar: dialect.grammar,
      fault,
      comment,
    };
    return planTable({ ...sample, first }, rules, this.#findings);
  }

  async #stream(
    text: TextSource,
    beginning: Uint8Array,
    start: TableStart,
    grammar: CsvGrammar,
    planned: PlannedTable,
  ): Promise<IngestResult> {
    const { contract, threads = 1, isCut = false, onProgress, onFirstRows } = this.#options;
    const limits = this.#limits;
    const reading = {
      planned,
      grammar,
      limits,
      maxRejectedShare: contract?.max_rejected_share,
      pinned: new Set(contract?.columns?.map(({ name }) => name)),
      hasThread: threads > 1 && !planned.isWhole,
    };
    const table = new TableReader(reading, this.#outputs);
    const feed = new RecordFeed(new CsvScanner(limits, grammar, start.skippedLines + 1), table);
    const window = new TextWindow(limits, feed);
    const progress = () => onProgress?.({ bytes: text.receivedBytes, rows: table.rowsSeen });
    try {
      await window.add(beginning.subarray(start.from));
      progress();
      await this.#streamRest(text, window, progress);
      await (isCut ? window.flush() : window.finish());
      const result = await table.finish();
      const { sha256, sizeBytes } = text.received;
      const understood = this.#understood as Understood;
      const warnings = [...skippedWarnings(start), ...result.warnings];
      return { ...result, warnings, understood, sourceSha256: sha256, sizeBytes };
    } catch (error) {
      if (error instanceof RefusedFileError) await table.finishRejects();
      throw error;
    } finally {
      onFirstRows?.(table.firstRows());
      await table.close();
    }
  }

  /**
   * Streams the rest. The first fault in the file is the verdict: what arrived before the source's own fault
   * is still read.
   */
  async #streamRest(text: TextSource, window: TextWindow, progress: () => void): Promise<void> {
    try {
      for (let next = await text.chunks.next(); !next.done; next = await text.chunks.next()) {
        await window.add(next.value);
        progress();
      }
    } catch (error) {
      if (error instanceof RefusedFileError) await window.flush();
      throw error;
    }
  }
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
    line_end: text.facts.lineEnd ?? lineEndOf(bytes, grammar),
  };
}

function lineEndOf(bytes: Uint8Array, { lineEnd, lineEndPrefix }: CsvGrammar): 'lf' | 'crlf' | 'mixed' {
  let [alone, prefixed] = [0, 0];
  for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1))
    if (bytes[at - 1] === lineEndPrefix) prefixed++;
    else alone++;
  return prefixed === 0 ? 'lf' : alone === 0 ? 'crlf' : 'mixed';
}

function noTable(bytes: Uint8Array): RefusedFileError {
  return bytes.length === 0
    ? new RefusedFileError('empty', 'the file is empty; expected a header and rows')
    : new RefusedFileError('empty', 'the file holds no text; expected a header and rows');
}

function skippedWarnings({ saidLines }: TableStart): IngestWarning[] {
  if (saidLines === 0) return [];
  return [
    {
      code: 'skipped_lines',
      column: null,
      message: `skipped ${saidLines} ${saidLines === 1 ? 'line' : 'lines'} before the table: comments, blank lines, or lines that schema.json skips`,
      fix: null,
    },
  ];
}

import { RefusedFileError } from '../errors.ts';
import { ContentThread } from './content/content-thread.ts';
import { DEFAULT_LIMITS, type IngestLimits } from './csv/limits.ts';
import type { IngestOutputs, IngestResult } from './ingest-result.ts';
import { type OpenedTable, openTable, streamRecords } from './open-table.ts';
import type { FirstRows } from './rows/first-rows.ts';
import type { PartPlaces } from './rows/part-places.ts';
import type { FileSource } from './source/file-source.ts';
import type { JoinedFiles } from './source/open-text.ts';
import { TableReader } from './table-reader.ts';
import type { DatasetContract } from './understand/contract.ts';
import { ReadAgain } from './understand/late-surprises.ts';
import { type Findings, NO_FINDINGS, type PlannedTable, planTable } from './understand/plan-table.ts';
import type { TableStart } from './understand/table-start.ts';
import type { IngestWarning, Understood } from './understand/understood.ts';

export interface IngestOptions {
  readonly contract?: DatasetContract | undefined;
  /** The label, if something other than the contract names it: the object's metadata, or the command line. */
  readonly label?: string | undefined;
  readonly limits?: Partial<IngestLimits>;
  /** The champion's feature order: kept when the names are the same and the contract gives none. */
  readonly featureOrder?: readonly string[] | undefined;
  /**
   * From 2 on, a table of several row groups is hashed in its own thread, with the same result, and so is a
   * large file. Defaults to 1.
   */
  readonly threads?: number;
  /** Whether the file is the beginning of one: its last record, which may be cut, is then not read. */
  readonly isCut?: boolean;
  /** Says in which part a line lies, of files that are read as one. */
  readonly places?: PartPlaces | undefined;
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
  file: FileSource | JoinedFiles,
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

/**
 * Decides how to read an opened table.
 *
 * @throws RefusedFileError
 */
export function planOpened(
  { sample, comment, header, dialect, fault }: OpenedTable,
  { contract, label, featureOrder }: Pick<IngestOptions, 'contract' | 'label' | 'featureOrder'>,
  limits: IngestLimits,
  findings: Findings = NO_FINDINGS,
): PlannedTable {
  const { grammar } = dialect;
  const rules = { contract, header, label, championOrder: featureOrder, limits, grammar, fault, comment };
  return planTable(sample, rules, findings);
}

const merged = (a: Findings, b: Findings): Findings => ({
  widened: new Map([...a.widened, ...b.widened]),
  rowNumbers: new Map([...a.rowNumbers, ...b.rowNumbers]),
  lateTexts: new Map([...a.lateTexts, ...b.lateTexts]),
});

/** One reading of a file. */
class FileReading {
  readonly #file: FileSource | JoinedFiles;
  readonly #outputs: IngestOutputs;
  readonly #options: IngestOptions;
  readonly #limits: IngestLimits;
  readonly #findings: Findings;
  #understood: Partial<Understood> = {};
  #thread: ContentThread | undefined;

  constructor(
    file: FileSource | JoinedFiles,
    outputs: IngestOutputs,
    options: IngestOptions,
    findings: Findings,
  ) {
    this.#file = file;
    this.#outputs = outputs;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#findings = findings;
  }

  async run(): Promise<IngestResult> {
    // A large file has more rows than its sample. The thread starts while that is examined.
    if ('sizeBytes' in this.#file && this.#file.sizeBytes > this.#limits.sampleBytes) this.#startThread();
    try {
      return await this.#read();
    } finally {
      await this.#thread?.close();
    }
  }

  #startThread(): void {
    const { threads = 1 } = this.#options;
    if (threads > 1) this.#thread ??= new ContentThread();
  }

  async #read(): Promise<IngestResult> {
    const { contract, isCut } = this.#options;
    const table = await openTable(this.#file, contract, this.#limits, isCut, this.#thread?.sha256);
    this.#understood = table.understood;
    try {
      const planned = planOpened(table, this.#options, this.#limits, this.#findings);
      this.#understood = { ...this.#understood, ...planned.understood };
      return await this.#stream(table, planned);
    } catch (error) {
      if (error instanceof RefusedFileError) error.understood = { ...this.#understood, ...error.understood };
      throw error;
    } finally {
      await table.text.close();
    }
  }

  async #stream(opened: OpenedTable, planned: PlannedTable): Promise<IngestResult> {
    const { contract, places, onProgress, onFirstRows } = this.#options;
    const { text, start } = opened;
    const { grammar } = opened.dialect;
    const limits = this.#limits;
    if (!planned.isWhole) this.#startThread();
    const reading = {
      planned,
      grammar,
      limits,
      maxRejectedShare: contract?.max_rejected_share,
      pinned: new Set(contract?.columns?.map(({ name }) => name)),
      thread: this.#thread,
      places,
    };
    const table = new TableReader(reading, this.#outputs);
    const progress = () => onProgress?.({ bytes: text.receivedBytes, rows: table.rowsSeen });
    try {
      await streamRecords(opened, table, limits, progress);
      const [received, result] = await Promise.all([text.received(), table.finish()]);
      const { sha256, sizeBytes } = received;
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

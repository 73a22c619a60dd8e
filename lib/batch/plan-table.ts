import type { ByteSink } from '../byte-sink.ts';
import type { Model } from '../classifier/model.ts';
import { DEFAULT_LIMITS } from '../dataset/csv/limits.ts';
import { type OpenedTable, openTable } from '../dataset/open-table.ts';
import type { FileSource } from '../dataset/source/file-source.ts';
import type { DatasetContract } from '../dataset/understand/contract.ts';
import { RefusedFileError } from '../errors.ts';
import { BatchPredictor } from './batch-predictor.ts';
import { cutLots, type Lot } from './cut-lots.ts';
import { SegmentPass, type SegmentSummary } from './quote-state.ts';
import type { ResultChoices } from './result-choices.ts';
import { blockSize } from './table-blocks.ts';
import { readingOf, type TableReading } from './table-reading.ts';

/** What a table is read by. */
export interface TableRules {
  readonly contract: DatasetContract | undefined;
  readonly choices: ResultChoices;
}

/** How a table is cut. */
export interface CutRules {
  /** About so many rows make a lot. */
  readonly lotRows: number;
  readonly maxLots: number;
  /** How many ranges of a large file are read at once. */
  readonly readers: number;
}

/** How a table is read, and where its lots are. */
export interface PlannedLots extends TableReading {
  readonly lots: readonly Lot[];
  /** Whether the lots are ranges of the text that was written, not of the file. */
  readonly isWritten: boolean;
  /** The fault at which a written text ends. */
  readonly fault: RefusedFileError | undefined;
}

/** A byte order mark in UTF-8. */
const MARK_BYTES = 3;
/** A range smaller than this is not worth a request of its own. */
const MIN_RANGE_BYTES = 64 * 1024 * 1024;

/**
 * Finds out how a table is written, and cuts it into lots at record boundaries. A file that is UTF-8 text as
 * it stands is cut itself; of any other the text is written first.
 *
 * @param openText called when the text must be written
 * @throws RefusedFileError when the beginning of the file shows that no row can be predicted
 */
export async function planTable(
  file: FileSource,
  model: Model,
  { contract, choices }: TableRules,
  openText: () => ByteSink,
  rules: CutRules,
): Promise<PlannedLots> {
  const table = await openTable(file, contract, DEFAULT_LIMITS);
  try {
    const reading = readingOf(table, model, contract);
    checkColumns(model, reading, choices);
    const segmentBytes = segmentSize(table, rules, blockSize(model, reading, choices));
    if (isPlain(table, contract)) {
      await table.text.close();
      const from = (table.text.facts.hasByteOrderMark ? MARK_BYTES : 0) + table.start.from;
      const segments = await passFile(file, from, reading, segmentBytes, rules.readers);
      return { ...reading, lots: lotsOf(segments, from, table, rules), isWritten: false, fault: undefined };
    }
    const { segments, fault } = await passText(table, openText(), reading, segmentBytes);
    return { ...reading, lots: lotsOf(segments, 0, table, rules), isWritten: true, fault };
  } finally {
    await table.text.close();
  }
}

/** @throws RefusedFileError as every worker would */
function checkColumns(model: Model, reading: TableReading, { explain, probabilities }: ResultChoices): void {
  const nowhere: ByteSink = { write: () => undefined };
  const choices = { explain, probabilities, json: false };
  new BatchPredictor(model, nowhere, { ...reading, ...choices, onFault: () => undefined });
}

/** Whether the file's bytes are the text that is read, but for a byte order mark. */
function isPlain({ text }: OpenedTable, contract: DatasetContract | undefined): boolean {
  const { format, compression, encoding, lineEnd } = text.facts;
  const isRewritten = lineEnd !== undefined || contract?.delimiter === ' ';
  return format === 'csv' && compression === null && encoding === 'utf-8' && !isRewritten;
}

/**
 * By the beginning of the file, so that the same file is always cut in the same places.
 *
 * @param unitBytes a result that is written in blocks is cut where a block begins
 */
function segmentSize({ bytes, start, dialect }: OpenedTable, { lotRows }: CutRules, unitBytes = 1): number {
  const sizeBytes = bytes.length - start.from;
  const pass = new SegmentPass(dialect.grammar, Math.max(1, sizeBytes));
  pass.add(bytes.subarray(start.from));
  const records = pass.finish()[0]?.ifOutside.boundaries ?? 0;
  const wanted = (sizeBytes / Math.max(1, records)) * lotRows;
  return Math.max(1, Math.round(wanted / unitBytes)) * unitBytes;
}

function lotsOf(
  segments: readonly SegmentSummary[],
  from: number,
  { start }: OpenedTable,
  { maxLots }: CutRules,
): Lot[] {
  return cutLots(segments, { from, line: start.skippedLines + 1 }, maxLots);
}

/** Reads ranges of a file at once: what a range holds does not depend on the others. */
async function passFile(
  file: FileSource,
  from: number,
  { grammar }: TableReading,
  segmentBytes: number,
  readers: number,
): Promise<SegmentSummary[]> {
  const sizeBytes = Math.max(0, file.sizeBytes - from);
  const wanted = Math.max(MIN_RANGE_BYTES, Math.ceil(sizeBytes / readers));
  const rangeBytes = Math.ceil(wanted / segmentBytes) * segmentBytes;
  const starts = Array.from({ length: Math.ceil(sizeBytes / rangeBytes) }, (_, i) => from + i * rangeBytes);
  const ranges = await Promise.all(
    starts.map(async (start) => {
      const pass = new SegmentPass(grammar, segmentBytes);
      const end = Math.min(file.sizeBytes, start + rangeBytes);
      for await (const chunk of file.open(start, end)) pass.add(chunk);
      return pass.finish();
    }),
  );
  return ranges.flat();
}

/** Writes the text from the table on, and looks at it meanwhile. */
async function passText(
  { text, bytes, start }: OpenedTable,
  sink: ByteSink,
  { grammar }: TableReading,
  segmentBytes: number,
): Promise<{ segments: readonly SegmentSummary[]; fault: RefusedFileError | undefined }> {
  const pass = new SegmentPass(grammar, segmentBytes);
  const take = async (chunk: Uint8Array) => {
    pass.add(chunk);
    // The chunk is valid until the next is requested, and the sink may keep it longer.
    await sink.write(sink.isDoneAfterWrite ? chunk : chunk.slice());
  };
  await take(bytes.subarray(start.from));
  try {
    for (let next = await text.chunks.next(); !next.done; next = await text.chunks.next())
      await take(next.value);
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return { segments: pass.finish(), fault: error };
  }
  return { segments: pass.finish(), fault: undefined };
}

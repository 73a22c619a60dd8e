import type { ByteSink } from '../byte-sink.ts';
import type { Model } from '../classifier/model.ts';
import { DEFAULT_LIMITS } from '../dataset/csv/limits.ts';
import { type OpenedTable, openTable, streamRecords } from '../dataset/open-table.ts';
import type { FileSource } from '../dataset/source/file-source.ts';
import type { TextSource } from '../dataset/source/open-text.ts';
import type { DatasetContract } from '../dataset/understand/contract.ts';
import { BatchPredictor } from './batch-predictor.ts';
import type { BlockStarts } from './block-starts.ts';
import type { ResultChoices } from './result-choices.ts';
import type { RowFault } from './row-values.ts';
import { blocksOf } from './table-blocks.ts';
import { readingOf } from './table-reading.ts';

export interface TablePrediction extends ResultChoices {
  /** Says how the file is written, where the file itself does not. */
  readonly contract: DatasetContract | undefined;
  /** One JSON object for each row, instead of the format. */
  readonly json: boolean;
  /** Whether a byte order mark is left out, as for a terminal, which would show it. */
  readonly isUnmarked?: boolean;
  onFault(fault: RowFault): void;
  onProgress(bytes: number, rows: number): void;
}

/**
 * Predicts each row of a file in any dialect that ingestion reads.
 *
 * @throws RefusedFileError when the file as a whole cannot be read, or lacks a feature
 */
export async function predictTable(
  model: Model,
  source: FileSource,
  sink: ByteSink,
  { contract, onProgress, isUnmarked = false, ...how }: TablePrediction,
): Promise<BatchPredictor> {
  const table = await openTable(source, contract, DEFAULT_LIMITS);
  try {
    const { isMarked, ...found } = readingOf(table, model, contract);
    const reading = { ...found, isMarked: isMarked && !isUnmarked };
    const blocks = blocksOf(model, reading, how, { from: 0, line: table.start.skippedLines + 1 });
    const predictor = new BatchPredictor(model, sink, { ...how, ...reading, blocks });
    await streamRecords(blocks ? seenBy(blocks, table) : table, predictor, DEFAULT_LIMITS, () =>
      onProgress(table.text.receivedBytes, predictor.rows),
    );
    await predictor.finish();
    return predictor;
  } finally {
    await table.text.close();
  }
}

/** The table, whose text is looked at before its records are read. */
function seenBy(blocks: BlockStarts, table: OpenedTable): OpenedTable {
  const { bytes, start } = table;
  blocks.add(bytes.subarray(start.from));
  const chunks: TextSource['chunks'] = {
    async next() {
      const next = await table.text.chunks.next();
      if (!next.done) blocks.add(next.value);
      return next;
    },
  };
  // Not a copy: other members are known only later.
  const text: TextSource = Object.create(table.text, { chunks: { value: chunks } });
  return { ...table, text };
}

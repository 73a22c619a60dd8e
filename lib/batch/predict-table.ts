import type { ByteSink } from '../byte-sink.ts';
import type { Model } from '../classifier/model.ts';
import { DEFAULT_LIMITS } from '../dataset/csv/limits.ts';
import { openTable, streamRecords } from '../dataset/open-table.ts';
import type { FileSource } from '../dataset/source/file-source.ts';
import type { DatasetContract } from '../dataset/understand/contract.ts';
import { BatchPredictor } from './batch-predictor.ts';
import type { RowFault } from './row-values.ts';
import { readingOf } from './table-reading.ts';

export interface TablePrediction {
  /** Says how the file is written, where the file itself does not. */
  readonly contract: DatasetContract | undefined;
  readonly explain: boolean;
  readonly json: boolean;
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
  { contract, onProgress, ...how }: TablePrediction,
): Promise<BatchPredictor> {
  const table = await openTable(source, contract, DEFAULT_LIMITS);
  try {
    const reading = readingOf(table, model, contract);
    const predictor = new BatchPredictor(model, sink, { ...how, ...reading });
    await streamRecords(table, predictor, DEFAULT_LIMITS, () =>
      onProgress(table.text.receivedBytes, predictor.rows),
    );
    await predictor.finish();
    return predictor;
  } finally {
    await table.text.close();
  }
}

import type { AsyncBuffer } from 'hyparquet';
import type { DatasetSchema } from '../columns/dataset-schema.ts';
import { readDataset } from '../dataset/parquet/read-parquet.ts';
import { trainingDataOf } from './from-dataset.ts';
import { planTraining, type TrainingBounds } from './plan-training.ts';
import type { TrainingSettings } from './settings.ts';
import { sizeOfManifest } from './table-size.ts';
import type { TrainingData } from './training-data.ts';
import { trainingSample } from './training-sample.ts';

/** What is known of a data set before its rows are read. */
export interface DatasetSummary {
  readonly schema: DatasetSchema;
  readonly rows: { readonly accepted: number };
  readonly classes: readonly string[];
  readonly datasetSha256: string;
}

/**
 * Reads a data set to train on: all of its rows, or the sample that its size asks for. The rest of a larger
 * one is never in memory.
 *
 * @param parquet its data.parquet
 * @throws TrainingError before anything is read when it is too large to train on
 */
export async function readTrainingData(
  parquet: Uint8Array | AsyncBuffer,
  summary: DatasetSummary,
  settings: TrainingSettings,
  bounds?: TrainingBounds,
): Promise<TrainingData> {
  const { schema, datasetSha256, rows } = summary;
  const { trainingRows } = planTraining(sizeOfManifest(summary), settings, bounds).plan;
  const choice = trainingRows < rows.accepted ? trainingSample(settings, trainingRows) : undefined;
  const dataset = await readDataset(parquet, schema, choice);
  return trainingDataOf(dataset, { schema, datasetSha256, tableRows: rows.accepted });
}

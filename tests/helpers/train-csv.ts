import { fileURLToPath } from 'node:url';
import { localFile } from '../../lib/cli/ingest-file.ts';
import { ingestFile } from '../../lib/dataset/ingest-file.ts';
import type { IngestResult } from '../../lib/dataset/ingest-result.ts';
import { readDataset } from '../../lib/dataset/parquet/read-parquet.ts';
import type { DatasetContract } from '../../lib/dataset/understand/contract.ts';
import { trainingDataOf } from '../../lib/training/from-dataset.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';
import { ingest } from './csv-ingest.ts';

/** Ingests a CSV file, and reads the result as training does. */
export async function readTrainingData(path: string | URL): Promise<TrainingData> {
  return (await ingested(path)).data;
}

/** The same, with what ingestion says of the file. */
export async function ingested(path: string | URL): Promise<{ result: IngestResult; data: TrainingData }> {
  let parts: Uint8Array[] = [];
  const result = await ingestFile(await localFile(path instanceof URL ? fileURLToPath(path) : path), () => {
    parts = [];
    return {
      parquet: { write: (chunk) => void parts.push(chunk.slice()) },
      rejects: { write: () => undefined },
    };
  });
  const dataset = await readDataset(new Uint8Array(Buffer.concat(parts)), result.schema);
  return { result, data: trainingDataOf(dataset, result) };
}

/** Ingests a table in memory, trains on it with the default settings, and returns the artifact. */
export async function trainedOn(
  bytes: Uint8Array,
  contract?: DatasetContract,
): Promise<Uint8Array<ArrayBuffer>> {
  const { parquet, ...result } = await ingest(bytes, { contract });
  const data = trainingDataOf(await readDataset(parquet, result.schema), result);
  return trainModel(data, DEFAULT_SETTINGS).artifact;
}

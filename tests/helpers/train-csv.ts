import { fileURLToPath } from 'node:url';
import { localFile } from '../../lib/cli/ingest-file.ts';
import { ingestFile } from '../../lib/dataset/ingest-file.ts';
import { readDataset } from '../../lib/dataset/parquet/read-parquet.ts';
import { trainingDataOf } from '../../lib/training/from-dataset.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';

/** Ingests a CSV file, and reads the result as training does. */
export async function readTrainingData(path: string | URL): Promise<TrainingData> {
  let parts: Uint8Array[] = [];
  const result = await ingestFile(await localFile(path instanceof URL ? fileURLToPath(path) : path), () => {
    parts = [];
    return {
      parquet: { write: (chunk) => void parts.push(chunk.slice()) },
      rejects: { write: () => undefined },
    };
  });
  return trainingDataOf(await readDataset(new Uint8Array(Buffer.concat(parts)), result.schema), result);
}

import { createReadStream } from 'node:fs';
import { ingestCsv } from '../../lib/dataset/ingest-csv.ts';
import { readDataset } from '../../lib/dataset/parquet/read-parquet.ts';
import { trainingDataOf } from '../../lib/training/from-dataset.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';

/** Ingests a CSV file, and reads the result as training does. */
export async function readTrainingData(path: string | URL): Promise<TrainingData> {
  const parts: Uint8Array[] = [];
  const result = await ingestCsv(createReadStream(path), {
    parquet: {
      write: (chunk) => {
        parts.push(chunk.slice());
      },
    },
    rejects: { write: () => undefined },
  });
  return trainingDataOf(await readDataset(new Uint8Array(Buffer.concat(parts)), result.schema), result);
}

import { createReadStream } from 'node:fs';
import { ingestCsv } from '../../lib/dataset/ingest-csv.ts';
import { type DatasetFeature, readDataset } from '../../lib/dataset/read-parquet.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';

/** Ingests a CSV file, and reads what that wrote as training does. */
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
  const dataset = await readDataset(new Uint8Array(Buffer.concat(parts)), result.schema);
  const byName = new Map<string, DatasetFeature>(dataset.columns.map((column) => [column.name, column]));
  return {
    columns: result.schema.feature_order.map((name) => byName.get(name)!),
    labels: dataset.labels,
    classes: dataset.classes,
    label: result.label,
    datasetSha256: result.datasetSha256,
  };
}

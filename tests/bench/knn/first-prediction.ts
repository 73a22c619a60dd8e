// Measures the time from a model's bytes in memory to one prediction, in a fresh process, and prints it as
// JSON:
//   node first-prediction.ts <ours | ml-knn> <folder with the models>
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openModel } from '../../../lib/classifier/model-file.ts';

/** What one process reports. */
export interface FirstPrediction {
  readonly milliseconds: number;
  readonly prediction: string;
  /** Resident memory after the prediction, minus that with only the bytes loaded. */
  readonly memoryBytes: number;
}

interface MlKnn {
  load(model: unknown): { predict(query: number[]): number };
}

const [name, folder = ''] = process.argv.slice(2);
const bytes = new Uint8Array(readFileSync(join(folder, name === 'ours' ? 'model.knn' : 'model.json')));
const query = JSON.parse(readFileSync(join(folder, 'query.json'), 'utf8')) as number[];
const KNN = createRequire(import.meta.url)('ml-knn') as MlKnn;

globalThis.gc?.();
const before = process.memoryUsage.rss();
const start = performance.now();
const prediction =
  name === 'ours'
    ? openModel(bytes, readFileSync(join(folder, 'sha256'), 'utf8')).predict(query).prediction
    : String(KNN.load(JSON.parse(new TextDecoder().decode(bytes))).predict(query));
const milliseconds = performance.now() - start;
const memoryBytes = process.memoryUsage.rss() - before;
process.stdout.write(JSON.stringify({ milliseconds, prediction, memoryBytes } satisfies FirstPrediction));

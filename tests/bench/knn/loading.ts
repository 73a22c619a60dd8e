import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeModel } from '../../../lib/classifier/model-file.ts';
import { fitModel } from '../../../lib/training/fit-model.ts';
import { quantile } from '../quantile.ts';
import { drawCase } from './cases.ts';
import type { FirstPrediction } from './first-prediction.ts';
import { NEIGHBOURS } from './measure.ts';

const ROWS = 100_000;
const DIMENSION = 16;
const RUNS = 5;
/** How many times faster than ml-knn opening and answering must be. */
const GOAL = 15;

export const LOADING_NAME = `first prediction ${ROWS} x ${DIMENSION}`;

/**
 * Writes one set of rows as our model and as ml-knn's. The class is the half of the first feature that a row
 * is in.
 */
function writeModels(folder: string): void {
  const { points } = drawCase('uniform', ROWS, DIMENSION, 1);
  const labels = Int32Array.from({ length: ROWS }, (_, row) => (points[row * DIMENSION]! < 0.5 ? 0 : 1));
  const columns = Array.from({ length: DIMENSION }, (_, feature) => ({
    name: `n${feature}`,
    type: 'numeric' as const,
    values: Float64Array.from(labels, (_label, row) => points[row * DIMENSION + feature]!),
  }));
  const data = {
    columns,
    labels,
    classes: ['0', '1'],
    label: 'class',
    missingTokens: [],
    datasetSha256: 'd'.repeat(64),
  };
  const { bytes, sha256 } = writeModel(
    fitModel(data, data, {
      chosen: {
        recipe: { numbers: 'standard', space: 'plain' },
        metric: 'euclidean',
        neighbours: NEIGHBOURS,
        votes: { weights: 'uniform', balance: 0 },
      },
      unseen: { predicted: Int32Array.of(0), shares: Float64Array.of(1), truth: Int32Array.of(0) },
      lineage: { dataset_sha256: data.datasetSha256, algorithm_version: 0, seed: 0, settings: {} },
    }),
  );
  const KNN = createRequire(import.meta.url)('ml-knn') as new (...input: unknown[]) => object;
  const rows = Array.from(labels, (_, row) =>
    Array.from(points.subarray(row * DIMENSION, (row + 1) * DIMENSION)),
  );
  writeFileSync(join(folder, 'model.knn'), bytes);
  writeFileSync(join(folder, 'sha256'), sha256);
  writeFileSync(
    join(folder, 'model.json'),
    JSON.stringify(new KNN(rows, Array.from(labels), { k: NEIGHBOURS })),
  );
  // Well inside the second half, so both must answer 1.
  writeFileSync(join(folder, 'query.json'), JSON.stringify([0.95, ...Array(DIMENSION - 1).fill(0.5)]));
}

function measure(name: string, folder: string): FirstPrediction {
  const file = fileURLToPath(new URL('first-prediction.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--stack-size=4000', file, name, folder],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  const found = JSON.parse(stdout) as FirstPrediction;
  if (found.prediction !== '1') throw new Error(`${name}: expected class 1, got ${found.prediction}`);
  return found;
}

/** Prints the time of each from bytes to its first prediction, and returns whether the goal is met. */
export function compareLoading(): string {
  const folder = mkdtempSync(join(tmpdir(), 'knn-bench-'));
  try {
    writeModels(folder);
    console.log(
      `\n${LOADING_NAME}`.padEnd(29) + ['median ms', 'least', 'most', 'memory MB'].map(right).join(''),
    );
    // In turns, so that a slow phase of the machine affects both.
    const runs = Array.from({ length: RUNS }, () => ['ours', 'ml-knn'].map((name) => measure(name, folder)));
    const [ours, theirs] = ['ours', 'ml-knn'].map((name, i) => {
      const times = runs.map((pair) => pair[i]!.milliseconds);
      const median = quantile(times, 0.5);
      const memory = quantile(
        runs.map((pair) => pair[i]!.memoryBytes / 2 ** 20),
        0.5,
      );
      const cells = [median, Math.min(...times), Math.max(...times), memory];
      console.log(name.padEnd(28) + cells.map((value) => right(value.toFixed(1))).join(''));
      return median;
    });
    const ratio = theirs! / ours!;
    const verdict = ratio >= GOAL ? 'met   ' : 'missed';
    return `${verdict} ${LOADING_NAME}: ${ratio.toFixed(1)} times ml-knn (goal ${GOAL})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const right = (text: string) => text.padStart(12);

import KNN from 'ml-knn';
import { buildScan, openIndex } from '../classifier/search/neighbour-index.ts';
import { VoteCounter } from '../classifier/vote.ts';
import { TrainingError } from '../errors.ts';

/** Bounds the time: ml-knn visits most of its rows at each query. */
const FITTED_ROWS = 500;
const ASKED_ROWS = 100;

/** Encoded rows with their classes; `points` is row-major. */
export interface LabelledPoints {
  readonly points: Float64Array;
  readonly labels: Int32Array;
  readonly dimension: number;
  readonly classCount: number;
}

/**
 * Fits ml-knn, the reference implementation, on a bounded sample and compares its answers with ours. It gets a distance
 * over the features only, since its own would count the label as one more coordinate. It breaks ties in another way, so
 * an answer may differ where the k-th and the next neighbour are equally far, or where classes have equally many votes.
 *
 * @returns how many queries were compared, and how many differed by a tie.
 * @throws TrainingError `reference` at the first difference that no tie explains.
 */
export function checkAgainstReference(
  data: LabelledPoints,
  neighbours: number,
): { compared: number; tied: number } {
  const { fitted, asked } = sample(data);
  const k = Math.min(neighbours, fitted.rows.length);
  const reference = new KNN(fitted.rows, fitted.labels, { k, distance: featureDistance(data.dimension) });
  const answers = asked.rows.length > 0 ? reference.predict(asked.rows) : [];
  const search = openIndex(buildScan(Float64Array.from(fitted.rows.flat()), data.dimension, 'euclidean'));
  const votes = new VoteCounter(data.classCount);
  let tied = 0;
  asked.rows.forEach((row, i) => {
    const near = search.nearest(Float64Array.from(row), k + 1);
    const labels = near.rows.map((at) => fitted.labels[at]!);
    const { winner } = votes.count(labels, near.distances, Math.min(k, labels.length));
    if (winner === answers[i]) return;
    if (!isTied(labels, near.distances, k)) {
      throw new TrainingError(
        'reference',
        `sample row ${i}: our answer is class ${winner}, the reference implementation's is ${answers[i]}, and no tie explains it`,
      );
    }
    tied += 1;
  });
  return { compared: asked.rows.length, tied };
}

function isTied(labels: Int32Array, distances: Float64Array, k: number): boolean {
  if (distances.length > k && distances[k - 1] === distances[k]) return true;
  const counts = new Map<number, number>();
  for (const label of labels.subarray(0, k)) counts.set(label, (counts.get(label) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts.values()].filter((count) => count === most).length > 1;
}

/** Rows at even strides: one part is fitted, the other asked. */
function sample({ points, labels, dimension }: LabelledPoints) {
  const wanted = Math.min(labels.length, FITTED_ROWS + ASKED_ROWS);
  const fitted = { rows: [] as number[][], labels: [] as number[] };
  const asked = { rows: [] as number[][], labels: [] as number[] };
  for (let i = 0; i < wanted; i++) {
    const row = Math.floor((i * labels.length) / wanted);
    const part = i % 6 === 5 ? asked : fitted;
    part.rows.push([...points.subarray(row * dimension, (row + 1) * dimension)]);
    part.labels.push(labels[row]!);
  }
  return { fitted, asked };
}

function featureDistance(dimension: number) {
  return (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < dimension; i++) sum += (a[i]! - b[i]!) ** 2;
    return Math.sqrt(sum);
  };
}

import KNN from 'ml-knn';
import { Encoder } from '../classifier/encoder.ts';
import type { FittedModel } from '../classifier/model.ts';
import { RawRows } from '../classifier/raw-rows.ts';
import { buildScan, openIndex } from '../classifier/search/neighbour-index.ts';
import type { Metric } from '../classifier/search/types.ts';
import { VoteTally } from '../classifier/vote.ts';
import { TrainingError } from '../errors.ts';

/** Limits the time: ml-knn visits most of its rows at each query. */
const FITTED_ROWS = 500;
const ASKED_ROWS = 100;
/** Limits the memory: ml-knn holds several copies of its rows, as arrays of numbers. */
const MAX_COORDINATES = 4_000_000;
const MIN_SAMPLE_ROWS = 60;

/**
 * Fits ml-knn, the reference implementation, on a bounded sample of a model's rows and compares its answers
 * with ours. Both use the same encoding, metric and number of neighbours, with plain votes, because ml-knn
 * has no others. It is given a distance over the features only, because its own would count the label as one
 * more coordinate. It breaks ties differently, so an answer may differ when the k-th and the next neighbour
 * are equally far, or when classes have equally many votes.
 *
 * @returns how many queries were compared, and how many differed because of a tie
 * @throws TrainingError `reference` at the first difference that no tie explains
 */
export function checkAgainstReference(model: FittedModel): { compared: number; tied: number } {
  const { metric, dimension } = model.index;
  const { fitted, asked } = sample(model);
  const k = Math.min(model.meta.neighbours, fitted.rows.length);
  const reference = new KNN(fitted.rows, fitted.labels, { k, distance: featureDistance(metric, dimension) });
  const answers = asked.rows.length > 0 ? reference.predict(asked.rows) : [];
  const search = openIndex(buildScan(Float64Array.from(fitted.rows.flat()), dimension, metric));
  const votes = new VoteTally(model.meta.classes.length);
  const factors = new Float64Array(model.meta.classes.length).fill(1);
  let tied = 0;
  asked.rows.forEach((row, i) => {
    const near = search.nearest(Float64Array.from(row), k + 1);
    const labels = near.rows.map((at) => fitted.labels[at]!);
    votes.reset();
    for (let at = 0; at < Math.min(k, labels.length); at++) votes.add(labels[at]!, near.distances[at]!);
    const winner = votes.winner('uniform', factors);
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
  const largest = Math.max(...counts.values());
  return [...counts.values()].filter((count) => count === largest).length > 1;
}

/** Evenly spaced rows: one part is fitted, the other asked. */
function sample(model: FittedModel) {
  const { encoder, labels } = model;
  const rows = new RawRows(model);
  const affordable = Math.max(MIN_SAMPLE_ROWS, Math.floor(MAX_COORDINATES / model.index.dimension));
  const wanted = Math.min(labels.length, FITTED_ROWS + ASKED_ROWS, affordable);
  const fitted = { rows: [] as number[][], labels: [] as number[] };
  const asked = { rows: [] as number[][], labels: [] as number[] };
  const coder = new Encoder(encoder);
  for (let i = 0; i < wanted; i++) {
    const row = Math.floor((i * labels.length) / wanted);
    const part = i % 6 === 5 ? asked : fitted;
    part.rows.push([...coder.encodeRow(rows.row(row))]);
    part.labels.push(labels[row]!);
  }
  return { fitted, asked };
}

/** The distance over the features only: ml-knn passes rows with the label as the last coordinate. */
function featureDistance(metric: Metric, dimension: number) {
  return (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < dimension; i++) {
      const difference = a[i]! - b[i]!;
      sum += metric === 'euclidean' ? difference * difference : Math.abs(difference);
    }
    return metric === 'euclidean' ? Math.sqrt(sum) : sum;
  };
}

import { MIN_PER_CLASS } from '../classifier/sample-rows.ts';
import type { RowChoice } from '../dataset/parquet/read-parquet.ts';
import { type KeyedTable, rowKeys } from './row-keys.ts';
import type { TrainingSettings } from './settings.ts';

/** Rows are held out by their keys under the seed itself: another seed keeps the two choices independent. */
const SAMPLE_SEED = 0x2545f491;

/**
 * Chooses the rows of a table that is too large to be trained on whole: at most `limit`, of each class its
 * share. It depends on the content of the rows, not on their order.
 */
export const trainingSample = ({ seed }: Pick<TrainingSettings, 'seed'>, limit: number): RowChoice => ({
  keysOf: (table) => sampleKeys(table, seed),
  choose: (keys, labels) => sampleByKey(keys, labels, limit),
});

/** The keys by which rows are sampled. */
export const sampleKeys = (table: KeyedTable, seed: number): Float64Array =>
  rowKeys(table, seed ^ SAMPLE_SEED);

/**
 * At most `limit` rows, those with the smallest keys of each class. Each class keeps its share, but no fewer
 * than MIN_PER_CLASS rows where there is room. A smaller limit chooses a part of what a larger one chooses.
 *
 * @param keys safe integers, equal for equal rows
 * @param labels from 0
 * @returns ascending
 */
export function sampleByKey(keys: Float64Array, labels: Int32Array, limit: number): Int32Array {
  if (keys.length <= limit) return Int32Array.from(keys, (_, row) => row);
  const counts = countClasses(labels);
  const wanted = sharesOf(counts, limit);
  const bounds = keysByClass(keys, labels, counts).map((own, label) => keyBound(own.sort(), wanted[label]!));
  const left = bounds.map(({ ties }) => ties);
  return labels
    .map((_, row) => row)
    .filter((row) => {
      const label = labels[row]!;
      const { key } = bounds[label]!;
      if (keys[row]! !== key) return keys[row]! < key;
      // Rows with the same key are equal, so that any of them do.
      return left[label]!-- > 0;
    });
}

function countClasses(labels: Int32Array): number[] {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return Array.from(counts, (count = 0) => count);
}

/** How many rows of each class are chosen. */
function sharesOf(counts: readonly number[], limit: number): number[] {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const minimum = Math.min(MIN_PER_CLASS, Math.floor(limit / counts.length));
  const kept = counts.map((count) => Math.min(count, minimum));
  const taken = kept.reduce((sum, count) => sum + count, 0);
  return counts.map((count, label) => {
    const own = kept[label]!;
    return own + Math.floor(((count - own) * (limit - taken)) / (rows - taken));
  });
}

function keysByClass(keys: Float64Array, labels: Int32Array, counts: readonly number[]): Float64Array[] {
  const own = counts.map((count) => new Float64Array(count));
  const filled = counts.map(() => 0);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    own[label]![filled[label]!++] = keys[row]!;
  }
  return own;
}

/**
 * The largest chosen key of a class, and how many rows with just that key are chosen.
 *
 * @param sorted the keys of the class, ascending
 */
function keyBound(sorted: Float64Array, wanted: number) {
  if (wanted === 0) return { key: -1, ties: 0 };
  const key = sorted[wanted - 1]!;
  let ties = 0;
  while (ties < wanted && sorted[wanted - 1 - ties] === key) ties++;
  return { key, ties };
}

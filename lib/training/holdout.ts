import { sampleRows } from '../classifier/sample-rows.ts';
import { rowKeys } from './row-keys.ts';
import type { TrainingSettings } from './settings.ts';
import { type LabelledRows, pickRows, type TrainingData } from './training-data.ts';
import type { TrainingPlan } from './training-plan.ts';

/** The rows to train on, and the held-out rows to evaluate on: a sample of them when there are many. */
export function splitRows(
  data: TrainingData,
  { seed, holdout_one_in }: TrainingSettings,
  { heldOutRows, minPerClass }: Pick<TrainingPlan, 'heldOutRows' | 'minPerClass'>,
): { readonly train: Int32Array; readonly heldOut: LabelledRows } {
  const { train, heldOut } = holdOut(rowKeys(data, seed), holdout_one_in);
  return { train, heldOut: pickRows(data, sampleRows(heldOut, data.labels, heldOutRows, minPerClass)) };
}

/** The rows that a model is trained on, and the rows that it is evaluated on. Row indices, ascending. */
export interface Holdout {
  readonly train: Int32Array;
  readonly heldOut: Int32Array;
}

/**
 * Holds out about one row in `oneIn`, by its key alone: a row that is held out of one upload is held out of
 * every later one, and equal rows are on the same side. When this leaves no row to evaluate on, or too few to
 * train on, the rows with the smallest keys are held out instead.
 *
 * @param keys of the rows: see rowKeys
 */
export function holdOut(keys: Float64Array, oneIn: number): Holdout {
  const all = Int32Array.from(keys, (_, row) => row);
  const byKey = split(all, (row) => keys[row]! % oneIn === 0);
  if (byKey.heldOut.length > 0 && byKey.train.length >= byKey.heldOut.length) return byKey;
  const ranked = all.toSorted((a, b) => keys[a]! - keys[b]! || a - b);
  const smallest = new Set(ranked.subarray(0, Math.floor(keys.length / oneIn)));
  return split(all, (row) => smallest.has(row));
}

function split(rows: Int32Array, isHeldOut: (row: number) => boolean): Holdout {
  return { train: rows.filter((row) => !isHeldOut(row)), heldOut: rows.filter(isHeldOut) };
}

import type { TrainingSettings } from './settings.ts';
import type { TableSize } from './table-size.ts';
import type { TrainingPlan } from './training-plan.ts';

/** Few rows are dealt into folds several times, for about this many answers from each candidate. */
const WANTED_ANSWERS = 2000;
export const MAX_REPEATS = 4;

/** The number of times that this many rows are dealt into folds. */
export const repeatsOf = (rows: number, maxRepeats: number) =>
  Math.max(1, Math.min(maxRepeats, Math.floor(WANTED_ANSWERS / rows)));

/** Numbers of rows, at most, that the parts of a training work on. */
export interface SampleSizes {
  readonly train: number;
  readonly selection: number;
  readonly heldOut: number;
  readonly repeats: number;
  readonly folds: number;
}

export function sampleSizes(
  { rows, classes }: TableSize,
  { holdout_one_in, folds }: TrainingSettings,
  plan: TrainingPlan,
): SampleSizes {
  const train = rows - Math.floor(rows / holdout_one_in);
  const sampled = (from: number, limit: number) =>
    from <= limit ? from : Math.min(from, limit + plan.minPerClass * classes);
  const selection = sampled(train, plan.selectionRows);
  return {
    train,
    selection,
    heldOut: sampled(rows - train, plan.heldOutRows),
    repeats: repeatsOf(Math.max(1, selection), plan.maxRepeats),
    folds,
  };
}

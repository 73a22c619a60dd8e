import type { NumbersBaseline } from '../columns/numbers-baseline.ts';

/**
 * The numbers of baseline and batch together, ascending, in groups: numbers that are equal, or whose order among each other the
 * baseline does not tell.
 */
export interface PooledGroups {
  /** How many of each group the baseline has, and the batch. */
  readonly baseline: readonly number[];
  readonly batch: readonly number[];
  /** Whether the numbers of a group are equal, for sure. */
  readonly isTie: readonly boolean[];
  readonly baselineTotal: number;
  readonly batchTotal: number;
}

/** @param batch sorted ascending, without NaN */
export function pooledGroups(baseline: NumbersBaseline, batch: Float64Array): PooledGroups {
  const groups = { baseline: [] as number[], batch: [] as number[], isTie: [] as boolean[] };
  const add = (ofBaseline: number, ofBatch: number, isTie: boolean) => {
    groups.baseline.push(ofBaseline);
    groups.batch.push(ofBatch);
    groups.isTie.push(isTie);
  };
  let at = 0;
  const take = (holds: (value: number) => boolean): number => {
    const from = at;
    while (at < batch.length && holds(batch[at]!)) at++;
    return at - from;
  };
  /** The batch's own numbers below a bound: the baseline has none there, so that every run of equal ones stands alone. */
  const addRuns = (bound: number) => {
    while (at < batch.length && batch[at]! < bound) {
      const value = batch[at]!;
      add(
        0,
        take((other) => other === value),
        true,
      );
    }
  };
  baseline.values.forEach((value, point) => {
    const gap = point === 0 ? 0 : (baseline.gaps?.[point - 1] ?? 0);
    if (gap > 0)
      add(
        gap,
        take((other) => other < value),
        false,
      );
    else addRuns(value);
    add(
      baseline.counts[point]!,
      take((other) => other === value),
      true,
    );
  });
  addRuns(Number.POSITIVE_INFINITY);
  const baselineTotal = groups.baseline.reduce((sum, count) => sum + count, 0);
  return { ...groups, baselineTotal, batchTotal: batch.length };
}

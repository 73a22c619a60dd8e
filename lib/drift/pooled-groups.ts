import type { NumbersBaseline } from '../columns/numbers-baseline.ts';

/**
 * The numbers of baseline and batch together, ascending, in groups. The numbers of a group are equal, or the
 * baseline does not know their order.
 */
export interface PooledGroups {
  /** The number of values of each group in the baseline, and in the batch. */
  readonly baseline: readonly number[];
  readonly batch: readonly number[];
  /** Whether the numbers of a group are known to be equal. */
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
  /**
   * Adds the batch's numbers below a bound. The baseline has none there, so every run of equal numbers is a
   * group.
   */
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

import type { PooledGroups } from './pooled-groups.ts';

/** A test's outcome: how far apart two samples are, in [0, 1], and how rarely samples of one source are so far apart. */
export interface TestResult {
  readonly distance: number;
  readonly pValue: number;
}

/**
 * The two-sample Kolmogorov-Smirnov test: the largest distance between the distribution functions of baseline and batch, and its exact
 * p-value for these sample sizes and these ties.
 *
 * Nothing is simulated here, since what a simulation tends to can be computed. Were both samples of one source, every choice of the
 * pooled values as the batch would be equally likely: the batch's share grows along the pooled order as a random lattice path, and
 * the p-value is the share of paths that somewhere leave the corridor of width `distance` (Hodges, Arkiv för Matematik 3, 1958;
 * with ties only at the ends of groups of equal values: Schröer and Trenkler, CSDA 20, 1995). The usual asymptotic p-value is wrong
 * for ties and for small samples, and a simulated one cannot tell one in 100,000 from one in a million.
 *
 * Where the baseline knows the order within a group not (see summariseNumbers), the distance is measured at the group's ends, and
 * paths may leave the corridor at any step: the distance is too small by less than the group's share, and the p-value too large,
 * never too small. A p-value above UNREMARKABLE is given as 1.
 */
export function kolmogorovSmirnov(groups: PooledGroups): TestResult {
  const { baselineTotal: n, batchTotal: m } = groups;
  if (n === 0 || m === 0) return { distance: 0, pValue: 1 };
  const excess = largestExcess(groups);
  return { distance: excess / (n * m), pValue: excess === 0 ? 1 : shareOfPathsOutside(groups, excess) };
}

/** The largest |i / n - j / m| at the ends of groups, times n m: a whole number, so that ties in it are exact. */
function largestExcess({ baseline, batch, baselineTotal: n, batchTotal: m }: PooledGroups): number {
  let [i, j, largest] = [0, 0, 0];
  for (let group = 0; group < batch.length; group++) {
    i += baseline[group]!;
    j += batch[group]!;
    largest = Math.max(largest, Math.abs(i * m - j * n));
  }
  return largest;
}

/** What more than so many paths do is no sign of anything: their exact share would only cost time. */
export const UNREMARKABLE = 0.05;

/** Paths this unlikely are counted as outside, which adds less than 1e-12 to a p-value and keeps the work in bounds. */
const NEGLIGIBLE = 1e-18;

/**
 * The chance that a random path reaches `excess` at a point where it is looked at; 1 for all above UNREMARKABLE. `chance[j]` is that of standing at j values of the
 * batch among those passed, without having been outside before: it only ever is a sum of positive terms, so that small p-values are as
 * exact as large ones.
 */
function shareOfPathsOutside({ baseline, batch, isTie, ...totals }: PooledGroups, excess: number): number {
  const { baselineTotal: n, batchTotal: m } = totals;
  const all = n + m;
  const chance = new Float64Array(m + 2);
  chance[0] = 1;
  let [low, high, passed, outside] = [0, 0, 0, 0];
  for (let group = 0; group < batch.length; group++) {
    const size = baseline[group]! + batch[group]!;
    for (let step = 1; step <= size; step++) {
      const left = 1 / (all - passed);
      if (high < m) high++;
      // Of those that are left, m - j are the batch's.
      for (let j = high; j > low; j--)
        chance[j] = chance[j]! * (1 - (m - j) * left) + chance[j - 1]! * (m - j + 1) * left;
      chance[low] = chance[low]! * (1 - (m - low) * left);
      passed++;
      const isLooked = step === size || !isTie[group]!;
      const middle = passed * m;
      while (low <= high && (chance[low]! < NEGLIGIBLE || (isLooked && middle - low * all >= excess)))
        outside += chance[low++]!;
      while (high >= low && (chance[high]! < NEGLIGIBLE || (isLooked && high * all - middle >= excess))) {
        outside += chance[high]!;
        chance[high--] = 0;
      }
      if (outside > UNREMARKABLE) return 1;
    }
  }
  return outside;
}

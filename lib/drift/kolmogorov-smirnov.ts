import type { PooledGroups } from './pooled-groups.ts';

/**
 * A test's result: the distance of two samples, in [0, 1], and the probability of such a distance between
 * samples of one source.
 */
export interface TestResult {
  readonly distance: number;
  readonly pValue: number;
}

/**
 * The two-sample Kolmogorov-Smirnov test: the largest distance between the distribution functions of baseline
 * and batch, and its exact p-value for these sample sizes and ties.
 *
 * Nothing is simulated, because the exact value can be computed. If both samples came from one source, every
 * choice of the pooled values as the batch would be equally likely. The batch's share then grows along the
 * pooled order as a random lattice path, and the p-value is the share of paths that leave the corridor of
 * width `distance` (Hodges, Arkiv för Matematik 3, 1958; with ties only at the ends of groups of equal
 * values: Schröer and Trenkler, CSDA 20, 1995). The usual asymptotic p-value is wrong for ties and for small
 * samples, and a simulated one cannot distinguish one in 100,000 from one in a million.
 *
 * When the baseline does not know the order within a group (see summariseNumbers), the distance is measured
 * at the group's ends, and paths may leave the corridor at any step. The distance is then too small by less
 * than the group's share, and the p-value is too large, never too small. A p-value above UNREMARKABLE is
 * returned as 1.
 */
export function kolmogorovSmirnov(groups: PooledGroups): TestResult {
  const { baselineTotal: n, batchTotal: m } = groups;
  if (n === 0 || m === 0) return { distance: 0, pValue: 1 };
  const excess = largestExcess(groups);
  return { distance: excess / (n * m), pValue: excess === 0 ? 1 : shareOfPathsOutside(groups, excess) };
}

/** The largest |i / n - j / m| at the ends of groups, times n m: a whole number, so that ties are exact. */
function largestExcess({ baseline, batch, baselineTotal: n, batchTotal: m }: PooledGroups): number {
  let [i, j, largest] = [0, 0, 0];
  for (let group = 0; group < batch.length; group++) {
    i += baseline[group]!;
    j += batch[group]!;
    largest = Math.max(largest, Math.abs(i * m - j * n));
  }
  return largest;
}

/** A larger share of paths is not a sign of drift, and computing it exactly would only cost time. */
export const UNREMARKABLE = 0.05;

/** Paths this unlikely are counted as outside. This adds less than 1e-12 to a p-value and limits the work. */
const NEGLIGIBLE = 1e-18;

/**
 * The probability that a random path reaches `excess` at a point where the distance is measured; 1 for all
 * above UNREMARKABLE. `chance[j]` is the probability that the path passed j values of the batch without
 * having been outside. It is only ever a sum of positive terms, so small p-values are as exact as large ones.
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
      // Of the remaining values, m - j are the batch's.
      for (let j = high; j > low; j--)
        chance[j] = chance[j]! * (1 - (m - j) * left) + chance[j - 1]! * (m - j + 1) * left;
      chance[low] = chance[low]! * (1 - (m - low) * left);
      passed++;
      const isMeasured = step === size || !isTie[group]!;
      const middle = passed * m;
      while (low <= high && (chance[low]! < NEGLIGIBLE || (isMeasured && middle - low * all >= excess)))
        outside += chance[low++]!;
      while (high >= low && (chance[high]! < NEGLIGIBLE || (isMeasured && high * all - middle >= excess))) {
        outside += chance[high]!;
        chance[high--] = 0;
      }
      if (outside > UNREMARKABLE) return 1;
    }
  }
  return outside;
}

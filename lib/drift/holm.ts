/**
 * p-values corrected for their number (Holm, Scandinavian Journal of Statistics 6, 1979). Calling those that
 * are at most x significant raises a false alarm, for any column that has not changed, with probability at
 * most x, however the tests depend on each other. Features of one table depend on each other, so corrections
 * that assume independence do not apply.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = Array.from(pValues.keys()).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  order.forEach((at, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[at]! * (pValues.length - rank)));
    adjusted[at] = largest;
  });
  return adjusted;
}

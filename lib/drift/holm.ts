/**
 * p-values corrected for their number (Holm, Scandinavian Journal of Statistics 6, 1979): calling significant what is at most x raises a
 * false alarm, anywhere among those that have not changed, with probability x at most, however the tests depend on each
 * other. Features of one table do, so that corrections which assume independence are not for them.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = Array.from(pValues.keys()).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let least = 0;
  order.forEach((at, rank) => {
    least = Math.max(least, Math.min(1, pValues[at]! * (pValues.length - rank)));
    adjusted[at] = least;
  });
  return adjusted;
}

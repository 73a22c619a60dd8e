/**
 * The classes with the most training rows, largest first. Of equally large classes the earlier one comes
 * first, so that the same model gives the same list everywhere.
 *
 * @param counts rows by class index
 * @returns at most `limit` class indices
 */
export function largestClasses(counts: ArrayLike<number>, limit: number): number[] {
  const indices = Array.from({ length: counts.length }, (_, label) => label);
  return indices.sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, limit);
}

/** How far apart two points are: the root of the summed squares, or the sum of the absolute differences. */
export type Metric = 'euclidean' | 'manhattan';

export const METRICS: readonly Metric[] = ['euclidean', 'manhattan'];

/**
 * Largest magnitude of a coordinate for which no distance between two points of this dimension overflows.
 * Two coordinates at opposite ends differ by 2m, so the squares sum to at most d(2m)², which must stay below
 * Number.MAX_VALUE; the factor 0.49 instead of 0.5 leaves room for the roundings of d additions. The same bound
 * serves the manhattan metric, where it is not tight.
 */
export function largestCoordinate(dimension: number): number {
  return 0.49 * Math.sqrt(Number.MAX_VALUE / dimension);
}

/**
 * The share of a bound on distances that is certain, where the bound is made of at most 62 additions and a distance of one for each
 * feature: see TreeSearch.
 */
export const certainShare = (dimension: number): number => 1 - (64 + dimension) * 2 ** -52;

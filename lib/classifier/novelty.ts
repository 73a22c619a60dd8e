import * as z from 'zod/mini';

/**
 * The training rows' distances from their own nearest neighbours: quantiles of the mean distance, at evenly
 * spaced shares from 0 to 1, ascending. A query is novel when its distance is larger than nearly all of
 * these.
 */
export const noveltyScale = z.array(z.number().check(z.minimum(0))).check(z.minLength(2));

export type NoveltyScale = z.infer<typeof noveltyScale>;

export interface Novelty {
  /**
   * Mean distance to the nearest neighbours, in the model's space; with scores of the classes to the nearest
   * landmarks, in plain coordinates.
   */
  readonly distance: number;
  /** The distance beyond which a query counts as novel. */
  readonly threshold: number;
  /** Share of the training rows that lie nearer to their own neighbours than the query does, in [0, 1]. */
  readonly percentile: number;
  readonly isNovel: boolean;
}

const STEPS = 100;
/** Without drift, one query in a hundred is called novel. */
const NOVEL_STEP = 99;

/**
 * @param distances mean distances of training rows from their neighbours, the row itself excluded; at least
 *   one
 */
export function learnNovelty(distances: Float64Array): NoveltyScale {
  const sorted = Float64Array.from(distances).sort();
  return Array.from({ length: STEPS + 1 }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / STEPS)]!);
}

/** Compares a query's mean distance with those of the training rows. */
export function noveltyOf(distance: number, scale: NoveltyScale): Novelty {
  const threshold = thresholdOf(scale);
  let below = 0;
  while (below < scale.length && scale[below]! < distance) below++;
  return { distance, threshold, percentile: below / scale.length, isNovel: distance > threshold };
}

/** The `isNovel` of `noveltyOf`, without the rest. */
export const isNovelDistance = (distance: number, scale: NoveltyScale) => distance > thresholdOf(scale);

const thresholdOf = (scale: NoveltyScale) => scale[NOVEL_STEP] ?? scale.at(-1)!;

/** The mean of the first `count` distances. */
export function meanDistance(distances: ArrayLike<number>, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += distances[i]! / count;
  return sum;
}

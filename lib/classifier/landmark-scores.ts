import { LandmarkKernel } from './landmark-kernel.ts';
import { LANES, takeLanes } from './lanes.ts';

/** The most landmarks, but for classes that would have none. */
export const MAX_LANDMARKS = 200;
/** A query's novelty is its mean distance to this many landmarks, the nearest. */
const NOVELTY_LANDMARKS = 5;

/**
 * No learnt weight is larger. The penalty of at least 0.005 keeps those of one score below the root of 20,000
 * rows / 0.005, 2,000, and the constant below 1 plus the root of the landmarks times that.
 */
export const MAX_SCORE_WEIGHT = 1e5;

/** Some training rows that tell where the data is. */
export interface Landmarks {
  readonly from: number;
  /** Which rows they are, ascending. */
  readonly rows: Int32Array;
  /** Their coordinates: four side by side, coordinate by coordinate, then the next four. */
  readonly tiles: Float64Array;
}

/**
 * A map of coordinates to scores of the classes: sums over the landmarks of how close a point is to each,
 * halfAt / (halfAt + d^2), times the landmark's weight. Points of one class score alike although they may lie
 * apart.
 */
export interface LandmarkScores extends Landmarks {
  /** The scores: see scoreCount. */
  readonly to: number;
  /** The squared distance at which closeness is a half. */
  readonly halfAt: number;
  /** The weights of each landmark's closeness, and last of a constant 1: (landmarks + 1) x to, row-major. */
  readonly weights: Float64Array;
}

/** The scores of each row of row-major points. */
export function scorePoints(map: LandmarkScores, points: Float64Array): Float64Array {
  const { from, to } = map;
  const rows = points.length / from;
  const scores = new Float64Array(rows * to);
  for (let row = 0; row < rows; row++) {
    const squared = squaredDistances(map, points.subarray(row * from, (row + 1) * from));
    scores.set(scoresAt(map, squared), row * to);
  }
  return scores;
}

/** Coordinates of landmarks, given row by row, as LandmarkScores has them. */
export function landmarkTiles(points: Float64Array, from: number): Float64Array {
  const tiles = new Float64Array(Math.ceil(points.length / from / LANES) * LANES * from);
  for (let at = 0; at < tiles.length; at += LANES * from)
    takeLanes(points, from, at / from, tiles.subarray(at, at + LANES * from));
  return tiles;
}

const kernel = new LandmarkKernel();

/** The squared distance of a point to each landmark. */
export function squaredDistances(
  { rows, tiles }: Pick<LandmarkScores, 'rows' | 'tiles'>,
  point: Float64Array,
): Float64Array {
  const squared = kernel.squares(tiles, point) ?? plainSquares(tiles, point);
  return squared.slice(0, rows.length);
}

/** What the kernel computes, where the system has no memory for it. */
export function plainSquares(tiles: Float64Array, point: Float64Array): Float64Array {
  const squared = new Float64Array(tiles.length / point.length);
  for (let first = 0, at = 0; first < squared.length; first += LANES)
    for (const value of point)
      for (let lane = 0; lane < LANES; lane++, at++) {
        const difference = value - tiles[at]!;
        squared[first + lane]! += difference * difference;
      }
  return squared;
}

/** The scores of a point at these squared distances from the landmarks. */
export function scoresAt({ to, halfAt, weights }: LandmarkScores, squared: Float64Array): Float64Array {
  const scores = weights.slice(squared.length * to);
  for (let at = 0; at < squared.length; at++) {
    const closeness = halfAt / (halfAt + squared[at]!);
    for (let j = 0; j < to; j++) scores[j]! += closeness * weights[at * to + j]!;
  }
  return scores;
}

/**
 * The mean distance to the nearest landmarks. It takes the place of the mean distance to the neighbours: a
 * point far from all landmarks scores like any of which nothing is known, and has neighbours that do as well.
 *
 * @param squared as of squaredDistances
 * @param excluded the number of a landmark that the point itself is
 */
export function landmarkDistance(squared: Float64Array, excluded = -1): number {
  const nearest = new Float64Array(NOVELTY_LANDMARKS);
  let found = 0;
  for (let at = 0; at < squared.length; at++) {
    const one = squared[at]!;
    if (at === excluded || (found === NOVELTY_LANDMARKS && one >= nearest[found - 1]!)) continue;
    let place = Math.min(found, NOVELTY_LANDMARKS - 1);
    for (; place > 0 && nearest[place - 1]! > one; place--) nearest[place] = nearest[place - 1]!;
    nearest[place] = one;
    found = Math.min(found + 1, NOVELTY_LANDMARKS);
  }
  let sum = 0;
  for (let i = 0; i < found; i++) sum += Math.sqrt(nearest[i]!) / found;
  return sum;
}

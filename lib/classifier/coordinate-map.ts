import { type LandmarkScores, scorePoints } from './landmark-scores.ts';
import { type TreeScores, treeScorePoints } from './tree-scores.ts';

/**
 * A linear map of coordinates: `from x to`, row-major, so that out[j] is the sum over i of in[i] * matrix[i *
 * to + j].
 */
export interface LinearMap {
  readonly from: number;
  readonly to: number;
  readonly matrix: Float64Array;
}

/** What is applied to the features' coordinates, to give those that distances are measured between. */
export type CoordinateMap = LinearMap | LandmarkScores | TreeScores;

/** Whether a map gives scores of the classes, and has landmarks that novelty is told by. */
export const givesScores = (map: CoordinateMap | null): map is LandmarkScores | TreeScores =>
  map !== null && 'tiles' in map;

/** Whether a map gives scores by trees. */
export const isTrees = (map: CoordinateMap | null): map is TreeScores => map !== null && 'trees' in map;

/** Applies a map to each row of row-major points. */
export function mapPoints(map: CoordinateMap, points: Float64Array): Float64Array {
  if (isTrees(map)) return treeScorePoints(map, points);
  if (givesScores(map)) return scorePoints(map, points);
  const { from, to, matrix } = map;
  const rows = points.length / from;
  const mapped = new Float64Array(rows * to);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < from; i++) {
      const value = points[row * from + i]!;
      if (value === 0) continue;
      for (let j = 0; j < to; j++) mapped[row * to + j]! += value * matrix[i * to + j]!;
    }
  }
  return mapped;
}

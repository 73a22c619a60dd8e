import { type LandmarkScores, scorePoints } from './landmark-scores.ts';

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
export type CoordinateMap = LinearMap | LandmarkScores;

/** Whether a map gives landmark scores. */
export const isLandmarks = (map: CoordinateMap | null): map is LandmarkScores =>
  map !== null && 'tiles' in map;

/** Applies a map to each row of row-major points. */
export function mapPoints(map: CoordinateMap, points: Float64Array): Float64Array {
  if (isLandmarks(map)) return scorePoints(map, points);
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

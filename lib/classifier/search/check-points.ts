import { TrainingError } from '../../errors.ts';
import { largestCoordinate, METRICS, type Metric } from './metric.ts';

/** Split features are stored as 16-bit integers. */
const MOST_FEATURES = 65_535;
/** Coordinates, and with them rows, are numbered by signed 32-bit integers: 16 GB of them. */
export const MOST_COORDINATES = 2 ** 31 - 1;

/**
 * Checks what an index is to be built from and returns the number of rows. `points` is row-major, rows × dimension.
 * Throws TrainingError `points_shape` (not a whole number of rows, no rows, bad dimension or metric) or
 * `points_range` (NaN, an infinity, or a value so large that a squared distance could overflow).
 */
export function checkPoints(points: Float64Array, dimension: number, metric: Metric): number {
  checkShape(points, dimension, metric);
  const at = firstOutOfRange(points, dimension);
  if (at >= 0) throw outOfRange(points, dimension, at);
  return points.length / dimension;
}

/** Index of the first value that is NaN, infinite or beyond largestCoordinate(dimension); −1 when there is none. */
export function firstOutOfRange(values: Float64Array, dimension: number): number {
  const largest = largestCoordinate(dimension);
  for (let at = 0; at < values.length; at++) {
    // Written so that NaN fails too.
    if (!(Math.abs(values[at]!) <= largest)) return at;
  }
  return -1;
}

function checkShape(points: Float64Array, dimension: number, metric: Metric): void {
  const fault = shapeFault(points.length, dimension, metric);
  if (fault !== undefined) throw new TrainingError('points_shape', `neighbour index: ${fault}`);
}

function shapeFault(length: number, dimension: number, metric: Metric): string | undefined {
  if (!METRICS.includes(metric)) return `metric: expected ${METRICS.join(' or ')}, got "${metric}"`;
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > MOST_FEATURES) {
    return `dimension: expected an integer from 1 to ${MOST_FEATURES}, got ${dimension}`;
  }
  if (length === 0) return 'points: expected at least one row, got none';
  if (length % dimension !== 0) {
    return `points: expected a multiple of ${dimension} values (row-major), got ${length}`;
  }
  if (length > MOST_COORDINATES) {
    return `points: expected at most ${MOST_COORDINATES} values, got ${length}`;
  }
  return undefined;
}

function outOfRange(points: Float64Array, dimension: number, at: number): TrainingError {
  const row = Math.floor(at / dimension);
  return new TrainingError(
    'points_range',
    `neighbour index: row ${row}, feature ${at % dimension}: expected a finite number of magnitude at most ` +
      `${largestCoordinate(dimension).toExponential(3)} (beyond it distances overflow), got ${points[at]}; impute or rescale the feature first`,
  );
}

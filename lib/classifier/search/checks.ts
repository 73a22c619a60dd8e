import { ArtifactError, ClassifierError, TrainingError } from '../../errors.ts';
import {
  innerNodeCount,
  largestCoordinate,
  METRICS,
  type Metric,
  type NeighbourIndexData,
  type TreeIndexData,
} from './types.ts';

/** Split features are stored as 16-bit integers. */
const MAX_FEATURES = 65_535;
/** Signed 32-bit integers number the coordinates, and so the rows: 16 GB of coordinates. */
const MAX_COORDINATES = 2 ** 31 - 1;

/**
 * Checks the input of an index and returns the number of rows. `points` is row-major, rows × dimension.
 * Throws TrainingError `points_shape` (not a whole number of rows, no rows, bad dimension or metric) or
 * `points_range` (NaN, an infinity, or a value so large that a squared distance could overflow).
 */
export function checkPoints(points: Float64Array, dimension: number, metric: Metric): number {
  checkShape(points, dimension, metric);
  const at = firstOutOfRange(points, dimension);
  if (at >= 0) throw outOfRange(points, dimension, at);
  return points.length / dimension;
}

/**
 * The index of the first value that is NaN, infinite or beyond largestCoordinate(dimension); −1 if there is
 * none.
 */
function firstOutOfRange(values: Float64Array, dimension: number): number {
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
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > MAX_FEATURES) {
    return `dimension: expected an integer from 1 to ${MAX_FEATURES}, got ${dimension}`;
  }
  if (length === 0) return 'points: expected at least one row, got none';
  if (length % dimension !== 0) {
    return `points: expected a multiple of ${dimension} values (row-major), got ${length}`;
  }
  if (length > MAX_COORDINATES) {
    return `points: expected at most ${MAX_COORDINATES} values, got ${length}`;
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

/**
 * Checks that a stored index can be searched safely: kinds, counts, section lengths, that the order is a
 * permutation, that split features exist and that their bounds are finite and in range. `checkStoredPoints`
 * checks the points. Reads each section once. Does not check that the split bounds describe the points: the
 * artifact's digest vouches for the bytes. Throws ArtifactError `artifact_index` with the first check that
 * failed.
 */
export function checkIndex(data: NeighbourIndexData): void {
  const { points, rows, dimension } = data;
  refuse(
    headFault(data) ??
      lengthFault('points', points, rows * dimension) ??
      (data.kind === 'tree' ? treeFault(data) : undefined),
  );
}

/** Checks that every coordinate is finite and in range. Throws ArtifactError `artifact_index`. */
export function checkStoredPoints({ points, dimension }: NeighbourIndexData): void {
  const at = firstOutOfRange(points, dimension);
  refuse(at < 0 ? undefined : `points[${at}]: expected a finite number in range, got ${points[at]}`);
}

function refuse(fault: string | undefined): void {
  if (fault === undefined) return;
  throw new ArtifactError(
    'artifact_index',
    `neighbour index: ${fault}; the artifact is damaged: train again`,
  );
}

function headFault(data: NeighbourIndexData): string | undefined {
  const { kind, metric, rows, dimension } = data;
  if (kind !== 'tree' && kind !== 'scan') return `kind: expected tree or scan, got ${JSON.stringify(kind)}`;
  if (!METRICS.includes(metric)) {
    return `metric: expected ${METRICS.join(' or ')}, got ${JSON.stringify(metric)}`;
  }
  return (
    countFault('rows', rows, MAX_COORDINATES) ??
    countFault('dimension', dimension, MAX_FEATURES) ??
    countFault('rows × dimension', rows * dimension, MAX_COORDINATES)
  );
}

function countFault(name: string, value: number, max: number): string | undefined {
  if (Number.isInteger(value) && value >= 1 && value <= max) return undefined;
  return `${name}: expected an integer from 1 to ${max}, got ${value}`;
}

function lengthFault(name: string, section: ArrayLike<number>, expected: number): string | undefined {
  return section.length === expected
    ? undefined
    : `${name}: expected length ${expected}, got ${section.length}`;
}

function treeFault(tree: TreeIndexData): string | undefined {
  const innerNodes = innerNodeCount(tree.rows);
  return (
    lengthFault('order', tree.order, tree.rows) ??
    lengthFault('splitFeatures', tree.splitFeatures, innerNodes) ??
    lengthFault('splitBounds', tree.splitBounds, 2 * innerNodes) ??
    orderFault(tree.order) ??
    splitFault(tree)
  );
}

function orderFault(order: Int32Array): string | undefined {
  // The loop is as short as possible: a model's first prediction waits for it, in code that is not compiled
  // yet.
  const rows = order.length;
  const seen = new Uint8Array(rows);
  for (let position = 0; position < rows; position++) seen[order[position]!] = 1;
  return seen.includes(0) ? orderFaultAt(order) : undefined;
}

function orderFaultAt(order: Int32Array): string | undefined {
  const seen = new Uint8Array(order.length);
  for (let position = 0; position < order.length; position++) {
    const row = order[position]!;
    if (row < 0 || row >= order.length) {
      return `order[${position}]: expected a row from 0 to ${order.length - 1}, got ${row}`;
    }
    if (seen[row] === 1) return `order[${position}]: row ${row} occurs twice; expected a permutation`;
    seen[row] = 1;
  }
  return undefined;
}

function splitFault({ splitFeatures, splitBounds, dimension }: TreeIndexData): string | undefined {
  const bad = firstOutOfRange(splitBounds, dimension);
  if (bad >= 0) return `splitBounds[${bad}]: expected a finite number in range, got ${splitBounds[bad]}`;
  for (let node = 0; node < splitFeatures.length; node++) {
    if (splitFeatures[node]! >= dimension) {
      return `splitFeatures[${node}]: expected a feature below ${dimension}, got ${splitFeatures[node]}`;
    }
    if (splitBounds[2 * node]! > splitBounds[2 * node + 1]!) {
      return `splitBounds of node ${node}: the left side reaches ${splitBounds[2 * node]}, beyond the right side's ${splitBounds[2 * node + 1]}`;
    }
  }
  return undefined;
}

/** Checks one query. Throws ClassifierError `query_invalid`. */
export function checkQuery(query: Float64Array, dimension: number): void {
  if (query.length !== dimension) throw invalid(`expected ${dimension} coordinates, got ${query.length}`);
  checkCoordinates(query, dimension);
}

/** Checks a row-major batch and returns how many queries it holds. Throws ClassifierError `query_invalid`. */
export function checkQueries(queries: Float64Array, dimension: number): number {
  if (queries.length % dimension !== 0) {
    throw invalid(`expected a multiple of ${dimension} coordinates (row-major), got ${queries.length}`);
  }
  checkCoordinates(queries, dimension);
  return queries.length / dimension;
}

/** Checks a number of neighbours: an integer, 0 or more. Throws ClassifierError `query_invalid`. */
export function checkWanted(k: number): void {
  if (!Number.isSafeInteger(k) || k < 0) throw invalid(`k: expected an integer of 0 or more, got ${k}`);
}

/**
 * Checks the row to exclude: −1 for none, else a row of the index. Throws ClassifierError `query_invalid`.
 */
export function checkExcluded(row: number, rows: number): void {
  if (Number.isInteger(row) && row >= -1 && row < rows) return;
  throw invalid(`exclude: expected a row from 0 to ${rows - 1}, or -1 for none, got ${row}`);
}

/** Checks the rows to exclude in a batch, one for each query. Throws ClassifierError `query_invalid`. */
export function checkExcludedOfBatch(exclude: Int32Array, queries: number, rows: number): void {
  if (exclude.length !== queries) throw invalid(`exclude: expected ${queries} rows, got ${exclude.length}`);
  for (const row of exclude) checkExcluded(row, rows);
}

/** Checks a mask over the rows. Throws ClassifierError `query_invalid`. */
export function checkMask(mask: Uint8Array, rows: number): void {
  if (mask.length !== rows)
    throw invalid(`excluded rows: expected a mask of ${rows} bytes, got ${mask.length}`);
}

function checkCoordinates(values: Float64Array, dimension: number): void {
  const at = firstOutOfRange(values, dimension);
  if (at < 0) return;
  const largest = largestCoordinate(dimension).toExponential(3);
  throw invalid(
    `query ${Math.floor(at / dimension)}, coordinate ${at % dimension}: expected a finite number of magnitude at most ${largest}, got ${values[at]}`,
  );
}

function invalid(fault: string): ClassifierError {
  return new ClassifierError('query_invalid', `neighbour search: ${fault}`, { exposable: true });
}

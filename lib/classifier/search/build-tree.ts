import { checkPoints } from './checks.ts';
import { select } from './select.ts';
import { innerNodeCount, LEAF_ROWS, type Metric, type TreeIndexData } from './types.ts';

/**
 * Rows that choose a node's split feature. The choice affects speed only: the bounds are taken from all rows.
 * Measured on 1M x 16: using all rows takes 4.0 s of processor time instead of 1.4 s, and searches then visit
 * the same number of rows to within about 1%.
 */
const SPREAD_SAMPLE_ROWS = 128;
/** A subtree of at most this many coordinates is split in a copy: 512 KB, about a core's own cache. */
const LOCAL_COORDINATES = 2 ** 16;

/**
 * Builds the k-d tree over `points` (row-major, rows × dimension, canonical order; not modified). Every node
 * splits at the median row along its widest feature. Takes 8 bytes per row beside the result. Throws
 * TrainingError `points_shape` or `points_range`.
 */
export function buildTree(points: Float64Array, dimension: number, metric: Metric): TreeIndexData {
  const rows = checkPoints(points, dimension, metric);
  const innerNodes = innerNodeCount(rows);
  const splitFeatures = new Uint16Array(innerNodes);
  const splitBounds = new Float64Array(2 * innerNodes);
  const sections = new TreeBuilder(points, dimension, rows, splitFeatures, splitBounds).build();
  return { kind: 'tree', metric, rows, dimension, ...sections, splitFeatures, splitBounds };
}

/**
 * The upper levels split the rows in place. A subtree that fits into a processor's cache is copied, split in
 * the copy, and stored from there. Most of the time is spent waiting for rows far apart in memory, and the
 * copy saves a tenth to a quarter of it.
 */
class TreeBuilder {
  readonly #points: Float64Array;
  readonly #stored: Float64Array;
  readonly #local: Float64Array;
  readonly #localRows: number;
  /** What #order indexes: the points, or the local copy. */
  #source: Float64Array;
  readonly #dimension: number;
  readonly #splitFeatures: Uint16Array;
  readonly #splitBounds: Float64Array;
  readonly #order: Int32Array;
  /**
   * The split feature's values in the order of #order. Selecting on these is faster than fetching a row per
   * comparison.
   */
  readonly #keys: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;

  constructor(
    points: Float64Array,
    dimension: number,
    rows: number,
    splitFeatures: Uint16Array,
    splitBounds: Float64Array,
  ) {
    this.#points = points;
    this.#source = points;
    this.#stored = new Float64Array(points.length);
    this.#localRows = Math.min(rows, Math.max(LEAF_ROWS, Math.floor(LOCAL_COORDINATES / dimension)));
    this.#local = new Float64Array(this.#localRows * dimension);
    this.#dimension = dimension;
    this.#splitFeatures = splitFeatures;
    this.#splitBounds = splitBounds;
    this.#order = new Int32Array(rows).map((_, row) => row);
    this.#keys = new Float64Array(rows);
    this.#min = new Float64Array(dimension);
    this.#max = new Float64Array(dimension);
  }

  build(): { points: Float64Array; order: Int32Array } {
    this.#split(0, 0, this.#order.length);
    return { points: this.#stored, order: this.#order };
  }

  #split(node: number, low: number, high: number): void {
    if (this.#source === this.#points && high - low <= this.#localRows) {
      this.#splitLocally(node, low, high);
      return;
    }
    if (node >= this.#splitFeatures.length) return;
    const middle = (low + high) >>> 1;
    const feature = this.#widestFeature(low, high);
    this.#loadKeys(feature, low, high);
    select(this.#keys, this.#order, low, high - 1, middle);
    this.#splitFeatures[node] = feature;
    this.#splitBounds[2 * node] = largest(this.#keys, low, middle);
    this.#splitBounds[2 * node + 1] = this.#keys[middle]!;
    this.#split(2 * node + 1, low, middle);
    this.#split(2 * node + 2, middle, high);
  }

  /**
   * Splits a subtree in a copy, then stores its rows. Leaves have at most LEAF_ROWS rows, so every row passes
   * here.
   */
  #splitLocally(node: number, low: number, high: number): void {
    const rows = this.#order.slice(low, high);
    copyRows(this.#points, rows, this.#dimension, this.#local, 0);
    const order = this.#order.subarray(low, high);
    for (let at = 0; at < order.length; at++) order[at] = at;
    this.#source = this.#local;
    this.#split(node, low, high);
    this.#source = this.#points;
    copyRows(this.#local, order, this.#dimension, this.#stored, low * this.#dimension);
    for (let at = 0; at < order.length; at++) order[at] = rows[order[at]!]!;
  }

  #loadKeys(feature: number, low: number, high: number): void {
    const points = this.#source;
    const dimension = this.#dimension;
    const order = this.#order;
    const keys = this.#keys;
    for (let position = low; position < high; position++) {
      keys[position] = points[order[position]! * dimension + feature]!;
    }
  }

  #widestFeature(low: number, high: number): number {
    this.#measureSpread(low, high);
    let widest = 0;
    for (let feature = 1; feature < this.#dimension; feature++) {
      if (this.#spread(feature) > this.#spread(widest)) widest = feature;
    }
    return widest;
  }

  #spread(feature: number): number {
    return this.#max[feature]! - this.#min[feature]!;
  }

  #measureSpread(low: number, high: number): void {
    const min = this.#min.fill(Number.POSITIVE_INFINITY);
    const max = this.#max.fill(Number.NEGATIVE_INFINITY);
    const points = this.#source;
    const dimension = this.#dimension;
    const step = Math.max(1, Math.floor((high - low) / SPREAD_SAMPLE_ROWS));
    for (let position = low; position < high; position += step) {
      const at = this.#order[position]! * dimension;
      for (let feature = 0; feature < dimension; feature++) {
        const value = points[at + feature]!;
        if (value < min[feature]!) min[feature] = value;
        if (value > max[feature]!) max[feature] = value;
      }
    }
  }
}

function largest(values: Float64Array, from: number, to: number): number {
  let max = values[from]!;
  for (let at = from + 1; at < to; at++) {
    if (values[at]! > max) max = values[at]!;
  }
  return max;
}

/** Copies the given rows in turn to `target`, starting at `to`. */
function copyRows(
  source: Float64Array,
  rows: Int32Array,
  dimension: number,
  target: Float64Array,
  to: number,
): void {
  let at = to;
  for (let index = 0; index < rows.length; index++) {
    const from = rows[index]! * dimension;
    for (let feature = 0; feature < dimension; feature++) target[at++] = source[from + feature]!;
  }
}

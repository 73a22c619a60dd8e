import { type WasmMemory, wasmMemory } from '../../wasm/engine.ts';
import {
  type FilterFunctions,
  filterFunctions,
  largestCode,
  MAX_SUM,
  pairsOf,
  ROUNDINGS,
  TILE_ROWS,
  tileBytes,
} from './filter-kernel.ts';
import { FILTER_SLOTS, filterPlaces, MAX_FILTERED_ROWS } from './filter-memory.ts';
import type { RowFilter } from './row-filter.ts';
import type { Metric, NeighbourIndexData } from './types.ts';

/** Rows, evenly spaced, that determine centres and scale. */
const SAMPLE_ROWS = 101;
/** Keeps products with the scale finite. */
const LARGEST_SCALE = 1e300;
/**
 * The largest distance of outliers, relative to the bulk, up to which codes span them too. This costs
 * precision, but clamped codes cost more: rows with such codes cannot be told apart.
 */
const MAX_EXCESS = 16;
/**
 * The largest difference between two codes beyond that of their coordinates: each is rounded by up to a half.
 */
const CODE_ERROR = 1.001;

type FilterPlaces = ReturnType<typeof filterPlaces>;

/** Creates a filter. Returns undefined when the system has no memory for one; searches work without. */
export function openCodeFilter(data: NeighbourIndexData): CodeFilter | undefined {
  const places = filterPlaces(data);
  const memory = wasmMemory(places.bytes);
  return memory && new CodeFilter(data, places, memory);
}

/**
 * Tells which rows cannot be within a distance of a query. It compares 16-bit codes of their coordinates by
 * SIMD instructions, in a quarter of the memory and a tenth of the time that doubles take. It never skips a
 * row that is within the distance.
 *
 * A coordinate x of feature f has the code u(x) = (x − centre_f) × scale, clamped to ±m and rounded. There is
 * one scale because the features' differences are added. Clamping never moves two numbers apart, and rounding
 * moves each by at most a half, so |code(x) − code(y)| ≤ |x − y| × scale + 1, and by the triangle inequality,
 * for codes of d features,
 *
 *   euclidean   √Σ(code(x) − code(y))² ≤ distance × scale + √d
 *   manhattan    Σ|code(x) − code(y)|  ≤ distance × scale + d
 *
 * When no code was clamped, distance × scale and the codes' distance can be swapped in this. Codes span all
 * rows; or, when some rows are much farther out than most, the bulk of a sample, so that outliers cost
 * precision only near themselves. (Filtering by coarse codes before looking at vectors: Weber, Schek and
 * Blott, "A Quantitative Analysis and Performance Study for Similarity-Search Methods in High-Dimensional
 * Spaces", 1998.)
 */
export class CodeFilter implements RowFilter {
  readonly maxRows = MAX_FILTERED_ROWS;
  /** Whether no row's code was clamped. */
  readonly isUnclamped: boolean;
  /** The positions that `survivors` listed. */
  readonly positions: Int32Array;
  /** For a walk on the same memory: see filterPlaces. */
  readonly memory: WasmMemory;
  readonly places: FilterPlaces;
  /** The factor of coordinates. */
  readonly scale: number;
  /**
   * The largest distance, in the metric, between the codes of two rows beyond the distance between the rows.
   */
  readonly slack: number;
  /**
   * The amount by which a sum of squares can be too small because squares underflow: the smallest double for
   * each.
   */
  readonly underflow: number;
  readonly #metric: Metric;
  readonly #dimension: number;
  readonly #largestCode: number;
  readonly #centres: Float64Array;
  /** Per slot the codes of a query. */
  readonly #queries: Int16Array;
  readonly #slotCodes: number;
  readonly #functions: FilterFunctions;

  constructor(data: NeighbourIndexData, places: FilterPlaces, memory: WasmMemory) {
    const { metric, dimension } = data;
    this.#metric = metric;
    this.#dimension = dimension;
    this.#largestCode = largestCode(metric, dimension);
    this.slack = CODE_ERROR * (metric === 'euclidean' ? Math.sqrt(dimension) : dimension);
    this.underflow = dimension * Number.MIN_VALUE;
    this.places = places;
    this.memory = memory;
    const { centresAt, queriesAt, positionsAt, extremesAt } = places;
    const { buffer } = memory;
    this.#functions = filterFunctions(metric, dimension, memory);
    this.positions = new Int32Array(buffer, positionsAt, MAX_FILTERED_ROWS);
    this.#slotCodes = 2 * pairsOf(dimension);
    this.#queries = new Int16Array(buffer, queriesAt, FILTER_SLOTS * this.#slotCodes);
    this.#centres = new Float64Array(buffer, centresAt, dimension);
    this.scale = chooseCodes(data, this.#largestCode, this.#centres);
    this.#encode(data);
    const [one, other] = new Float64Array(buffer, extremesAt, 2);
    const excess = Math.max(one!, other!) / this.#largestCode;
    this.isUnclamped = excess <= MAX_EXCESS;
    if (excess > 1 && excess <= MAX_EXCESS) {
      this.scale /= excess * ROUNDINGS;
      this.#encode(data);
    }
  }

  #encode({ points, rows, dimension }: NeighbourIndexData): void {
    const { stagedRows, stagingAt, codesAt, centresAt, scalesAt, extremesAt } = this.places;
    const { buffer } = this.memory;
    new Float64Array(buffer, scalesAt, dimension).fill(this.scale);
    const staging = new Float64Array(buffer, stagingAt, stagedRows * dimension);
    for (let row = 0; row < rows; row += stagedRows) {
      const count = Math.min(stagedRows, rows - row);
      const tiles = Math.ceil(count / TILE_ROWS);
      staging.set(points.subarray(row * dimension, (row + count) * dimension));
      // The last tile is filled up with the first staged row: other values could be far away.
      for (let extra = count; extra < tiles * TILE_ROWS; extra++)
        staging.copyWithin(extra * dimension, 0, dimension);
      const at = codesAt + (row / TILE_ROWS) * tileBytes(dimension);
      this.#functions.encode(tiles, stagingAt, at, centresAt, scalesAt, extremesAt);
    }
  }

  /**
   * Prepares a query of `dimension` coordinates, in range.
   *
   * @returns whether no code was clamped
   */
  prepare(query: Float64Array, slot: number): boolean {
    const max = this.#largestCode;
    const scale = this.scale;
    const first = slot * this.#slotCodes;
    let isUnclamped = true;
    for (let feature = 0; feature < this.#dimension; feature++) {
      const exact = (query[feature]! - this.#centres[feature]!) * scale;
      const code = Math.max(-max, Math.min(max, exact));
      if (code !== exact) isUnclamped = false;
      this.#queries[first + feature] = Math.round(code);
    }
    return isUnclamped;
  }

  /**
   * Lists in `positions`, ascending, the rows at [from, to) whose sum is at most `maxSum`, and returns their
   * number. `to` is at least `from` + 1 and at most `from` + MAX_FILTERED_ROWS.
   */
  survivors(slot: number, from: number, to: number, maxSum: number): number {
    const { codesAt, queriesAt, positionsAt } = this.places;
    const queryAt = queriesAt + 2 * slot * this.#slotCodes;
    return this.#functions.survivors(from, to, codesAt, queryAt, maxSum, positionsAt);
  }

  /**
   * The largest sum that rows within a limit can have.
   *
   * @param limit as in Candidates: a squared distance for euclidean; 0 or more
   */
  largestSum(limit: number): number {
    if (this.#metric === 'manhattan') return bounded(limit * this.scale * ROUNDINGS + this.slack);
    const scaled = Math.sqrt(limit + this.underflow) * this.scale * ROUNDINGS + this.slack;
    return bounded(scaled * scaled * ROUNDINGS);
  }
}

const bounded = (sum: number) => (sum < MAX_SUM ? Math.floor(sum) : MAX_SUM);

/**
 * Writes the centres, each the median of a sample, and returns the scale. Take the feature whose middle nine
 * tenths are widest: codes reach twice that width to both sides, which is 6.6 standard deviations of normal
 * numbers.
 */
function chooseCodes(
  { points, rows, dimension }: NeighbourIndexData,
  maxCode: number,
  centres: Float64Array,
): number {
  const sampled = Math.min(SAMPLE_ROWS, rows);
  const values = new Float64Array(sampled);
  let bulk = 0;
  let whole = 0;
  for (let feature = 0; feature < dimension; feature++) {
    for (let i = 0; i < sampled; i++)
      values[i] = points[Math.floor((i * rows) / sampled) * dimension + feature]!;
    values.sort();
    const at = (share: number) => values[Math.floor(share * (sampled - 1))]!;
    centres[feature] = at(0.5);
    bulk = Math.max(bulk, at(0.95) - at(0.05));
    whole = Math.max(whole, at(1) - at(0));
  }
  return Math.min(maxCode / (2 * bulk || whole || maxCode), LARGEST_SCALE);
}

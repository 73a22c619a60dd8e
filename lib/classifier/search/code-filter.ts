import { type WasmMemory, wasmMemory } from '../../wasm/engine.ts';
import {
  type FilterFunctions,
  filterFunctions,
  largestCode,
  MOST_SUM,
  pairsOf,
  ROUNDINGS,
  TILE_ROWS,
  tileBytes,
} from './filter-kernel.ts';
import { FILTER_SLOTS, filterPlaces, MOST_FILTERED_ROWS } from './filter-memory.ts';
import type { RowFilter } from './row-filter.ts';
import type { Metric, NeighbourIndexData } from './types.ts';

/** Rows, at even strides, that centres and scale are chosen by. */
const SAMPLE_ROWS = 101;
/** Keeps products with it finite. */
const LARGEST_SCALE = 1e300;
/**
 * How far beyond the bulk outliers may be for codes to span them too, at a cost in precision: what cannot be told from codes that had to be
 * held costs more.
 */
const MOST_EXCESS = 16;
/** How far apart two codes are at most, beyond what their coordinates are: each is rounded by a half. */
const CODE_ERROR = 1.001;

type FilterPlaces = ReturnType<typeof filterPlaces>;

/** Makes a filter; undefined where the system has no memory for one: searches do without. */
export function openCodeFilter(data: NeighbourIndexData): CodeFilter | undefined {
  const places = filterPlaces(data);
  const memory = wasmMemory(places.bytes);
  return memory && new CodeFilter(data, places, memory);
}

/**
 * Tells which rows cannot be within a distance of a query, looking at 16-bit codes of their coordinates by SIMD instructions: a
 * quarter of the memory and a tenth of the time that their doubles take. Never is a row passed over that is within the distance.
 *
 * A coordinate x of feature f has the code u(x) = (x − centre_f) × scale, held within ±m and rounded; there is one scale, as the features'
 * differences are added. Holding numbers within bounds brings two of them no farther apart, and rounding moves each by at most a
 * half, so that |code(x) − code(y)| ≤ |x − y| × scale + 1, and by the triangle inequality, for codes of d features,
 *
 *   euclidean   √Σ(code(x) − code(y))² ≤ distance × scale + √d
 *   manhattan    Σ|code(x) − code(y)|  ≤ distance × scale + d
 *
 * Where no code had to be held within the bounds, distance × scale and codes can change places in this. Codes span all rows, or where some
 * are much farther out than most, the bulk of a sample: then outliers cost precision nowhere but where they are. (Filtering by coarse codes before looking at vectors: Weber, Schek and
 * Blott, "A Quantitative Analysis and Performance Study for Similarity-Search Methods in High-Dimensional Spaces", 1998.)
 */
export class CodeFilter implements RowFilter {
  readonly mostRows = MOST_FILTERED_ROWS;
  /** Whether no row's code was held within the bounds. */
  readonly isUnheld: boolean;
  /** What `survivors` listed. */
  readonly positions: Int32Array;
  /** For what works on the same memory, besides: see filterPlaces. */
  readonly memory: WasmMemory;
  readonly places: FilterPlaces;
  /** What coordinates are multiplied by. */
  readonly scale: number;
  /** How far apart, in the metric, the codes of two rows are at most, beyond what the rows are. */
  readonly slack: number;
  /** By how much a sum of squares can be too small since squares underflow: each by the least double. */
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
    this.positions = new Int32Array(buffer, positionsAt, MOST_FILTERED_ROWS);
    this.#slotCodes = 2 * pairsOf(dimension);
    this.#queries = new Int16Array(buffer, queriesAt, FILTER_SLOTS * this.#slotCodes);
    this.#centres = new Float64Array(buffer, centresAt, dimension);
    this.scale = chooseCodes(data, this.#largestCode, this.#centres);
    this.#encode(data);
    const [one, other] = new Float64Array(buffer, extremesAt, 2);
    const excess = Math.max(one!, other!) / this.#largestCode;
    this.isUnheld = excess <= MOST_EXCESS;
    if (excess > 1 && excess <= MOST_EXCESS) {
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
      // The last tile is filled up with a row of the table: others could be far away.
      for (let extra = count; extra < tiles * TILE_ROWS; extra++)
        staging.copyWithin(extra * dimension, 0, dimension);
      const at = codesAt + (row / TILE_ROWS) * tileBytes(dimension);
      this.#functions.encode(tiles, stagingAt, at, centresAt, scalesAt, extremesAt);
    }
  }

  /**
   * Gets ready for a query: of `dimension` coordinates, in range.
   *
   * @returns whether its code did not have to be held within the bounds
   */
  prepare(query: Float64Array, slot: number): boolean {
    const most = this.#largestCode;
    const scale = this.scale;
    const first = slot * this.#slotCodes;
    let isUnheld = true;
    for (let feature = 0; feature < this.#dimension; feature++) {
      const exact = (query[feature]! - this.#centres[feature]!) * scale;
      const code = Math.max(-most, Math.min(most, exact));
      if (code !== exact) isUnheld = false;
      this.#queries[first + feature] = Math.round(code);
    }
    return isUnheld;
  }

  /**
   * Lists in `positions`, ascending, the rows at [from, to), at least one, whose sum is at most `most`, and gives how many there are.
   *
   * @param to at most `from` + MOST_FILTERED_ROWS
   */
  survivors(slot: number, from: number, to: number, most: number): number {
    const { codesAt, queriesAt, positionsAt } = this.places;
    const queryAt = queriesAt + 2 * slot * this.#slotCodes;
    return this.#functions.survivors(from, to, codesAt, queryAt, most, positionsAt);
  }

  /**
   * The largest sum that rows within a limit can have.
   *
   * @param limit as candidates limit rows: a squared distance for euclidean; 0 or more
   */
  largestSum(limit: number): number {
    if (this.#metric === 'manhattan') return bounded(limit * this.scale * ROUNDINGS + this.slack);
    const scaled = Math.sqrt(limit + this.underflow) * this.scale * ROUNDINGS + this.slack;
    return bounded(scaled * scaled * ROUNDINGS);
  }
}

const bounded = (sum: number) => (sum < MOST_SUM ? Math.floor(sum) : MOST_SUM);

/**
 * Writes the centres, each the median of a sample, and gives the scale at which the codes reach twice as far to both sides as the middle
 * nine tenths of the feature that varies most are wide: 6.6 standard deviations of normal numbers.
 */
function chooseCodes(
  { points, rows, dimension }: NeighbourIndexData,
  most: number,
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
  return Math.min(most / (2 * bulk || whole || most), LARGEST_SCALE);
}

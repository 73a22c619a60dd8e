import { type WasmMemory, wasmMemory } from '../../wasm/engine.ts';
import { MemoryPlan } from '../../wasm/memory-plan.ts';
import { ROUNDINGS } from './filter-kernel.ts';
import type { RowFilter } from './row-filter.ts';
import { STRIDE_BYTES, type StagedFunctions, stagedFunctions } from './staged-kernel.ts';
import { largestCoordinate, type NeighbourIndexData } from './types.ts';

/** Doubles per stage, at least one row: 64 KB. */
const STAGED_DOUBLES = 8192;

/** Creates a filter. Returns undefined when the system has no memory for one; searches work without. */
export function openStagedFilter(data: NeighbourIndexData): StagedFilter | undefined {
  const places = stagedPlaces(data);
  const memory = wasmMemory(places.bytes);
  return memory && new StagedFilter(data, places, memory);
}

type StagedPlaces = ReturnType<typeof stagedPlaces>;

function stagedPlaces({ dimension }: NeighbourIndexData) {
  const maxRows = Math.max(1, Math.floor(STAGED_DOUBLES / dimension));
  const plan = new MemoryPlan();
  return {
    maxRows,
    queryAt: plan.reserve(8 * dimension),
    positionsAt: plan.reserve(4 * maxRows),
    stagingAt: plan.reserve(8 * maxRows * dimension + STRIDE_BYTES),
    bytes: plan.reserve(0),
  };
}

/**
 * Finds the rows that are too far away by SIMD instructions in double precision. Each stage of rows is copied
 * to the memory of WebAssembly. This takes several times as long as comparing codes, but little memory and no
 * preparation, so it serves a model's first queries. It has one slot.
 *
 * A row's sum has the same terms as elsewhere, added in another order. The two differ by less than ROUNDINGS,
 * because the terms are not negative.
 */
export class StagedFilter implements RowFilter {
  readonly maxRows: number;
  readonly positions: Int32Array;
  readonly #data: NeighbourIndexData;
  readonly #places: StagedPlaces;
  readonly #query: Float64Array;
  readonly #staging: Float64Array;
  readonly #functions: StagedFunctions;

  constructor(data: NeighbourIndexData, places: StagedPlaces, memory: WasmMemory) {
    const { buffer } = memory;
    this.#data = data;
    this.#places = places;
    this.maxRows = places.maxRows;
    this.positions = new Int32Array(buffer, places.positionsAt, places.maxRows);
    this.#query = new Float64Array(buffer, places.queryAt, data.dimension);
    this.#staging = new Float64Array(buffer, places.stagingAt);
    this.#functions = stagedFunctions(data.metric, memory);
  }

  /**
   * Whether every coordinate is a finite number whose distances do not overflow. Call it before any query:
   * the bytes between the last coordinate and the end of a stride are then zero, or were checked.
   */
  isInRange(): boolean {
    const { points, dimension } = this.#data;
    const largest = largestCoordinate(dimension);
    const size = this.maxRows * dimension;
    for (let from = 0; from < points.length; from += size) {
      const end = Math.min(from + size, points.length);
      this.#stage(from, end);
      if (this.#functions.isInRange(this.#places.stagingAt, 8 * (end - from), largest) === 0) return false;
    }
    return true;
  }

  prepare(query: Float64Array): void {
    this.#query.set(query);
  }

  largestSum(limit: number): number {
    return limit * ROUNDINGS;
  }

  survivors(_slot: number, from: number, to: number, maxSum: number): number {
    const { dimension } = this.#data;
    const { stagingAt, queryAt, positionsAt } = this.#places;
    this.#stage(from * dimension, to * dimension);
    return this.#functions.survivors(from, to, stagingAt, queryAt, dimension, maxSum, positionsAt);
  }

  #stage(from: number, to: number): void {
    this.#staging.set(this.#data.points.subarray(from, to));
  }
}

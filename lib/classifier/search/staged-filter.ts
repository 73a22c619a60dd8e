import { type WasmMemory, wasmMemory } from '../../wasm/engine.ts';
import { MemoryPlan } from '../../wasm/memory-plan.ts';
import { ROUNDINGS } from './filter-kernel.ts';
import type { RowFilter } from './row-filter.ts';
import { STRIDE_BYTES, type StagedFunctions, stagedFunctions } from './staged-kernel.ts';
import { largestCoordinate, type NeighbourIndexData } from './types.ts';

/** Doubles that are looked at at a time, at least one row: 64 KB. */
const STAGED_DOUBLES = 8192;

/** Makes a filter; undefined where the system has no memory for one: searches do without. */
export function openStagedFilter(data: NeighbourIndexData): StagedFilter | undefined {
  const places = stagedPlaces(data);
  const memory = wasmMemory(places.bytes);
  return memory && new StagedFilter(data, places, memory);
}

type StagedPlaces = ReturnType<typeof stagedPlaces>;

function stagedPlaces({ dimension }: NeighbourIndexData) {
  const mostRows = Math.max(1, Math.floor(STAGED_DOUBLES / dimension));
  const plan = new MemoryPlan();
  return {
    mostRows,
    queryAt: plan.reserve(8 * dimension),
    positionsAt: plan.reserve(4 * mostRows),
    stagingAt: plan.reserve(8 * mostRows * dimension + STRIDE_BYTES),
    bytes: plan.reserve(0),
  };
}

/**
 * Tells rows that are too far away from the others by SIMD instructions in double precision, a stage of rows at a time, which are copied to where
 * WebAssembly can see them. Takes several times as long as by codes, but little memory and nothing to begin with: it is for a
 * model's first queries. It has one slot.
 *
 * A row's sum has the same terms as elsewhere, added in another order: less apart than ROUNDINGS, as the terms are not negative.
 */
export class StagedFilter implements RowFilter {
  readonly mostRows: number;
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
    this.mostRows = places.mostRows;
    this.positions = new Int32Array(buffer, places.positionsAt, places.mostRows);
    this.#query = new Float64Array(buffer, places.queryAt, data.dimension);
    this.#staging = new Float64Array(buffer, places.stagingAt);
    this.#functions = stagedFunctions(data.metric, memory);
  }

  /**
   * Whether every coordinate is a finite number of a magnitude that can be measured. To be asked before queries are: what lies between the
   * last coordinate and the end of a stride is zero then, or has been looked at.
   */
  isInRange(): boolean {
    const { points, dimension } = this.#data;
    const largest = largestCoordinate(dimension);
    const size = this.mostRows * dimension;
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

  survivors(_slot: number, from: number, to: number, most: number): number {
    const { dimension } = this.#data;
    const { stagingAt, queryAt, positionsAt } = this.#places;
    this.#stage(from * dimension, to * dimension);
    return this.#functions.survivors(from, to, stagingAt, queryAt, dimension, most, positionsAt);
  }

  #stage(from: number, to: number): void {
    this.#staging.set(this.#data.points.subarray(from, to));
  }
}

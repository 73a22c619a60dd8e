import { type BlockKernel, blockKernel } from './block-kernel.ts';
import type { Candidates } from './candidates.ts';
import { FILTER_SLOTS } from './filter-memory.ts';
import type { RowFilter } from './row-filter.ts';
import type { NeighbourIndexData } from './types.ts';

/**
 * Looks at rows for a search. Queries are prepared first, each in a slot, and then shown rows in any order: `offer` offers to `candidates`
 * every row at the positions [from, to) whose sum is at most their limit.
 */
export interface RowScan {
  prepare(query: Float64Array, slot: number): void;
  offer(query: Float64Array, slot: number, from: number, to: number, candidates: Candidates): void;
}

/** Queries that can be prepared at a time: slots are numbered from 0. */
export const SLOTS = FILTER_SLOTS;

/** Looks at every row in double precision. */
export class PlainScan implements RowScan {
  readonly #kernel: BlockKernel;
  readonly #points: Float64Array;
  readonly #dimension: number;

  constructor({ metric, dimension, points }: NeighbourIndexData) {
    this.#kernel = blockKernel(metric, dimension);
    this.#points = points;
    this.#dimension = dimension;
  }

  prepare(): void {}

  offer(query: Float64Array, _slot: number, from: number, to: number, candidates: Candidates): void {
    this.#kernel(query, this.#points, this.#dimension, from, to, candidates);
  }
}

/** Rows that are looked at before the first are filtered: what these are too far away to matter is not known yet. */
const FIRST_ROWS = 32;

/** Passes over the rows that a filter tells to be too far away, and looks at the others in double precision at once. */
export class FilteredScan implements RowScan {
  readonly #filter: RowFilter;
  readonly #kernel: BlockKernel;
  readonly #points: Float64Array;
  readonly #dimension: number;

  constructor({ metric, dimension, points }: NeighbourIndexData, filter: RowFilter) {
    this.#filter = filter;
    this.#kernel = blockKernel(metric, dimension);
    this.#points = points;
    this.#dimension = dimension;
  }

  prepare(query: Float64Array, slot: number): void {
    this.#filter.prepare(query, slot);
  }

  /** By steps of as many rows as come before: as the limit tightens, fewer pass. */
  offer(query: Float64Array, slot: number, from: number, to: number, candidates: Candidates): void {
    for (let position = from; position < to; ) {
      const isFirst = candidates.limit === Number.POSITIVE_INFINITY;
      const rows = isFirst ? FIRST_ROWS : Math.min(Math.max(position, FIRST_ROWS), this.#filter.mostRows);
      const end = Math.min(position + rows, to);
      if (isFirst) this.#kernel(query, this.#points, this.#dimension, position, end, candidates);
      else this.#offerNear(query, slot, position, end, candidates);
      position = end;
    }
  }

  #offerNear(query: Float64Array, slot: number, from: number, to: number, candidates: Candidates): void {
    const count = this.#filter.survivors(slot, from, to, this.#filter.largestSum(candidates.limit));
    // Where most pass, they are looked at faster without the list.
    if (2 * count > to - from) this.#kernel(query, this.#points, this.#dimension, from, to, candidates);
    else this.#offerListed(query, count, candidates);
  }

  #offerListed(query: Float64Array, count: number, candidates: Candidates): void {
    const { positions } = this.#filter;
    for (let i = 0; i < count; i++) {
      const position = positions[i]!;
      this.#kernel(query, this.#points, this.#dimension, position, position + 1, candidates);
    }
  }
}

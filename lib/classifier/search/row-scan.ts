import { type BlockKernel, blockKernel } from './block-kernel.ts';
import type { Candidates } from './candidates.ts';
import { FILTER_SLOTS } from './filter-memory.ts';
import type { RowFilter } from './row-filter.ts';
import type { NeighbourIndexData } from './types.ts';

/**
 * Reads rows for a search. Each query is prepared in a slot first, and is then compared with rows in any
 * order. `offer` offers to `candidates` every row at the positions [from, to) whose sum is at most their
 * limit.
 */
export interface RowScan {
  prepare(query: Float64Array, slot: number): void;
  offer(query: Float64Array, slot: number, from: number, to: number, candidates: Candidates): void;
}

/** The number of queries that can be prepared at the same time. Slots are numbered from 0. */
export const SLOTS = FILTER_SLOTS;

/** Compares every row in double precision. */
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

/** Rows that are compared before the first filtering: there is no limit to filter by until then. */
const FIRST_ROWS = 32;

/** Skips the rows that a filter finds too far away; another scan compares the others at once. */
export class FilteredScan implements RowScan {
  readonly #filter: RowFilter;
  readonly #exact: RowScan;

  constructor(data: NeighbourIndexData, filter: RowFilter, exact: RowScan = new PlainScan(data)) {
    this.#filter = filter;
    this.#exact = exact;
  }

  prepare(query: Float64Array, slot: number): void {
    this.#filter.prepare(query, slot);
    this.#exact.prepare(query, slot);
  }

  /** Each step covers as many rows as all steps before it: as the limit tightens, fewer rows pass. */
  offer(query: Float64Array, slot: number, from: number, to: number, candidates: Candidates): void {
    for (let position = from; position < to; ) {
      const isFirst = candidates.limit === Number.POSITIVE_INFINITY;
      const rows = isFirst ? FIRST_ROWS : Math.min(Math.max(position, FIRST_ROWS), this.#filter.maxRows);
      const end = Math.min(position + rows, to);
      if (isFirst) this.#exact.offer(query, slot, position, end, candidates);
      else this.#offerNear(query, slot, position, end, candidates);
      position = end;
    }
  }

  #offerNear(query: Float64Array, slot: number, from: number, to: number, candidates: Candidates): void {
    const count = this.#filter.survivors(slot, from, to, this.#filter.largestSum(candidates.limit));
    // When most rows pass, comparing all of them is faster than using the list.
    if (2 * count > to - from) this.#exact.offer(query, slot, from, to, candidates);
    else this.#offerListed(query, slot, count, candidates);
  }

  #offerListed(query: Float64Array, slot: number, count: number, candidates: Candidates): void {
    const { positions } = this.#filter;
    for (let i = 0; i < count; i++) {
      const position = positions[i]!;
      this.#exact.offer(query, slot, position, position + 1, candidates);
    }
  }
}

import { TILE_ROWS, tileBytes } from './filter-kernel.ts';
import type { NeighbourIndexData } from './types.ts';

/** With fewer rows a filter saves nothing, and with more features its codes are too coarse. */
export const MIN_ROWS = 1024;
export const MAX_FEATURES = 1024;
const MAX_CODE_BYTES = 2 ** 30;

/** Tells which rows cannot be within a distance of a query. It never skips a row that is within it. */
export interface RowFilter {
  /** The positions that `survivors` listed. */
  readonly positions: Int32Array;
  /** The largest number of rows of one call. */
  readonly maxRows: number;
  /** Prepares a query of `dimension` coordinates, in range. */
  prepare(query: Float64Array, slot: number): void;
  /** The largest sum that rows within a limit can have. The limit is that of Candidates, 0 or more. */
  largestSum(limit: number): number;
  /**
   * Lists in `positions`, ascending, the rows at [from, to) whose sum is at most `maxSum`, and returns their
   * number. The range must not be empty.
   */
  survivors(slot: number, from: number, to: number, maxSum: number): number;
}

/** Whether a filter saves more than it costs. */
export function isWorthFiltering({ rows, dimension }: NeighbourIndexData): boolean {
  return (
    rows >= MIN_ROWS &&
    dimension <= MAX_FEATURES &&
    Math.ceil(rows / TILE_ROWS) * tileBytes(dimension) <= MAX_CODE_BYTES
  );
}

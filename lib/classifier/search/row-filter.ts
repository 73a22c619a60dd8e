import { TILE_ROWS, tileBytes } from './filter-kernel.ts';
import type { NeighbourIndexData } from './types.ts';

/** With fewer rows there is nothing to gain, and beyond this many features codes are too coarse. */
const FEWEST_ROWS = 1024;
const MOST_FEATURES = 1024;
const MOST_CODE_BYTES = 2 ** 30;

/** Tells which rows cannot be within a distance of a query. Never is a row passed over that is within it. */
export interface RowFilter {
  /** What `survivors` listed. */
  readonly positions: Int32Array;
  /** So many rows at most may be asked for at a time. */
  readonly mostRows: number;
  /** Gets ready for a query, of `dimension` coordinates, in range. */
  prepare(query: Float64Array, slot: number): void;
  /** The largest sum that rows within a limit can have: a limit as candidates have it, 0 or more. */
  largestSum(limit: number): number;
  /** Lists in `positions`, ascending, the rows at [from, to), at least one, whose sum is at most `most`, and gives how many there are. */
  survivors(slot: number, from: number, to: number, most: number): number;
}

/** Whether passing over rows is worth a filter. */
export function isWorthFiltering({ rows, dimension }: NeighbourIndexData): boolean {
  return (
    rows >= FEWEST_ROWS &&
    dimension <= MOST_FEATURES &&
    Math.ceil(rows / TILE_ROWS) * tileBytes(dimension) <= MOST_CODE_BYTES
  );
}

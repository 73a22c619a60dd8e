import { MemoryPlan } from '../../wasm/memory-plan.ts';
import { pairsOf, TILE_ROWS, tileBytes } from './filter-kernel.ts';
import { innerNodeCount, type NeighbourIndexData } from './types.ts';

/** Queries that can be prepared at a time. */
export const FILTER_SLOTS = 32;
/** Positions that one call of `survivors` may cover. */
export const MOST_FILTERED_ROWS = 8192;
/** Doubles that are encoded at a time: 64 KB. */
const STAGED_DOUBLES = 8192;

/** For more neighbours than this, a walk would take too long to keep their sums in order. */
export const MOST_NEIGHBOURS = 64;
/** Rows that a walk can let wait to be looked at, and the bytes of each: position and sum. */
export const MOST_WAITING = 1024;
export const WAITING_BYTES = 8;
/** A tree has at most 31 levels; each leaves at most two entries on a walk's stack. */
const STACK_ENTRIES = 64;
export const ENTRY_BYTES = 32;

/** Where things lie in a filter's memory whatever the number of rows, in bytes. */
export function fixedPlaces(dimension: number) {
  const pairs = pairsOf(dimension);
  const plan = new MemoryPlan();
  return {
    /** Scratch space of a walk. */
    tileSumsAt: plan.reserve(4 * TILE_ROWS),
    visitedAt: plan.reserve(4),
    smallestAt: plan.reserve(4 * MOST_NEIGHBOURS),
    stackAt: plan.reserve(STACK_ENTRIES * ENTRY_BYTES),
    waitingAt: plan.reserve(MOST_WAITING * WAITING_BYTES),
    /** Per feature, how far a walk's query is outside the box of the node being visited: 0 between walks. */
    offsetsAt: plan.reserve(8 * dimension),
    queryAt: plan.reserve(8 * dimension),
    /** Per feature; zeros fill the last pair up. */
    centresAt: plan.reserve(16 * pairs),
    scalesAt: plan.reserve(16 * pairs),
    /** Per slot the codes of a query. */
    queriesAt: plan.reserve(FILTER_SLOTS * 4 * pairs),
    positionsAt: plan.reserve(4 * MOST_FILTERED_ROWS),
    extremesAt: plan.reserve(16),
    codesAt: plan.reserve(0),
  };
}

/** The same, with what comes after the codes, and the size of it all. */
export function filterPlaces({ kind, rows, dimension }: NeighbourIndexData) {
  const fixed = fixedPlaces(dimension);
  const plan = new MemoryPlan(fixed.codesAt);
  plan.reserve(Math.ceil(rows / TILE_ROWS) * tileBytes(dimension));
  const innerNodes = kind === 'tree' ? innerNodeCount(rows) : 0;
  const stagedRows = Math.max(1, Math.floor(STAGED_DOUBLES / dimension / TILE_ROWS)) * TILE_ROWS;
  return {
    ...fixed,
    splitFeaturesAt: plan.reserve(2 * innerNodes),
    splitBoundsAt: plan.reserve(16 * innerNodes),
    /** Rows to be encoded; the last pair of an odd dimension reaches one double beyond them. */
    stagingAt: plan.reserve(8 * stagedRows * dimension + 8),
    stagedRows,
    bytes: plan.reserve(0),
  };
}

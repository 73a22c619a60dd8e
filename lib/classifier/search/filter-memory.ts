import { MemoryPlan } from '../../wasm/memory-plan.ts';
import { pairsOf, TILE_ROWS, tileBytes } from './filter-kernel.ts';
import { innerNodeCount, type NeighbourIndexData } from './types.ts';

/** The number of queries that can be prepared at the same time. */
export const FILTER_SLOTS = 32;
/** The number of positions that one call of `survivors` may cover. */
export const MAX_FILTERED_ROWS = 8192;
/** Doubles that one call encodes: 64 KB. */
const STAGED_DOUBLES = 8192;

/** With more neighbours, a walk would take too long to keep their sums in order. */
export const MAX_NEIGHBOURS = 64;
/** Rows that can wait for an exact comparison during a walk, and the bytes of each: position and sum. */
export const MAX_WAITING = 1024;
export const WAITING_BYTES = 8;
/** A tree has at most 31 levels; each leaves at most two entries on a walk's stack. */
const STACK_ENTRIES = 64;
export const ENTRY_BYTES = 32;

/** The places in a filter's memory that do not depend on the number of rows, in bytes. */
export function fixedPlaces(dimension: number) {
  const pairs = pairsOf(dimension);
  const plan = new MemoryPlan();
  return {
    /** Scratch space of a walk. */
    tileSumsAt: plan.reserve(4 * TILE_ROWS),
    visitedAt: plan.reserve(4),
    smallestAt: plan.reserve(4 * MAX_NEIGHBOURS),
    stackAt: plan.reserve(STACK_ENTRIES * ENTRY_BYTES),
    waitingAt: plan.reserve(MAX_WAITING * WAITING_BYTES),
    /**
     * Per feature, the distance of a walk's query from the box of the node being visited; 0 between walks.
     */
    offsetsAt: plan.reserve(8 * dimension),
    queryAt: plan.reserve(8 * dimension),
    /** Per feature. Zeros fill up the last pair. */
    centresAt: plan.reserve(16 * pairs),
    scalesAt: plan.reserve(16 * pairs),
    /** Per slot the codes of a query. */
    queriesAt: plan.reserve(FILTER_SLOTS * 4 * pairs),
    positionsAt: plan.reserve(4 * MAX_FILTERED_ROWS),
    extremesAt: plan.reserve(16),
    codesAt: plan.reserve(0),
  };
}

/** All places of a filter's memory, including those after the codes, and its size. */
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
    /** Rows to be encoded. The last pair of an odd dimension extends one double beyond them. */
    stagingAt: plan.reserve(8 * stagedRows * dimension + 8),
    stagedRows,
    bytes: plan.reserve(0),
  };
}

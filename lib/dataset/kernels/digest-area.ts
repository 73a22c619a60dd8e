import type { MemoryPlan } from '../../wasm/memory-plan.ts';
import { PAIR_BYTES } from './row-sort-kernel.ts';
import { BUCKETS, MAX_ROWS, ROW_BYTES } from './table-memory.ts';

/**
 * Up to this many rows the digests are kept and sorted: 36 bytes a row, 72 MiB. Part of the definition of the
 * sha256.
 */
export const EXACT_ROWS = 2 ** 21;

/** Rows are kept in chunks, so that growing copies nothing. */
export const CHUNK_ROWS = 512;
export const CHUNK_BYTES = CHUNK_ROWS * ROW_BYTES;

/** Rows that are handed out at a time: of two million, a bucket's are about as many. */
export const BLOCK_ROWS = 8192;
export const BLOCK_BYTES = BLOCK_ROWS * ROW_BYTES;

/**
 * Where rows are kept and sorted in a kernel's memory, in bytes. Only what is used of it becomes resident.
 */
export interface DigestArea {
  readonly chunksAt: number;
  readonly chunks: number;
  readonly pairsAt: number;
  readonly otherPairsAt: number;
  readonly ranksAt: number;
  readonly blockAt: number;
}

/** Reserves memory for the digests of so many rows, and one batch, with so many different labels. */
export function digestArea(memory: MemoryPlan, rows: number, labels: number): DigestArea {
  const most = rows + MAX_ROWS;
  // A bucket's last chunk may hold a single row.
  const chunks = BUCKETS + Math.ceil(most / CHUNK_ROWS);
  return {
    chunksAt: memory.reserve(chunks * CHUNK_BYTES),
    chunks,
    // All rows may be in one bucket.
    pairsAt: memory.reserve(most * PAIR_BYTES),
    otherPairsAt: memory.reserve(most * PAIR_BYTES),
    ranksAt: memory.reserve(4 * labels),
    blockAt: memory.reserve(BLOCK_BYTES),
  };
}

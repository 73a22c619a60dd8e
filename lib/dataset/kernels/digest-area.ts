import type { MemoryPlan } from '../../wasm/memory-plan.ts';
import { PAIR_BYTES } from './row-sort-kernel.ts';
import { BUCKETS, MAX_ROWS, ROW_BYTES } from './table-memory.ts';

/**
 * Up to this many rows, all digests are kept and sorted: 36 bytes a row, 72 MiB. The sha256 depends on this
 * number.
 */
export const EXACT_ROWS = 2 ** 21;

/** Rows per chunk. Rows are kept in chunks, so that growing copies nothing. */
export const CHUNK_ROWS = 512;
export const CHUNK_BYTES = CHUNK_ROWS * ROW_BYTES;

/** Rows passed on at a time. Of two million rows, a bucket has about as many. */
export const BLOCK_ROWS = 8192;
const BLOCK_BYTES = BLOCK_ROWS * ROW_BYTES;
/** Blocks of sorted rows: one is filled while another thread hashes those before. */
export const BLOCKS = 4;

/**
 * Addresses at which rows are kept and sorted in a kernel's memory, in bytes. Only the part in use becomes
 * resident.
 */
export interface DigestArea {
  readonly chunksAt: number;
  readonly chunks: number;
  readonly pairsAt: number;
  readonly otherPairsAt: number;
  readonly ranksAt: number;
  readonly blocksAt: readonly number[];
  /** A block for rows that are only looked at. */
  readonly alikeAt: number;
}

/** Reserves memory for the digests of `rows` rows, and one batch, with `labels` distinct labels. */
export function digestArea(memory: MemoryPlan, rows: number, labels: number): DigestArea {
  const maxRows = rows + MAX_ROWS;
  // A bucket's last chunk may hold a single row.
  const chunks = BUCKETS + Math.ceil(maxRows / CHUNK_ROWS);
  return {
    chunksAt: memory.reserve(chunks * CHUNK_BYTES),
    chunks,
    // All rows may fall into one bucket.
    pairsAt: memory.reserve(maxRows * PAIR_BYTES),
    otherPairsAt: memory.reserve(maxRows * PAIR_BYTES),
    ranksAt: memory.reserve(4 * labels),
    blocksAt: Array.from({ length: BLOCKS }, () => memory.reserve(BLOCK_BYTES)),
    alikeAt: memory.reserve(BLOCK_BYTES),
  };
}

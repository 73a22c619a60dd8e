import {
  BLOCK_COUNTS_BYTES,
  COUNT_PLANES,
  COUNTS_AT,
  FOUR_BLOCKS_BYTES,
  STREAM_BLOCKS,
} from '../kernels/table-memory.ts';

/** Words of a block of a key stream, and of four rows' blocks side by side. */
const BLOCK_WORDS = 16;
const FOUR_BLOCKS_WORDS = 4 * BLOCK_WORDS;
const WORD_BITS = 32;

/**
 * The counts that the kernel's `countBits` keeps, of all rows: for each bit of a key stream, in the order of
 * its words and from each word's lowest bit, how many rows had it. Exact up to 2^53 rows.
 *
 * @returns integers of 64 bits, as pairs of words, the low one first
 */
export function bitCounts(words: Uint32Array): Uint32Array<ArrayBuffer> {
  const counts = new Float64Array(STREAM_BLOCKS * BLOCK_WORDS * WORD_BITS);
  for (let block = 0; block < STREAM_BLOCKS; block++) {
    for (let plane = 0; plane < COUNT_PLANES; plane++) {
      const at = (COUNTS_AT + block * BLOCK_COUNTS_BYTES + plane * FOUR_BLOCKS_BYTES) / 4;
      for (let i = 0; i < FOUR_BLOCKS_WORDS; i++) {
        const first = (block * BLOCK_WORDS + (i >> 2)) * WORD_BITS;
        addBits(counts, first, words[at + i]!, 2 ** plane);
      }
    }
  }
  return Uint32Array.from({ length: 2 * counts.length }, (_, i) =>
    i % 2 === 0 ? counts[i >> 1]! % 2 ** 32 : counts[i >> 1]! / 2 ** 32,
  );
}

/** Adds `value` to the counts of the bits that the word has. */
function addBits(counts: Float64Array, first: number, word: number, value: number): void {
  for (let left = word; left !== 0; left &= left - 1) {
    const bit = 31 - Math.clz32(left & -left);
    counts[first + bit]! += value;
  }
}

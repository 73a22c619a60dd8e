/**
 * Layout of the memory that the kernels of one table share, in bytes: first what every table has, then, from
 * TABLE_AT on, what depends on the table.
 */

/** State that `readRows` takes and returns besides its parameters: see row-kernel.ts. */
export const STATE_AT = 0;
/** 17 masks that keep the last n bytes of a vector, and 17 that keep its first n. */
export const LAST_BYTES_AT = 256;
export const FIRST_BYTES_AT = 544;
/** 17 shuffles that close the gap at byte p; 16 changes nothing. */
export const GAP_SHUFFLES_AT = 832;
/** Divisors for digits whose point was byte p. */
export const POINT_POWERS_AT = 1120;
/** 10^0 to 10^22. */
export const POWERS_OF_TEN_AT = 1280;
/** Vectors that reading decimals needs: see decimal-kernel.ts. */
export const DECIMAL_VECTORS_AT = 1536;
/** First 128 bits of the powers of five: see decimal-kernel.ts. */
export const POWERS_OF_FIVE_AT = 2048;

/** The same block of the key streams of 32 times four rows: what `countBits` adds at a time. */
export const STREAMS_AT = 16 * 1024;
export const STREAMS = 32;
/** Bytes of one block of four rows side by side. */
export const FOUR_BLOCKS_BYTES = 256;
/** A mask of those of the last four rows that count. */
export const LAST_ROWS_AT = STREAMS_AT + STREAMS * FOUR_BLOCKS_BYTES;

/** Maximum rows per call of the row hash: their digests take 64 KiB. */
export const MAX_ROWS = 2048;
export const DIGESTS_AT = 32 * 1024;
/** Messages of 64 bytes, each a row's digest and its label's, for the digest of both. */
export const PAIRS_AT = DIGESTS_AT + MAX_ROWS * 32;
export const MESSAGES_AT = PAIRS_AT + MAX_ROWS * 64;
export const MESSAGES_BYTES = 1024 * 1024;

/** Bytes of a kept digest with the code of its label. */
export const ROW_BYTES = 36;
/**
 * Kept digests lie in buckets by their first byte. For each bucket: the address of its next row, and the end
 * of its chunk of memory.
 */
export const BUCKETS = 256;
export const BUCKET_SHIFT = 24;
export const BUCKET_ENDS_AT = MESSAGES_AT + MESSAGES_BYTES;
/** Counters of a radix sort. */
export const SORT_COUNTS_AT = BUCKET_ENDS_AT + 8 * BUCKETS;
export const SORT_COUNTS_BYTES = 4 * 256;

/**
 * A sketch of one column's numbers: the address of the page for each sign and exponent, 0 until one occurs;
 * the signs and exponents that occurred; and the pages, 256 counts each. All zeros except while sketching.
 */
export const SKETCH_PAGES = 4096;
export const SKETCH_PAGE_BYTES = 1024;
export const SKETCH_PLACES_AT = SORT_COUNTS_AT + SORT_COUNTS_BYTES;
export const SKETCH_MET_AT = SKETCH_PLACES_AT + 4 * SKETCH_PAGES;
export const SKETCH_COUNTS_AT = SKETCH_MET_AT + 4 * SKETCH_PAGES;

/**
 * For each bit of the key streams of four rows, how many rows had it: plane p holds the bits 2^p of a block's
 * counts, and a block's planes lie one behind the other. Only planes that rows have reached become resident.
 */
export const STREAM_BLOCKS = 24;
export const COUNT_PLANES = 64;
export const BLOCK_COUNTS_BYTES = COUNT_PLANES * FOUR_BLOCKS_BYTES;
export const COUNTS_AT = SKETCH_COUNTS_AT + SKETCH_PAGES * SKETCH_PAGE_BYTES;

/** A state of the hash function of four rows side by side: the initial one, and behind it those of rows. */
export const FOUR_STATES_BYTES = 128;
export const INITIAL_STATES_AT = COUNTS_AT + STREAM_BLOCKS * BLOCK_COUNTS_BYTES;
export const ROW_STATES_AT = INITIAL_STATES_AT + FOUR_STATES_BYTES;
/** States behind a first block that many rows share, 32 bytes each, and which of them each row has. */
export const MAX_SHARED_STATES = 1024;
export const SHARED_STATES_AT = ROW_STATES_AT + (MAX_ROWS / 4) * FOUR_STATES_BYTES;
export const SHARED_CODES_AT = SHARED_STATES_AT + 32 * MAX_SHARED_STATES;

export const TABLE_AT = SHARED_CODES_AT + 4 * MAX_ROWS;

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
/** First 128 bits of the powers of five: see decimal-kernel.ts. */
export const POWERS_OF_FIVE_AT = 2048;

/** 512 words of four rows side by side. */
export const LANES_AT = 16 * 1024;
export const LANES_BYTES = 512 * 16;
/** Two masks: all four rows, and the caller's. */
export const ALL_ROWS_AT = LANES_AT + LANES_BYTES;
export const SOME_ROWS_AT = ALL_ROWS_AT + 16;

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

export const TABLE_AT = SKETCH_COUNTS_AT + SKETCH_PAGES * SKETCH_PAGE_BYTES;

/**
 * Where things lie in the memory that the kernels of one table share, in bytes: first what every table has,
 * then, from TABLE_AT on, what depends on the table.
 */

/** Numbers that `readRows` gives and takes besides its parameters: see row-kernel.ts. */
export const STATE_AT = 0;
/** 17 masks that keep the last n bytes of a vector, and 17 that keep its first n. */
export const LAST_BYTES_AT = 256;
export const FIRST_BYTES_AT = 544;
/** 17 shuffles that close the gap at byte p; 16 changes nothing. */
export const GAP_SHUFFLES_AT = 832;
/** What digits whose point was the byte p are to be divided by. */
export const POINT_POWERS_AT = 1120;
/** 10^0 to 10^22. */
export const POWERS_OF_TEN_AT = 1280;
/** The first 128 bits of the powers of five: see long-decimal-kernel.ts. */
export const POWERS_OF_FIVE_AT = 2048;

/** 512 words of four rows side by side. */
export const LANES_AT = 16 * 1024;
export const LANES_BYTES = 512 * 16;
/** Two masks: all four rows, and the caller's. */
export const ALL_ROWS_AT = LANES_AT + LANES_BYTES;
export const SOME_ROWS_AT = ALL_ROWS_AT + 16;

/** Rows per call of the row hash at most: their digests take 64 KiB. */
export const MAX_ROWS = 2048;
export const DIGESTS_AT = 32 * 1024;
/** Messages of 64 bytes that give the digests of digest and label. */
export const PAIRS_AT = DIGESTS_AT + MAX_ROWS * 32;
export const MESSAGES_AT = PAIRS_AT + MAX_ROWS * 64;
export const MESSAGES_BYTES = 1024 * 1024;

/** A digest and its label's code, as they are kept. */
export const ROW_BYTES = 36;
/**
 * Kept digests lie in buckets by their first byte: where the next row of each goes, and where its chunk of
 * memory ends.
 */
export const BUCKETS = 256;
export const BUCKET_SHIFT = 24;
export const BUCKET_ENDS_AT = MESSAGES_AT + MESSAGES_BYTES;
/** Counters of a radix sort. */
export const SORT_COUNTS_AT = BUCKET_ENDS_AT + 8 * BUCKETS;
export const SORT_COUNTS_BYTES = 4 * 256;

/**
 * A sketch of one column's numbers: where the page of each sign and exponent lies, 0 until it is met; the
 * signs and exponents met; and the pages, 256 counts each. All zeros but while it is made.
 */
export const SKETCH_PAGES = 4096;
export const SKETCH_PAGE_BYTES = 1024;
export const SKETCH_PLACES_AT = SORT_COUNTS_AT + SORT_COUNTS_BYTES;
export const SKETCH_MET_AT = SKETCH_PLACES_AT + 4 * SKETCH_PAGES;
export const SKETCH_COUNTS_AT = SKETCH_MET_AT + 4 * SKETCH_PAGES;

export const TABLE_AT = SKETCH_COUNTS_AT + SKETCH_PAGES * SKETCH_PAGE_BYTES;

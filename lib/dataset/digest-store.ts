export const DIGEST_WORDS = 8;

/** A row's digest and its label's code. */
const ROW_WORDS = DIGEST_WORDS + 1;
const BUCKETS = 256;
const CHUNK_ROWS = 256;

/** Rows of one bucket, in chunks, so that growing copies nothing and wastes little. */
interface Bucket {
  rows: number;
  readonly chunks: Uint32Array[];
}

/**
 * Row digests with the row's label code, in buckets by the digest's first byte. Digests are uniform, so each bucket is a 256th of
 * the rows, and small enough to be sorted within the processor's cache: over all rows at once, sorting missed it at each step
 * and took five times as long.
 */
export class DigestStore {
  rows = 0;
  readonly #buckets: readonly Bucket[] = Array.from({ length: BUCKETS }, () => ({ rows: 0, chunks: [] }));

  /** Adds one row: word w of its digest is `words[at + w * stride]`. */
  add(words: Uint32Array, at: number, stride: number, label: number): void {
    const bucket = this.#buckets[words[at]! >>> 24]!;
    const row = bucket.rows % CHUNK_ROWS;
    const index = (bucket.rows / CHUNK_ROWS) | 0;
    const chunk = bucket.chunks[index] ?? newChunk(bucket);
    for (let w = 0; w < DIGEST_WORDS; w++) chunk[row * ROW_WORDS + w] = words[at + w * stride]!;
    chunk[row * ROW_WORDS + DIGEST_WORDS] = label;
    bucket.rows++;
    this.rows++;
  }

  /** Keeps only rows whose first word is below `threshold`. */
  keepBelow(threshold: number): void {
    this.rows = 0;
    for (const bucket of this.#buckets) {
      const rows = contentsOf(bucket);
      bucket.rows = 0;
      bucket.chunks.length = 0;
      for (let at = 0; at < rows.length; at += ROW_WORDS) {
        if (rows[at]! < threshold) this.add(rows, at, 1, rows[at + DIGEST_WORDS]!);
      }
    }
  }

  /**
   * Visits all rows bucket by bucket, which is in the order of their digests' first bytes.
   *
   * @param visit gets the bucket's rows, 9 words each, and the row numbers in the order of digest, then of `rank` of the label
   */
  visitSorted(rank: Int32Array, visit: (rows: Uint32Array, order: Uint32Array) => void): void {
    for (const bucket of this.#buckets) {
      if (bucket.rows === 0) continue;
      const rows = contentsOf(bucket);
      visit(rows, sortedRows(rows, bucket.rows, rank));
    }
  }

  /** Visits all rows in no order that means anything. */
  visit(visit: (rows: Uint32Array, count: number) => void): void {
    for (const { chunks, rows } of this.#buckets) {
      for (const [i, chunk] of chunks.entries()) visit(chunk, Math.min(CHUNK_ROWS, rows - i * CHUNK_ROWS));
    }
  }
}

function newChunk(bucket: Bucket): Uint32Array {
  const chunk = new Uint32Array(CHUNK_ROWS * ROW_WORDS);
  bucket.chunks.push(chunk);
  return chunk;
}

function contentsOf({ rows, chunks }: Bucket): Uint32Array {
  const all = new Uint32Array(rows * ROW_WORDS);
  for (const [i, chunk] of chunks.entries()) {
    const from = i * CHUNK_ROWS * ROW_WORDS;
    if (from < all.length) all.set(chunk.subarray(0, Math.min(chunk.length, all.length - from)), from);
  }
  return all;
}

/** Radix sort by the first word's three lower bytes (the highest is the bucket's), then runs of equal words by comparison. */
function sortedRows(rows: Uint32Array, count: number, rank: Int32Array): Uint32Array {
  let order = Uint32Array.from({ length: count }, (_, row) => row);
  let other = new Uint32Array(count);
  const ends = new Uint32Array(257);
  for (const shift of [0, 8, 16]) {
    ends.fill(0);
    for (let row = 0; row < count; row++) ends[((rows[row * ROW_WORDS]! >>> shift) & 0xff) + 1]!++;
    for (let byte = 1; byte < 257; byte++) ends[byte]! += ends[byte - 1]!;
    for (let i = 0; i < count; i++)
      other[ends[(rows[order[i]! * ROW_WORDS]! >>> shift) & 0xff]!++] = order[i]!;
    [order, other] = [other, order];
  }
  sortRuns(rows, order, rank);
  return order;
}

function sortRuns(rows: Uint32Array, order: Uint32Array, rank: Int32Array): void {
  const byDigestAndLabel = (a: number, b: number) =>
    compareDigests(rows, a, b) || rank[labelOf(rows, a)]! - rank[labelOf(rows, b)]!;
  let start = 0;
  for (let at = 1; at <= order.length; at++) {
    if (at < order.length && rows[order[at]! * ROW_WORDS] === rows[order[start]! * ROW_WORDS]) continue;
    if (at - start > 1) order.subarray(start, at).sort(byDigestAndLabel);
    start = at;
  }
}

/** The label's code of a row. */
export function labelOf(rows: Uint32Array, row: number): number {
  return rows[row * ROW_WORDS + DIGEST_WORDS]!;
}

/** Negative, 0 or positive, as the digest of row a is below, equal to or above that of row b. */
export function compareDigests(rows: Uint32Array, a: number, b: number): number {
  for (let w = 0; w < DIGEST_WORDS; w++) {
    const difference = rows[a * ROW_WORDS + w]! - rows[b * ROW_WORDS + w]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Replaces a row's label code by its rank, copying the row to `into`. */
export function copyRanked(
  rows: Uint32Array,
  row: number,
  rank: Int32Array,
  into: Uint32Array,
  at: number,
): void {
  for (let w = 0; w < DIGEST_WORDS; w++) into[at + w] = rows[row * ROW_WORDS + w]!;
  into[at + DIGEST_WORDS] = rank[labelOf(rows, row)]!;
}

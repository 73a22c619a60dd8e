import { BUCKET_COUNTS_AT, BUCKET_ROWS, BUCKETS, BUCKETS_AT } from './kernel-memory.ts';
import type { TableKernel } from './table-kernel.ts';

export const DIGEST_WORDS = 8;

/** A row's digest and its label's code. */
export const ROW_WORDS = DIGEST_WORDS + 1;

/** Rows are kept in chunks, so that growing copies nothing: of this many times what the kernel holds, a power of two. */
const CHUNK_ROWS = 8 * BUCKET_ROWS;
const CHUNK_WORDS = CHUNK_ROWS * ROW_WORDS;
const CHUNK_SHIFT = Math.log2(CHUNK_ROWS);

/** Chunks that share one allocation, 1.1 MiB: single ones would keep the garbage collector busy. */
const SLAB_CHUNKS = 64;

/** Rows that are handed out at a time. */
const BLOCK_ROWS = 4096;

/** Runs of equal first words from this length on hold equal digests, most likely, and are counted rather than compared. */
const LONG_RUN = 16;

/** Rows of one bucket. */
interface Bucket {
  rows: number;
  readonly chunks: Chunk[];
}

type Chunk = Uint32Array<ArrayBuffer>;

/**
 * Row digests with the row's label code, in buckets by the digest's first byte. The kernel fills small buckets and hands over full
 * ones. Digests are uniform, so each bucket is a 256th of the rows, and small enough to be sorted within the processor's cache:
 * over all rows at once, sorting missed it at each step and took ten times as long.
 */
export class DigestStore {
  readonly #kernel: TableKernel;
  readonly #buckets: readonly Bucket[] = Array.from({ length: BUCKETS }, () => ({ rows: 0, chunks: [] }));
  #handedOver = 0;
  /** Chunks that no bucket has. */
  readonly #free: Chunk[] = [];
  #keys = new Uint32Array(0);
  #order = new Uint32Array(0);
  #otherKeys = new Uint32Array(0);
  #otherOrder = new Uint32Array(0);

  constructor(kernel: TableKernel) {
    this.#kernel = kernel;
    kernel.hooks.bucketFull = (bucket) => this.#take(bucket, BUCKET_ROWS);
  }

  /** Rows taken over so far, taken out or not; the kernel may hold 16,384 more until `flush`. */
  get rows(): number {
    return this.#handedOver;
  }

  /** Takes over what the kernel's buckets hold. */
  flush(): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const at = BUCKET_COUNTS_AT / 4 + bucket;
      this.#take(bucket, this.#kernel.words[at]!);
      this.#kernel.words[at] = 0;
    }
  }

  #take(bucket: number, rows: number): void {
    const at = BUCKETS_AT / 4 + bucket * BUCKET_ROWS * ROW_WORDS;
    this.#add(this.#buckets[bucket]!, this.#kernel.words.subarray(at, at + rows * ROW_WORDS));
  }

  #add(bucket: Bucket, words: Uint32Array): void {
    for (let at = 0; at < words.length; ) {
      const used = bucket.rows & (CHUNK_ROWS - 1);
      if (used === 0) bucket.chunks.push(this.#newChunk());
      const length = Math.min(words.length - at, (CHUNK_ROWS - used) * ROW_WORDS);
      bucket.chunks.at(-1)!.set(words.subarray(at, at + length), used * ROW_WORDS);
      at += length;
      bucket.rows += length / ROW_WORDS;
    }
    this.#handedOver += words.length / ROW_WORDS;
  }

  #newChunk(): Chunk {
    if (this.#free.length === 0) {
      const slab = new Uint32Array(SLAB_CHUNKS * CHUNK_WORDS);
      for (let at = slab.length - CHUNK_WORDS; at >= 0; at -= CHUNK_WORDS)
        this.#free.push(slab.subarray(at, at + CHUNK_WORDS));
    }
    return this.#free.pop()!;
  }

  /** Keeps only rows whose first word is at most `most`. */
  keepUpTo(most: number): void {
    this.flush();
    this.#handedOver = 0;
    for (const bucket of this.#buckets) {
      keepRows(bucket, most);
      this.#free.push(...bucket.chunks.splice(Math.ceil(bucket.rows / CHUNK_ROWS)));
      this.#handedOver += bucket.rows;
    }
  }

  /** Visits all rows in no order that means anything, in pieces of 9 words each of up to 512 rows. */
  visit(visit: (rows: Uint32Array) => void): void {
    this.flush();
    for (const { chunks, rows } of this.#buckets) {
      for (const [i, chunk] of chunks.entries())
        visit(chunk.subarray(0, Math.min(CHUNK_ROWS, rows - i * CHUNK_ROWS) * ROW_WORDS));
    }
  }

  /**
   * Takes all rows out in the order of digest, then of `rank` of the label, in pieces whose ends mean nothing.
   *
   * @param visit gets rows of 9 words, the label's rank in place of its code; they are overwritten afterwards
   */
  drainSorted(rank: Int32Array, visit: (rows: Uint32Array) => void): void {
    this.flush();
    const block = new Uint32Array(BLOCK_ROWS * ROW_WORDS);
    for (const bucket of this.#buckets) {
      const count = bucket.rows;
      const order = this.#sorted(bucket, rank);
      for (let from = 0; from < count; from += BLOCK_ROWS) {
        const to = Math.min(count, from + BLOCK_ROWS);
        copyRanked(bucket.chunks, order, from, to, rank, block);
        visit(block.subarray(0, (to - from) * ROW_WORDS));
      }
      bucket.rows = 0;
      this.#free.push(...bucket.chunks.splice(0));
    }
  }

  /** Row numbers in order: radix sort by the digest's first word, which tells nearly all apart, then runs of equal ones. */
  #sorted({ chunks, rows: count }: Bucket, rank: Int32Array): Uint32Array {
    if (count > this.#keys.length) {
      this.#keys = new Uint32Array(count);
      this.#order = new Uint32Array(count);
      this.#otherKeys = new Uint32Array(count);
      this.#otherOrder = new Uint32Array(count);
    }
    for (let row = 0; row < count; row++) {
      this.#keys[row] = chunks[row >>> CHUNK_SHIFT]![wordOf(row)]!;
      this.#order[row] = row;
    }
    // The fourth byte is the bucket's.
    for (const shift of [0, 8, 16]) {
      sortByByte(this.#keys, this.#order, this.#otherKeys, this.#otherOrder, count, shift);
      [this.#keys, this.#otherKeys] = [this.#otherKeys, this.#keys];
      [this.#order, this.#otherOrder] = [this.#otherOrder, this.#order];
    }
    sortRuns(chunks, this.#keys, this.#order.subarray(0, count), rank);
    return this.#order;
  }
}

/** Where a row begins in its chunk. */
const wordOf = (row: number) => (row & (CHUNK_ROWS - 1)) * ROW_WORDS;

/** Moves the rows that stay to the front. */
function keepRows(bucket: Bucket, most: number): void {
  const { chunks } = bucket;
  let kept = 0;
  for (let row = 0; row < bucket.rows; row++) {
    const chunk = chunks[row >>> CHUNK_SHIFT]!;
    const at = wordOf(row);
    if (chunk[at]! > most) continue;
    chunks[kept >>> CHUNK_SHIFT]!.set(chunk.subarray(at, at + ROW_WORDS), wordOf(kept));
    kept++;
  }
  bucket.rows = kept;
}

/** One pass of a radix sort: stable, by one byte of the keys. */
function sortByByte(
  keys: Uint32Array,
  order: Uint32Array,
  toKeys: Uint32Array,
  toOrder: Uint32Array,
  count: number,
  shift: number,
): void {
  const ends = new Uint32Array(257);
  for (let i = 0; i < count; i++) ends[((keys[i]! >>> shift) & 0xff) + 1]!++;
  for (let byte = 1; byte < 257; byte++) ends[byte]! += ends[byte - 1]!;
  for (let i = 0; i < count; i++) {
    const key = keys[i]!;
    const to = ends[(key >>> shift) & 0xff]!++;
    toKeys[to] = key;
    toOrder[to] = order[i]!;
  }
}

/** Rows in their order, with ranks for codes. */
function copyRanked(
  chunks: readonly Chunk[],
  order: Uint32Array,
  from: number,
  to: number,
  rank: Int32Array,
  into: Uint32Array,
): void {
  let out = 0;
  for (let i = from; i < to; i++) {
    const row = order[i]!;
    const rows = chunks[row >>> CHUNK_SHIFT]!;
    const at = wordOf(row);
    for (let w = 0; w < DIGEST_WORDS; w++) into[out + w] = rows[at + w]!;
    into[out + DIGEST_WORDS] = rank[rows[at + DIGEST_WORDS]!]!;
    out += ROW_WORDS;
  }
}

function sortRuns(chunks: readonly Chunk[], keys: Uint32Array, order: Uint32Array, rank: Int32Array): void {
  let start = 0;
  for (let at = 1; at <= order.length; at++) {
    if (at < order.length && keys[at] === keys[start]) continue;
    if (at - start > 1) sortRun(chunks, order.subarray(start, at), rank);
    start = at;
  }
}

function sortRun(chunks: readonly Chunk[], run: Uint32Array, rank: Int32Array): void {
  const rankOf = (row: number) => rank[chunks[row >>> CHUNK_SHIFT]![wordOf(row) + DIGEST_WORDS]!]!;
  if (run.length >= LONG_RUN && run.every((row) => compare(chunks, row, run[0]!) === 0)) {
    sortByRank(run, rankOf);
    return;
  }
  run.sort((a, b) => compare(chunks, a, b) || rankOf(a) - rankOf(b));
}

/** Counting sort: a table of few distinct rows is one long run for each. */
function sortByRank(run: Uint32Array, rankOf: (row: number) => number): void {
  const rowsOf = new Map<number, number[]>();
  for (const row of run) {
    const same = rowsOf.get(rankOf(row));
    if (same) same.push(row);
    else rowsOf.set(rankOf(row), [row]);
  }
  let at = 0;
  for (const [, same] of [...rowsOf].sort(([a], [b]) => a - b)) for (const row of same) run[at++] = row;
}

/** Negative, 0 or positive, as the digest of row a is below, equal to or above that of row b. */
function compare(chunks: readonly Chunk[], a: number, b: number): number {
  const [rowsOfA, rowsOfB] = [chunks[a >>> CHUNK_SHIFT]!, chunks[b >>> CHUNK_SHIFT]!];
  for (let w = 0; w < DIGEST_WORDS; w++) {
    const difference = rowsOfA[wordOf(a) + w]! - rowsOfB[wordOf(b) + w]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

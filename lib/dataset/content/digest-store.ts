import { BLOCK_ROWS, BLOCKS, CHUNK_BYTES, CHUNK_ROWS, type DigestArea } from '../kernels/digest-area.ts';
import { PAIR_BYTES } from '../kernels/row-sort-kernel.ts';
import type { TableKernel } from '../kernels/table-kernel.ts';
import { BUCKET_ENDS_AT, BUCKETS, ROW_BYTES } from '../kernels/table-memory.ts';

export const DIGEST_WORDS = 8;

/** A row's digest and its label's code. */
export const ROW_WORDS = DIGEST_WORDS + 1;

/**
 * Runs of equal first words from this length on very likely hold equal digests, and are counted rather than
 * compared.
 */
const LONG_RUN = 16;

/**
 * Row digests with the row's label code, in buckets by the digest's first byte. The kernel fills the buckets.
 * Digests are uniform, so each bucket has a 256th of the rows and can be sorted within the processor's cache.
 * Sorting all rows at once missed the cache at each step and took ten times as long.
 */
export class DigestStore {
  readonly #kernel: TableKernel;
  readonly #area: DigestArea;
  /** Addresses of each bucket's chunks. All but the last one are full. */
  readonly #chunks: readonly number[][] = Array.from({ length: BUCKETS }, () => []);
  /** Chunks that no bucket uses. */
  readonly #free: number[];
  /** Blocks of sorted rows so far. */
  #blocks = 0;

  constructor(kernel: TableKernel, area: DigestArea) {
    this.#kernel = kernel;
    this.#area = area;
    this.#free = Array.from(
      { length: area.chunks },
      (_, i) => area.chunksAt + (area.chunks - 1 - i) * CHUNK_BYTES,
    );
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#addChunk(bucket);
    kernel.hooks.bucketFull = (bucket) => this.#addChunk(bucket);
  }

  get rows(): number {
    let rows = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) rows += this.#rowsOf(bucket);
    return rows;
  }

  #addChunk(bucket: number): void {
    const chunk = this.#free.pop();
    if (chunk === undefined) throw new Error('more rows are digested than there is memory reserved for');
    this.#chunks[bucket]!.push(chunk);
    this.#setEnd(bucket, chunk);
  }

  /** Tells the kernel the address for the bucket's next row, in its last chunk, which is not full. */
  #setEnd(bucket: number, next: number): void {
    const { words } = this.#kernel;
    words[BUCKET_ENDS_AT / 4 + 2 * bucket] = next;
    words[BUCKET_ENDS_AT / 4 + 2 * bucket + 1] = this.#chunks[bucket]!.at(-1)! + CHUNK_BYTES;
  }

  #rowsOf(bucket: number): number {
    const chunks = this.#chunks[bucket]!;
    const used = this.#kernel.words[BUCKET_ENDS_AT / 4 + 2 * bucket]! - chunks.at(-1)!;
    return (chunks.length - 1) * CHUNK_ROWS + used / ROW_BYTES;
  }

  /** For each chunk of a bucket that holds rows: its address and the end of its rows. */
  *#extents(bucket: number): Generator<readonly [at: number, end: number]> {
    let left = this.#rowsOf(bucket);
    for (const at of this.#chunks[bucket]!) {
      // A bucket gets its first chunk before its first row, and another one as soon as the last is full.
      if (left === 0) return;
      const rows = Math.min(left, CHUNK_ROWS);
      yield [at, at + rows * ROW_BYTES];
      left -= rows;
    }
  }

  /** Keeps only rows whose first word is at most `most`. */
  keepUpTo(most: number): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#keepRows(bucket, most);
  }

  /** Moves the rows that stay to the front. */
  #keepRows(bucket: number, most: number): void {
    const { words, bytes } = this.#kernel;
    const chunks = this.#chunks[bucket]!;
    let kept = 0;
    for (const [at, end] of this.#extents(bucket)) {
      for (let row = at; row < end; row += ROW_BYTES) {
        if (words[row / 4]! > most) continue;
        const to = chunks[Math.floor(kept / CHUNK_ROWS)]! + (kept % CHUNK_ROWS) * ROW_BYTES;
        bytes.copyWithin(to, row, row + ROW_BYTES);
        kept++;
      }
    }
    // There is a chunk after the full ones: it held rows that were removed, or none yet.
    const full = Math.floor(kept / CHUNK_ROWS);
    this.#free.push(...chunks.splice(full + 1));
    this.#setEnd(bucket, chunks[full]! + (kept % CHUNK_ROWS) * ROW_BYTES);
  }

  /** Visits all rows in arbitrary order, in pieces of up to 512 rows of 9 words each. */
  visit(visit: (rows: Uint32Array) => void): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      for (const [at, end] of this.#extents(bucket)) visit(this.#kernel.words.subarray(at / 4, end / 4));
    }
  }

  /**
   * Yields all rows in the order of digest, then of the label's `rank`, in pieces of arbitrary size. Rows
   * have 9 words, with the label's rank in place of its code. A piece is overwritten when BLOCKS more are
   * requested.
   *
   * @param visitAlike called with each run of rows whose digests begin with the same word, as equal ones do
   */
  *sorted(rank: Int32Array, visitAlike: (rows: Uint32Array) => void): Generator<Uint32Array> {
    this.#kernel.words.set(rank, this.#area.ranksAt / 4);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const rows = this.#sortByFirstWord(bucket);
      for (const [from, to] of this.#sortRuns(rows, rank))
        for (let at = from; at < to; at += BLOCK_ROWS)
          visitAlike(this.#gather(at, Math.min(to, at + BLOCK_ROWS), this.#area.alikeAt));
      for (let at = 0; at < rows; at += BLOCK_ROWS) {
        const block = this.#area.blocksAt[this.#blocks++ % BLOCKS]!;
        yield this.#gather(at, Math.min(rows, at + BLOCK_ROWS), block);
      }
    }
  }

  /** Leaves sorted pairs at otherPairsAt, and returns their number. */
  #sortByFirstWord(bucket: number): number {
    const { pairsAt, otherPairsAt } = this.#area;
    let end = pairsAt;
    for (const [at, rowsEnd] of this.#extents(bucket)) {
      this.#kernel.hashing.listRows(at, rowsEnd, end);
      end += ((rowsEnd - at) / ROW_BYTES) * PAIR_BYTES;
    }
    this.#kernel.hashing.sortPairs(pairsAt, end, otherPairsAt);
    return (end - pairsAt) / PAIR_BYTES;
  }

  /** Copies the rows of the sorted pairs [from, to) into a block. */
  #gather(from: number, to: number, blockAt: number): Uint32Array {
    const { otherPairsAt, ranksAt } = this.#area;
    const [first, end] = [otherPairsAt + from * PAIR_BYTES, otherPairsAt + to * PAIR_BYTES];
    this.#kernel.hashing.gatherRows(first, end, ranksAt, blockAt);
    return this.#kernel.words.subarray(blockAt / 4, blockAt / 4 + (to - from) * ROW_WORDS);
  }

  /** Sorts the pairs of equal first words by their whole rows, run by run, and yields each run's bounds. */
  *#sortRuns(count: number, rank: Int32Array): Generator<readonly [from: number, to: number]> {
    const { words } = this.#kernel;
    const pairsAt = this.#area.otherPairsAt;
    const pairs = words.subarray(pairsAt / 4, pairsAt / 4 + 2 * count);
    const findRun = (from: number) =>
      (this.#kernel.hashing.findRun(pairsAt + from * PAIR_BYTES, pairsAt + (count - 1) * PAIR_BYTES) -
        pairsAt) /
      PAIR_BYTES;
    for (let from = findRun(0); from < count - 1; from = findRun(from)) {
      let to = from + 2;
      while (to < count && pairs[2 * to] === pairs[2 * from]) to++;
      const run = Uint32Array.from({ length: to - from }, (_, i) => pairs[2 * (from + i) + 1]!);
      sortRun(words, run, rank);
      for (const [i, row] of run.entries()) pairs[2 * (from + i) + 1] = row;
      yield [from, to];
      from = to;
    }
  }
}

/** Sorts the addresses of rows. */
function sortRun(words: Uint32Array, run: Uint32Array, rank: Int32Array): void {
  const rankOf = (row: number) => rank[words[row / 4 + DIGEST_WORDS]!]!;
  if (run.length >= LONG_RUN && run.every((row) => compare(words, row, run[0]!) === 0)) {
    sortByRank(run, rankOf);
    return;
  }
  run.sort((a, b) => compare(words, a, b) || rankOf(a) - rankOf(b));
}

/** Counting sort: a table of few distinct rows has one long run for each of them. */
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

/**
 * Negative, 0 or positive when the digest of the row at address a is below, equal to or above that of the row
 * at b.
 */
function compare(words: Uint32Array, a: number, b: number): number {
  for (let w = 0; w < DIGEST_WORDS; w++) {
    const difference = words[a / 4 + w]! - words[b / 4 + w]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

import { createHash } from 'node:crypto';
import { compareDigests, copyRanked, DIGEST_WORDS, DigestStore, labelOf } from './digest-store.ts';
import type { Feature, RowGroup, TextColumn } from './row-group.ts';
import {
  ALL_ROWS_AT,
  createRowHashKernel,
  DIGESTS_AT,
  LANES_AT,
  MAX_ROWS,
  MESSAGES_AT,
  MESSAGES_BYTES,
  SOME_ROWS_AT,
} from './row-hash-kernel.ts';
import { byCodeUnits } from './text-safety.ts';

/** Up to this many rows the digests are kept and sorted: 36 bytes a row, 72 MiB. Part of the definition of the sha256. */
const EXACT_ROWS = 2 ** 21;

const LANES = 512;
const BLOCK_WORDS = 16;
/** Above every first word of a digest. */
const ALL = 2 ** 32;
/** The bits of a quiet NaN, and what every missing number is hashed as. */
const NAN_HIGH = 0x7ff80000;

/** What a data set's content amounts to. */
export interface ContentSummary {
  readonly datasetSha256: string;
  readonly duplicates: DuplicateCounts;
}

/** Rows that say the same, or contradict each other. */
export interface DuplicateCounts {
  /** Rows that equal an earlier one in all features and the label. */
  readonly duplicateRows: number;
  /** Rows whose features also occur with another label. */
  readonly conflictingRows: number;
  /** False when the counts are scaled up from a sample chosen by content. */
  readonly exact: boolean;
  readonly sampledRows: number;
}

/**
 * The sha256 of a data set: of its columns' names and types, its label, its classes, and its rows as a multiset. The order of
 * rows, of columns and of arrival of categories does not enter.
 *
 * A row's features are encoded in 8 bytes per number and 32 (a BLAKE2s-256) per category, columns in code-unit order of their
 * names, and digested by BLAKE2s-256 (RFC 7693). What is left is to hash a multiset of digests:
 *
 * - Up to EXACT_ROWS rows, the digests with their classes' ranks are sorted and hashed by SHA-256. That is as collision
 *   resistant as the two hash functions, costs 36 bytes a row, and gives exact counts of duplicates as well.
 * - Beyond, memory must not grow, so a sum is formed as the rows pass. Adding digests modulo 2^256 would fall to Wagner's
 *   generalised birthday attack (CRYPTO 2002) in about 2^(2 * sqrt(256)) = 2^32 steps, and exclusive-or, which also forgets
 *   pairs of equal rows, to linear algebra. LtHash (Bellare and Micciancio, EUROCRYPT 1997; Lewi, Kim, Maykov and Weis,
 *   "Securing Update Propagation with Homomorphic Hashing", 2019) expands each digest to 16,384 bits and adds them in lanes.
 *   Theirs are 1,024 of 16 bits, made for sets: 65,536 copies of one row would vanish. Here they are 512 of 32 bits, which no
 *   file of 5 GiB wraps. The digest of a row's features and label is the key of ChaCha8, whose key stream is the expansion.
 *
 *   Wagner's attack then takes 2^(2 * sqrt(16384)) = 2^256. What is left is lattice reduction: a collision is a vector x with
 *   A x = 0 (mod 2^32) whose 1-norm is at most the number of rows of both files, where reduction with root Hermite factor d
 *   reaches the 2-norm 2^(2 * sqrt(16384 * log2 d)). Colliding files of 2^24 rows need d = 1.0038, block size about 400,
 *   2^130 steps by the usual 2^(0.292 b + 16.4); of 2^26 rows 2^115; and only the most rows that 5 GiB can hold, 2^30 of four
 *   bytes, bring it down to about 2^72. These are estimates of the best known attacks, not proofs.
 *
 * MuHash (products modulo a 3,072-bit prime) rests on discrete logarithms instead and takes several times as long per row.
 */
export class ContentHash {
  readonly #kernel = createRowHashKernel();
  readonly #store = new DigestStore();
  readonly #exactRows: number;
  readonly #features: readonly Feature[];
  readonly #labelTexts: TextColumn;
  readonly #labelName: string;
  /** Per feature, 8 words for each category; for the label too. */
  readonly #digests = new Map<TextColumn, Uint32Array>();
  readonly #blocks: number;
  readonly #messageWords: number;
  #rows = 0;
  /** Rows are sampled when the first word of their digest is below this: all of them, to begin with. */
  #threshold = ALL;
  #labels: Int32Array = new Int32Array(0);
  readonly #known = new Map<TextColumn, number>();

  constructor(group: RowGroup, exactRows = EXACT_ROWS) {
    this.#exactRows = exactRows;
    this.#features = group.features.toSorted((a, b) => byCodeUnits(a.name, b.name));
    this.#labelTexts = group.labelTexts;
    this.#labelName = group.labelName;
    const words = this.#features.map(({ kind }) => (kind === 'numeric' ? 2 : DIGEST_WORDS));
    this.#messageWords = words.reduce((sum, count) => sum + count, 0);
    this.#blocks = Math.ceil(this.#messageWords / BLOCK_WORDS);
  }

  /** Adds the rows of a group. */
  add(group: RowGroup): void {
    const fit = Math.floor(MESSAGES_BYTES / (this.#blocks * 64)) & ~3;
    const step = Math.min(MAX_ROWS, Math.max(4, fit));
    for (const { texts } of group.features.filter((feature) => feature.kind === 'categorical'))
      this.#learn(texts);
    this.#learn(group.labelTexts);
    for (let row = 0; row < group.rows; row += step)
      this.#addRows(group, row, Math.min(group.rows, row + step));
  }

  #addRows(group: RowGroup, from: number, to: number): void {
    this.#rows += to - from;
    if (this.#threshold === ALL && this.#rows > this.#exactRows) this.#startSumming();
    this.#encode(group, from, to);
    this.#kernel.digest(Math.ceil((to - from) / 4), this.#blocks, this.#messageWords * 4);
    this.#keep(from, to);
    if (this.#threshold < ALL) this.#sumBatch(from, to);
  }

  /** The columns' canonical encoding: every row takes the same words, so that four rows can share each SIMD vector. */
  #encode(group: RowGroup, from: number, to: number): void {
    this.#clearPadding(Math.ceil((to - from) / 4));
    let word = 0;
    for (const feature of this.#features) {
      if (feature.kind === 'numeric') this.#encodeNumbers(feature.values, from, to, word);
      else this.#encodeTexts(feature.codes, this.#digests.get(feature.texts)!, from, to, word);
      word += feature.kind === 'numeric' ? 2 : DIGEST_WORDS;
    }
    this.#labels = group.labels;
  }

  /** The last block's unused words: the kernel's memory may hold an earlier batch. */
  #clearPadding(groups: number): void {
    const { words } = this.#kernel;
    const unused = this.#blocks * 16 - this.#messageWords;
    for (let group = 0; group < groups; group++) {
      const end = MESSAGES_AT / 4 + (group + 1) * this.#blocks * 64;
      words.fill(0, end - unused * 4, end);
    }
  }

  /** Low word, then high word, of each double: the little-endian bytes that all of Node's platforms store. */
  #encodeNumbers(values: Float64Array<ArrayBuffer>, from: number, to: number, word: number): void {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
    const { words } = this.#kernel;
    const stride = this.#blocks * 64;
    for (let row = from; row < to; row++) {
      const at = MESSAGES_AT / 4 + ((row - from) >> 2) * stride + word * 4 + ((row - from) & 3);
      const high = bits[2 * row + 1]!;
      const isMissing = (high & 0x7fffffff) >= NAN_HIGH;
      words[at] = isMissing ? 0 : bits[2 * row]!;
      words[at + 4] = isMissing ? NAN_HIGH : high;
    }
  }

  /** A category's digest; a missing value is all zeros, of which no preimage is known. */
  #encodeTexts(codes: Int32Array, digests: Uint32Array, from: number, to: number, word: number): void {
    const { words } = this.#kernel;
    const stride = this.#blocks * 64;
    for (let row = from; row < to; row++) {
      const code = codes[row]!;
      const at = MESSAGES_AT / 4 + ((row - from) >> 2) * stride + word * 4 + ((row - from) & 3);
      for (let w = 0; w < DIGEST_WORDS; w++)
        words[at + w * 4] = code < 0 ? 0 : digests[code * DIGEST_WORDS + w]!;
    }
  }

  /** Digests the categories that appeared since the last call. */
  #learn(texts: TextColumn): void {
    let digests = this.#digests.get(texts) ?? new Uint32Array(0);
    const known = this.#known.get(texts) ?? 0;
    if (texts.size * DIGEST_WORDS > digests.length) {
      const larger = new Uint32Array(Math.max(64, texts.size * 2) * DIGEST_WORDS);
      larger.set(digests);
      digests = larger;
    }
    for (let code = known; code < texts.size; code++) {
      const digest = createHash('blake2s256').update(texts.bytesOf(code)).digest();
      for (let w = 0; w < DIGEST_WORDS; w++) digests[code * DIGEST_WORDS + w] = digest.readUInt32LE(w * 4);
    }
    this.#known.set(texts, texts.size);
    this.#digests.set(texts, digests);
  }

  /** Stores the digests of the batch, as far as they are sampled. */
  #keep(from: number, to: number): void {
    const { words } = this.#kernel;
    for (let row = from; row < to; row++) {
      const at = DIGESTS_AT / 4 + ((row - from) >> 2) * 32 + ((row - from) & 3);
      if (words[at]! < this.#threshold) this.#store.add(words, at, 4, this.#labels[row]!);
    }
    while (this.#threshold < ALL && this.#store.rows > this.#exactRows) this.#thin();
  }

  /** Halves the sample: which rows stay depends on their content alone. */
  #thin(): void {
    this.#threshold /= 2;
    this.#store.keepBelow(this.#threshold);
  }

  /** Turns from sorting to summing: what was kept is summed, and half of it stays as the sample for duplicates. */
  #startSumming(): void {
    const { words } = this.#kernel;
    this.#store.visit((rows, count) => {
      for (let row = 0; row < count; row++) {
        const at = MESSAGES_AT / 4 + (row >> 2) * 64 + (row & 3);
        for (let w = 0; w < DIGEST_WORDS; w++) words[at + w * 4] = rows[row * (DIGEST_WORDS + 1) + w]!;
        this.#encodeLabel(at + DIGEST_WORDS * 4, labelOf(rows, row));
      }
      this.#sum(count);
    });
    this.#thin();
  }

  /** Sums the batch whose digests the kernel holds. */
  #sumBatch(from: number, to: number): void {
    const { words } = this.#kernel;
    for (let row = from; row < to; row++) {
      const group = (row - from) >> 2;
      const lane = (row - from) & 3;
      const at = MESSAGES_AT / 4 + group * 64 + lane;
      for (let w = 0; w < DIGEST_WORDS; w++)
        words[at + w * 4] = words[DIGESTS_AT / 4 + group * 32 + w * 4 + lane]!;
      this.#encodeLabel(at + DIGEST_WORDS * 4, this.#labels[row]!);
    }
    this.#sum(to - from);
  }

  #encodeLabel(at: number, code: number): void {
    const digests = this.#digests.get(this.#labelTexts)!;
    for (let w = 0; w < DIGEST_WORDS; w++) this.#kernel.words[at + w * 4] = digests[code * DIGEST_WORDS + w]!;
  }

  /** Digests the 64-byte messages (features' digest, label's digest) and adds their expansions to the lanes. */
  #sum(rows: number): void {
    const whole = rows >> 2;
    const rest = rows & 3;
    this.#kernel.digest(Math.ceil(rows / 4), 1, 64);
    if (whole > 0) this.#kernel.accumulate(whole, ALL_ROWS_AT);
    if (rest === 0) return;
    const { words } = this.#kernel;
    for (let lane = 0; lane < 4; lane++) words[SOME_ROWS_AT / 4 + lane] = lane < rest ? 0xffffffff : 0;
    for (let word = 0; word < 32; word++)
      words[DIGESTS_AT / 4 + word] = words[DIGESTS_AT / 4 + whole * 32 + word]!;
    this.#kernel.accumulate(1, SOME_ROWS_AT);
  }

  /**
   * Ends the counting. The labels of rows that were all rejected for other reasons never enter.
   *
   * @param classes the labels of accepted rows, in code-unit order
   */
  summarise(classes: readonly string[]): ContentSummary {
    const hash = createHash('sha256').update(this.#header(classes));
    const counts = { duplicateRows: 0, conflictingRows: 0 };
    const rank = this.#ranks(classes);
    this.#store.visitSorted(rank, (rows, order) => {
      if (this.#threshold === ALL) hash.update(rankedRows(rows, order, rank));
      countDuplicates(rows, order, counts);
    });
    if (this.#threshold < ALL) hash.update(this.#summedLanes());
    return { datasetSha256: hash.digest('hex'), duplicates: this.#scaled(counts) };
  }

  /** What the sample says of all rows: each was taken with the same probability, and its duplicates with it. */
  #scaled(counts: { duplicateRows: number; conflictingRows: number }): DuplicateCounts {
    const scale = ALL / this.#threshold;
    return {
      duplicateRows: Math.round(counts.duplicateRows * scale),
      conflictingRows: Math.round(counts.conflictingRows * scale),
      exact: scale === 1,
      sampledRows: this.#store.rows,
    };
  }

  #ranks(classes: readonly string[]): Int32Array {
    const byText = new Map(classes.map((label, rank) => [label, rank]));
    return Int32Array.from(
      { length: this.#labelTexts.size },
      (_, code) => byText.get(this.#labelTexts.textOf(code)) ?? -1,
    );
  }

  #header(classes: readonly string[]): string {
    const columns = this.#features.map(({ name, kind }) => [name, kind]);
    const method = this.#threshold === ALL ? 'sorted' : 'summed';
    return `${JSON.stringify(['data set', 1, method, this.#rows, columns, this.#labelName, classes])}\n`;
  }

  #summedLanes(): Uint32Array {
    const { words } = this.#kernel;
    const sum = new Uint32Array(LANES);
    for (let at = 0; at < LANES * 4; at++) sum[at >> 2]! += words[LANES_AT / 4 + at]!;
    return sum;
  }
}

/** Rows as the sha256 takes them: digest and class rank, in order. */
function rankedRows(rows: Uint32Array, order: Uint32Array, rank: Int32Array): Uint32Array {
  const ranked = new Uint32Array(order.length * (DIGEST_WORDS + 1));
  for (let i = 0; i < order.length; i++) copyRanked(rows, order[i]!, rank, ranked, i * (DIGEST_WORDS + 1));
  return ranked;
}

/** Walks runs of equal features, within which equal labels are neighbours. No run spans two buckets. */
function countDuplicates(
  rows: Uint32Array,
  order: Uint32Array,
  counts: { duplicateRows: number; conflictingRows: number },
): void {
  let start = 0;
  let labels = 1;
  for (let at = 1; at <= order.length; at++) {
    if (at < order.length && compareDigests(rows, order[at]!, order[start]!) === 0) {
      if (labelOf(rows, order[at]!) === labelOf(rows, order[at - 1]!)) counts.duplicateRows++;
      else labels++;
      continue;
    }
    if (labels > 1) counts.conflictingRows += at - start;
    start = at;
    labels = 1;
  }
}

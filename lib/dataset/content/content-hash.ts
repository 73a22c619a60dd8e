import { createHash } from 'node:crypto';
import { byCodeUnits } from '../../code-units.ts';
import { EXACT_ROWS } from '../kernels/digest-area.ts';
import type { TableKernel } from '../kernels/table-kernel.ts';
import {
  DIGESTS_AT,
  FOUR_BLOCKS_BYTES,
  LAST_ROWS_AT,
  MAX_ROWS,
  MESSAGES_AT,
  MESSAGES_BYTES,
  PAIRS_AT,
} from '../kernels/table-memory.ts';
import type { Feature, RowGroup, TextsFeature } from '../rows/row-group.ts';
import { bitCounts } from './bit-counts.ts';
import { DIGEST_WORDS, DigestStore, ROW_WORDS } from './digest-store.ts';
import { SharedStates } from './shared-states.ts';

const BLOCK_WORDS = 16;
/** Bytes of one word of four messages side by side. */
const WORD_BYTES = 16;
/** What the header names: a version and a way. `[1, 'summed']` was another, of 512 sums modulo 2^32. */
const SORTED = [1, 'sorted'] as const;
const COUNTED = [2, 'counted'] as const;
/** Greater than every first word of a digest. */
const ALL = 2 ** 32;

/** Summary of a data set's content. */
export interface ContentSummary {
  readonly datasetSha256: string;
  readonly duplicates: DuplicateCounts;
}

/** Takes a table's rows group by group and summarises them at the end, in this thread or in another. */
export interface ContentHasher {
  /** So many rows at a time are few enough for the processor's cache, and enough to be worth a call. */
  readonly batchRows: number;
  /** Rows per call: few enough for the processor's cache, and enough to be worth a call. */
  add(group: RowGroup, from: number, to: number): void | Promise<void>;
  /** @param classes the labels of accepted rows, in code-unit order */
  summarise(classes: readonly string[]): ContentSummary | Promise<ContentSummary>;
  /** Waits until it has read what was added from the group's bank, so that other rows may take its place. */
  release(group: RowGroup): void | Promise<void>;
  /** Frees its resources. May be called at any time. */
  close(): void | Promise<void>;
}

/** Counts of rows that repeat or contradict others. */
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
 * Computes the sha256 of a data set: of its columns' names and types, its label, its classes, and its rows as
 * a multiset. The order of rows, of columns and in which categories arrive does not matter.
 *
 * A row's features are encoded in 8 bytes per number and 32 (a BLAKE2s-256) per category, with columns in
 * code-unit order of their names, and digested by BLAKE2s-256 (RFC 7693). It remains to hash a multiset of
 * digests:
 *
 * - Up to EXACT_ROWS rows, the digests with their classes' ranks are sorted and hashed by SHA-256. That is as
 *   collision resistant as the two hash functions, costs 36 bytes a row, and also gives exact counts of
 *   duplicates.
 * - Beyond that, memory must not grow, so rows are counted as they pass. The digest of a row's features and
 *   label is the key of ChaCha8. For each of the first 12,288 bits of its key stream, the number of rows that
 *   have it is counted in 64 bits; the counts are hashed by SHA-256. They have no modulus, so no number of
 *   equal rows can vanish, and those of two parts of a table add up to those of the whole.
 *
 * A sum of digests modulo 2^256 would fall to Wagner's generalised birthday attack (CRYPTO 2002) in about
 * 2^(2 * sqrt(256)) = 2^32 steps; exclusive-or would fall to linear algebra, and forgets pairs of equal rows.
 * LtHash (Bellare and Micciancio, EUROCRYPT 1997; Lewi, Kim, Maykov and Weis, "Securing Update Propagation
 * with Homomorphic Hashing", 2019) adds long expansions in lanes of 16 bits. Counting bits is not weaker than
 * LtHash with the same bits in any lanes: the counts determine the sums of those, so whoever finds a
 * collision here has found one there. It is much stronger, because the counts are integers:
 *
 * A collision is an integer vector x with B x = 0 and a 1-norm of at most the rows of both files, where each
 * column of B has the bits of one row, and a 1, because the number of rows is hashed, too. The vectors with
 * B x = 0, for m rows of the attacker's making, are a lattice of dimension k = m - n - 1 for n bits, whose
 * volume is that of B's rows (Nguyen and Stern, CRYPTO 1997): the product of sqrt(m - i) / 2 for i < n, some
 * 5.6 bits for each bit of the key stream, where a lane modulo a power of two gives 1. Reduction with root
 * Hermite factor d reaches the 2-norm d^k * volume^(1 / k), and the 1-norm sqrt(2 m / pi) times as large. The
 * attacker chooses the m that makes it least. Block size b has the factor
 * d = ((pi b)^(1 / b) * b / (2 pi e))^(1 / (2 (b - 1))), and takes 2^(0.292 b + 16.4) steps:
 *
 *     rows of each file     2^24    2^30    2^32    2^38    2^40    2^44    2^46
 *     block size b          3309    1561    1261     716     603     438     377
 *     steps               2^983   2^472   2^385   2^225   2^193   2^144   2^126
 *
 * A terabyte of text has fewer than 2^38.3 rows, as a row has three bytes or more (a value, a comma and a
 * line feed). There even 2^(0.2075 b), the smallest exponent that anybody claims for lists of sieving, gives
 * 2^145. Wagner's attack has 38 levels within 2^38 rows; lists of 2^c clear 6.7 c bits in these, so that they
 * would need 2^1829 entries. Rows chosen for t bits of zero cost 2^t tries each, and save t of 12,288. These
 * are estimates of the best known attacks, not proofs.
 *
 * By the same formulas, 512 lanes modulo 2^32 took 2^62 steps at 2^30 rows, and lanes modulo 2^64 would take
 * 760 of them, four times the key stream, for 2^128 at a terabyte. MuHash (products modulo a 3,072-bit prime)
 * relies on discrete logarithms instead and takes several times as long per row.
 */
export class ContentHash implements ContentHasher {
  readonly batchRows = MAX_ROWS;
  readonly #kernel: TableKernel;
  readonly #store: DigestStore;
  readonly #exactRows: number;
  readonly #features: readonly Feature[];
  readonly #label: TextsFeature;
  readonly #shared: SharedStates | undefined;
  readonly #blocks: number;
  readonly #messageWords: number;
  #rows = 0;
  /** Rows are sampled when the first word of their digest is below this; at first, all are. */
  #threshold = ALL;
  /** For each column, how many texts have a digest. */
  readonly #known = new Map<TextsFeature, number>();

  constructor(group: RowGroup, exactRows = EXACT_ROWS) {
    this.#kernel = group.kernel;
    this.#store = new DigestStore(group.kernel, group.digests);
    this.#exactRows = exactRows;
    this.#features = group.features.toSorted((a, b) => byCodeUnits(a.name, b.name));
    this.#label = group.label;
    this.#shared = SharedStates.of(group.kernel, this.#features);
    this.#messageWords = this.#features.reduce((sum, feature) => sum + wordsOf(feature), 0);
    this.#blocks = Math.ceil(this.#messageWords / BLOCK_WORDS);
  }

  /** Adds rows of the group; the group's kernel does the work. */
  add(_group: RowGroup, from: number, to: number): void {
    const fit = Math.floor(MESSAGES_BYTES / (this.#blocks * BLOCK_WORDS * 4)) & ~3;
    const step = Math.min(MAX_ROWS, Math.max(4, fit));
    for (const feature of this.#features) if (feature.storage === 'texts') this.#learn(feature);
    this.#learn(this.#label);
    for (let row = from; row < to; row += step) this.#addRows(row, Math.min(to, row + step));
  }

  #addRows(from: number, to: number): void {
    this.#rows += to - from;
    if (this.#threshold === ALL && this.#rows > this.#exactRows) this.#startCounting();
    const groups = Math.ceil((to - from) / 4);
    const passed = this.#shared?.areFew(to - from) ? 1 : 0;
    if (passed) this.#shared!.write(from, to - from);
    this.#encode(from, groups, passed);
    this.#kernel.hashing.digest(groups, this.#blocks, this.#messageWords * 4, MESSAGES_AT, passed, 0);
    this.#kernel.hashing.collect(to - from, this.#label.at + 4 * from, this.#threshold - 1);
    this.#limit();
    if (this.#threshold < ALL) this.#countBatch(from, to - from);
  }

  /**
   * Encodes the columns canonically. Every row takes the same words, so that four rows can share each SIMD
   * vector. The unused words of the last block are never written, and stay zero.
   *
   * @param passed number of blocks that are not needed
   */
  #encode(from: number, groups: number, passed: number): void {
    const messageBytes = this.#blocks * FOUR_BLOCKS_BYTES;
    let at = MESSAGES_AT + passed * FOUR_BLOCKS_BYTES;
    // A block has room for two texts.
    for (const feature of this.#features.slice(2 * passed)) {
      if (feature.storage === 'numbers')
        this.#kernel.hashing.encodeNumbers(groups, feature.at + 8 * from, at, messageBytes);
      else
        this.#kernel.hashing.encodeTexts(groups, feature.at + 4 * from, feature.digestsAt, at, messageBytes);
      at += wordsOf(feature) * WORD_BYTES;
    }
  }

  /**
   * Digests the categories that appeared since the last call. The digest of a missing one is all zeros, for
   * which no preimage is known.
   */
  #learn(feature: TextsFeature): void {
    const { texts, digestsAt } = feature;
    for (let code = this.#known.get(feature) ?? 0; code < texts.size; code++) {
      const digest = createHash('blake2s256').update(texts.bytesOf(code)).digest();
      this.#kernel.bytes.set(digest, digestsAt + DIGEST_WORDS * 4 * code);
    }
    this.#known.set(feature, texts.size);
  }

  /** Keeps the sample small. The final threshold depends on all rows, but not on their order. */
  #limit(): void {
    while (this.#threshold < ALL && this.#store.rows > this.#exactRows) this.#thin();
  }

  /** Halves the sample. Which rows stay depends on their content alone. */
  #thin(): void {
    this.#threshold /= 2;
    this.#store.keepUpTo(this.#threshold - 1);
  }

  /**
   * Switches from sorting to counting: counts the rows kept so far, and keeps half of them as the sample for
   * duplicates.
   */
  #startCounting(): void {
    const { words } = this.#kernel;
    const digests = this.#label.digestsAt / 4;
    this.#store.visit((rows) => {
      const count = rows.length / ROW_WORDS;
      for (let row = 0; row < count; row++) {
        const at = PAIRS_AT / 4 + (row >> 2) * 64 + (row & 3);
        const label = digests + DIGEST_WORDS * rows[row * ROW_WORDS + DIGEST_WORDS]!;
        for (let w = 0; w < DIGEST_WORDS; w++) {
          words[at + w * 4] = rows[row * ROW_WORDS + w]!;
          words[at + (DIGEST_WORDS + w) * 4] = words[label + w]!;
        }
      }
      this.#count(count);
    });
    this.#thin();
  }

  /** Counts the batch whose digests the kernel holds. */
  #countBatch(from: number, rows: number): void {
    const { words } = this.#kernel;
    const groups = Math.ceil(rows / 4);
    for (let group = 0; group < groups; group++) {
      const digests = DIGESTS_AT / 4 + group * 32;
      words.copyWithin(PAIRS_AT / 4 + group * 64, digests, digests + 32);
    }
    const labelsAt = PAIRS_AT + DIGEST_WORDS * WORD_BYTES;
    this.#kernel.hashing.encodeTexts(
      groups,
      this.#label.at + 4 * from,
      this.#label.digestsAt,
      labelsAt,
      FOUR_BLOCKS_BYTES,
    );
    this.#count(rows);
  }

  /** Digests the 64-byte pairs (features' digest, label's digest) and counts the bits of their expansions. */
  #count(rows: number): void {
    const groups = Math.ceil(rows / 4);
    const last = rows - 4 * (groups - 1);
    for (let row = 0; row < 4; row++)
      this.#kernel.words[LAST_ROWS_AT / 4 + row] = row < last ? 0xffffffff : 0;
    this.#kernel.hashing.digest(groups, 1, 64, PAIRS_AT, 0, 0);
    this.#kernel.hashing.countBits(groups);
  }

  /**
   * Ends the counting. Labels that only rejected rows have do not count.
   *
   * @param classes the labels of accepted rows, in code-unit order
   */
  summarise(classes: readonly string[]): ContentSummary {
    const hash = createHash('sha256');
    const content = this.content(classes);
    for (;;) {
      const piece = content.next();
      if (piece.done) return { datasetSha256: hash.digest('hex'), duplicates: piece.value };
      hash.update(piece.value);
    }
  }

  /**
   * Ends the counting like `summarise`, and yields the bytes to hash, so that another thread can hash them.
   * A piece may be overwritten when BLOCKS more are requested.
   */
  *content(classes: readonly string[]): Generator<Uint8Array, DuplicateCounts> {
    yield new TextEncoder().encode(this.#header(classes));
    const counter = new DuplicateCounter();
    for (const rows of this.#store.sorted(this.#ranks(classes), (alike) => counter.add(alike)))
      if (this.#threshold === ALL) yield bytesOf(rows);
    counter.endRun();
    if (this.#threshold < ALL) yield bytesOf(bitCounts(this.#kernel.words));
    return this.#scaled(counter);
  }

  release(): void {
    // Rows are hashed when they are added.
  }

  close(): void {
    // It holds only memory, which is freed with the object.
  }

  /**
   * Scales the sample's counts to all rows: each row was sampled with the same probability, together with its
   * duplicates.
   */
  #scaled(counts: DuplicateCounter): DuplicateCounts {
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
      { length: this.#label.texts.size },
      (_, code) => byText.get(this.#label.texts.textOf(code)) ?? -1,
    );
  }

  #header(classes: readonly string[]): string {
    const columns = this.#features.map(({ name, kind }) => [name, kind]);
    const definition = this.#threshold === ALL ? SORTED : COUNTED;
    return `${JSON.stringify(['data set', ...definition, this.#rows, columns, this.#label.name, classes])}\n`;
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);
const wordsOf = ({ storage }: Feature) => (storage === 'numbers' ? 2 : DIGEST_WORDS);

/** Walks sorted rows in runs of equal features. Equal labels are neighbours within a run. */
class DuplicateCounter {
  duplicateRows = 0;
  conflictingRows = 0;
  /** The previous row, and its run so far. */
  readonly #last = new Uint32Array(ROW_WORDS);
  #rows = 0;
  #labels = 0;

  add(rows: Uint32Array): void {
    for (let at = 0; at < rows.length; at += ROW_WORDS) {
      const label = rows[at + DIGEST_WORDS]!;
      if (this.#rows > 0 && this.#isLast(rows, at)) {
        if (label === this.#last[DIGEST_WORDS]) this.duplicateRows++;
        else this.#labels++;
      } else {
        this.endRun();
        this.#labels = 1;
      }
      this.#rows++;
      for (let w = 0; w < ROW_WORDS; w++) this.#last[w] = rows[at + w]!;
    }
  }

  #isLast(rows: Uint32Array, at: number): boolean {
    for (let w = 0; w < DIGEST_WORDS; w++) if (rows[at + w] !== this.#last[w]) return false;
    return true;
  }

  /** Call this after the last row. */
  endRun(): void {
    if (this.#labels > 1) this.conflictingRows += this.#rows;
    this.#rows = 0;
    this.#labels = 0;
  }
}

import type { TableKernel } from '../kernels/table-kernel.ts';
import {
  DIGESTS_AT,
  FOUR_BLOCKS_BYTES,
  FOUR_STATES_BYTES,
  MAX_ROWS,
  MAX_SHARED_STATES,
  PAIRS_AT,
  ROW_STATES_AT,
  SHARED_CODES_AT,
  SHARED_STATES_AT,
} from '../kernels/table-memory.ts';
import type { Feature, TextsFeature } from '../rows/row-group.ts';
import { DIGEST_WORDS } from './digest-store.ts';

/** Offset of the second text's words in a block of four rows side by side. */
const SECOND_AT = 16 * DIGEST_WORDS;

/**
 * States of the hash function behind the first block of messages that begin with two texts. A block has room
 * for their two digests, and tables of few categories have few pairs, so the block is hashed once for each
 * pair instead of once for each row.
 */
export class SharedStates {
  readonly #kernel: TableKernel;
  readonly #first: TextsFeature;
  readonly #second: TextsFeature;
  /** For each row of a batch, its pair of texts. */
  readonly #pairs: Int32Array;
  /** Sizes of the columns' texts when the states were made. */
  #sizes: readonly [number, number] = [-1, -1];

  private constructor(kernel: TableKernel, first: TextsFeature, second: TextsFeature) {
    this.#kernel = kernel;
    this.#first = first;
    this.#second = second;
    this.#pairs = new Int32Array(kernel.memory.buffer, SHARED_CODES_AT, MAX_ROWS);
  }

  /** Undefined when a row's message does not begin with two texts, or has no more. */
  static of(kernel: TableKernel, [first, second, third]: readonly Feature[]): SharedStates | undefined {
    if (first?.storage !== 'texts' || second?.storage !== 'texts' || !third) return undefined;
    return new SharedStates(kernel, first, second);
  }

  /** Whether so many rows have so few pairs, a missing text included, that sharing is worth it. */
  areFew(rows: number): boolean {
    const pairs = (1 + this.#first.texts.size) * (1 + this.#second.texts.size);
    return pairs <= Math.min(MAX_SHARED_STATES, rows);
  }

  /** Writes the states of rows. The texts must have their digests. */
  write(from: number, rows: number): void {
    this.#makeStates();
    const { hashing } = this.#kernel;
    const [pairs, first, second] = [this.#pairs, this.#first.codes, this.#second.codes];
    const across = 1 + this.#second.texts.size;
    // Codes begin at -1, which stands for a missing text.
    for (let row = 0; row < rows; row++)
      pairs[row] = Math.imul(first[from + row]! + 1, across) + second[from + row]! + 1;
    hashing.encodeTexts(
      Math.ceil(rows / 4),
      SHARED_CODES_AT,
      SHARED_STATES_AT,
      ROW_STATES_AT,
      FOUR_STATES_BYTES,
    );
  }

  /** Makes the states of all pairs, when there are new texts. */
  #makeStates(): void {
    const [down, across] = [1 + this.#first.texts.size, 1 + this.#second.texts.size];
    if (this.#sizes[0] === down && this.#sizes[1] === across) return;
    this.#sizes = [down, across];
    const { words, hashing } = this.#kernel;
    const groups = Math.ceil((down * across) / 4);
    const encode = (feature: TextsFeature, codeOf: (pair: number) => number, at: number) => {
      for (let pair = 0; pair < 4 * groups; pair++) this.#pairs[pair] = codeOf(pair) - 1;
      hashing.encodeTexts(groups, SHARED_CODES_AT, feature.digestsAt, at, FOUR_BLOCKS_BYTES);
    };
    encode(this.#first, (pair) => Math.floor(pair / across) % down, PAIRS_AT);
    encode(this.#second, (pair) => pair % across, PAIRS_AT + SECOND_AT);
    hashing.digest(groups, 1, 64, PAIRS_AT, 0, 1);
    for (let pair = 0; pair < down * across; pair++)
      for (let w = 0; w < DIGEST_WORDS; w++)
        words[SHARED_STATES_AT / 4 + pair * DIGEST_WORDS + w] =
          words[DIGESTS_AT / 4 + (pair >> 2) * 4 * DIGEST_WORDS + w * 4 + (pair & 3)]!;
  }
}

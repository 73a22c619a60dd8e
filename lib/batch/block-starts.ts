import type { CsvGrammar } from '../dataset/csv/grammar.ts';

/** Text of one block: the most of a result that is in memory, but for one row. */
const MIN_BLOCK_BYTES = 4 * 1024 * 1024;
/** Wide tables have larger blocks, so that what is said of each column of a block stays small beside it. */
const BLOCK_BYTES_PER_COLUMN = 16 * 1024;

/** Size of the blocks of a table. @param columns of its result */
export const blockBytes = (columns: number) => Math.max(MIN_BLOCK_BYTES, columns * BLOCK_BYTES_PER_COLUMN);

/** Where in a text a reading of it begins. */
export interface TextPlace {
  /** Bytes of the table's text before it. */
  readonly from: number;
  /** 1-based physical line there. */
  readonly line: number;
}

/**
 * Divides the records of a text into blocks: a block begins with the first record that begins beyond the next
 * multiple of so many bytes. That depends on the text alone, and a lot whose size is a multiple of the
 * block's begins with a block (see cutLots), so that whoever reads all of the text or a lot of it finds the
 * same blocks.
 */
export class BlockStarts {
  readonly #grammar: Pick<CsvGrammar, 'quote' | 'lineEnd'>;
  readonly #blockBytes: number;
  #at: number;
  #line: number;
  /** The next block begins with a record that begins beyond this offset. */
  #next: number;
  #isInside = false;
  /** Lines on which blocks begin that no row has reached. */
  #lines: number[] = [];

  constructor(grammar: Pick<CsvGrammar, 'quote' | 'lineEnd'>, size: number, { from, line }: TextPlace) {
    this.#grammar = grammar;
    this.#blockBytes = size;
    this.#at = from;
    this.#line = line;
    this.#next = Math.max(1, Math.ceil(from / size)) * size;
  }

  /** Looks at the text, before its rows are read. */
  add(chunk: Uint8Array): void {
    const { quote, lineEnd } = this.#grammar;
    const largest = Math.max(quote, lineEnd);
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte > largest) continue;
      if (byte === quote) this.#isInside = !this.#isInside;
      else if (byte === lineEnd) this.#endLine(this.#at + i + 1);
    }
    this.#at += chunk.length;
  }

  #endLine(offset: number): void {
    this.#line++;
    if (this.#isInside || offset <= this.#next) return;
    this.#lines.push(this.#line);
    this.#next = Math.ceil(offset / this.#blockBytes) * this.#blockBytes;
  }

  /** Whether a block begins with the row on this line, or began since the row before it. */
  passes(line: number): boolean {
    let reached = 0;
    while (reached < this.#lines.length && this.#lines[reached]! <= line) reached++;
    if (reached > 0) this.#lines = this.#lines.slice(reached);
    return reached > 0;
  }
}

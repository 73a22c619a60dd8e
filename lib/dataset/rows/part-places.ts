import type { Rejection } from './rejects-writer.ts';

/** Where the lines of one part lie in the text of files that are read as one. */
export interface PartLines {
  readonly name: string;
  /** The line of the text on which the part's first record after its header begins. */
  readonly firstLine: number;
  /** The line of the part that this is. */
  readonly ownFirstLine: number;
}

/** Finds the part and the line in it of a line of files that are read as one, and counts rejected rows. */
export class PartPlaces {
  readonly #parts: readonly PartLines[];
  #rejected: number[] = [];
  #first = new Map<number, Rejection>();

  /** @param parts in the order of their lines */
  constructor(parts: readonly PartLines[]) {
    this.#parts = parts;
    this.reset();
  }

  /** Forgets what was counted: the files are read again. */
  reset(): void {
    this.#rejected = this.#parts.map(() => 0);
    this.#first = new Map();
  }

  at(line: number): { readonly part: string; readonly line: number } {
    const { name, firstLine, ownFirstLine } = this.#parts[this.#indexAt(line)]!;
    return { part: name, line: line - firstLine + ownFirstLine };
  }

  countRejected(rejection: Rejection): void {
    const index = this.#indexAt(rejection.line);
    this.#rejected[index]!++;
    if (!this.#first.has(index)) this.#first.set(index, rejection);
  }

  /** Rejected rows of a part, and the first of them with its line in the text of all. */
  rejectedOf(index: number): { readonly rows: number; readonly first: Rejection | undefined } {
    return { rows: this.#rejected[index]!, first: this.#first.get(index) };
  }

  /** The last part that begins on this line or before. Of parts without a line, the next one has it. */
  #indexAt(line: number): number {
    let from = 0;
    let to = this.#parts.length - 1;
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if (this.#parts[middle]!.firstLine <= line) from = middle;
      else to = middle - 1;
    }
    return from;
  }
}

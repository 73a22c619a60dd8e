import type { CsvGrammar } from './grammar.ts';

/** Bytes looked at per call; one position for each at worst. */
const REACH_BYTES = 16 * 1024;

/** Finds delimiters, line ends and quotes ahead of the scanner, in a loop that does nothing else. */
export class SeparatorIndex {
  /** How much of a text one call covers. */
  static readonly reach = REACH_BYTES;
  /** Offsets from the start of the last call's text, ascending. Only the first `count` are meant. */
  readonly positions = new Int32Array(REACH_BYTES);
  count = 0;

  /** Indexes bytes[from, to), of which there may be at most `reach`. */
  find({ delimiter, quote, lineEnd }: CsvGrammar, bytes: Uint8Array, from: number, to: number): void {
    const { positions } = this;
    const largest = Math.max(delimiter, quote, lineEnd);
    let count = 0;
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      if (byte > largest) continue;
      if (byte === delimiter || byte === lineEnd || byte === quote) positions[count++] = at - from;
    }
    this.count = count;
  }
}

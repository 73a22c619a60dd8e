import type { CsvGrammar } from './grammar.ts';

/** Bytes searched per call; in the worst case each has a position. */
const REACH_BYTES = 16 * 1024;

/** Finds delimiters, line ends and quotes ahead of the scanner, in a loop that does nothing else. */
export class SeparatorIndex {
  /** Maximum length of text for one call. */
  static readonly reach = REACH_BYTES;
  /** Offsets from the start of the last call's text, ascending. Only the first `count` are valid. */
  readonly positions = new Int32Array(REACH_BYTES);
  count = 0;

  /** Indexes bytes[from, to), at most `reach` of them. */
  find(grammar: CsvGrammar, bytes: Uint8Array, from: number, to: number): void {
    this.count = findIn(this.positions, grammar, bytes, from, to);
  }
}

/**
 * A function that ends with its loop: V8 optimises a long loop while it runs, and would discard that at the
 * first property behind it, which it has not seen yet.
 */
function findIn(
  positions: Int32Array,
  { delimiter, quote, lineEnd }: CsvGrammar,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  const largest = Math.max(delimiter, quote, lineEnd);
  let count = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte > largest) continue;
    if (byte === delimiter || byte === lineEnd || byte === quote) positions[count++] = at - from;
  }
  return count;
}

const COMMA = 0x2c;
const LF = 0x0a;
const QUOTE = 0x22;

/** Bytes looked at per call; one position for each at worst. */
const REACH_BYTES = 16 * 1024;

/** Finds commas, line feeds and quotes ahead of the scanner, in a loop that does nothing else. */
export class SeparatorIndex {
  /** How much of a text one call covers. */
  static readonly reach = REACH_BYTES;
  /** Offsets from the start of the last call's text, ascending. Only the first `count` are meant. */
  readonly positions = new Int32Array(REACH_BYTES);
  count = 0;

  /** Indexes bytes[from, to), of which there may be at most `reach`. */
  find(bytes: Uint8Array, from: number, to: number): void {
    const { positions } = this;
    let count = 0;
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      if (byte > COMMA) continue;
      if (byte === COMMA || byte === LF || byte === QUOTE) positions[count++] = at - from;
    }
    this.count = count;
  }
}

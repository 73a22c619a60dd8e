import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';

// hyparquet trusts what a file says of itself. A count of two thousand million in a page of ten bytes makes
// it fill memory, and a number of a million bytes makes it compute for hours. So this file walks through the
// bytes first, by the same grammars. Sources: Apache Thrift, thrift-compact-protocol.md;
// apache/parquet-format, Encodings.md.

const MAX_DEPTH = 16;
const MAX_VARINT_BYTES = 10;
/** A run of bit-packed values has a multiple of 8 of them, and some writers pad a last run to 504. */
const PACKED_SURPLUS = 512;

const fail = (what: string): never => {
  throw new RangeError(what);
};

/** A position in bytes. */
export class Walk {
  readonly bytes: Uint8Array;
  at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, from: number, to = bytes.length) {
    if (from > to || to > bytes.length) fail('a part lies outside of its page');
    this.bytes = bytes;
    this.at = from;
    this.#end = to;
  }

  byte(): number {
    if (this.at >= this.#end) fail('it ends too early');
    return this.bytes[this.at++]!;
  }

  skip(count: number): void {
    this.at += count;
    if (this.at > this.#end) fail('it ends too early');
  }

  /** Exact up to 2^53. No count here can be larger. */
  varint(): number {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return fail('a number is too long');
  }

  /** Skips one Thrift struct. */
  struct(depth = 0): void {
    if (depth > MAX_DEPTH) fail('its metadata are nested too deeply');
    for (let head = this.byte(); (head & 0x0f) !== 0; head = this.byte()) {
      if (head >> 4 === 0) this.varint();
      this.#value(head & 0x0f, depth, false);
    }
  }

  #value(type: number, depth: number, isElement: boolean): void {
    if (type <= 2) this.skip(isElement ? 1 : 0);
    else if (type === 3) this.skip(1);
    else if (type <= 6) this.varint();
    else if (type === 7) this.skip(8);
    else if (type === 8) this.skip(this.varint());
    else if (type === 9) this.#list(depth);
    else if (type === 12) this.struct(depth + 1);
    else fail('its metadata hold an unknown type');
  }

  #list(depth: number): void {
    const head = this.byte();
    const size = head >> 4 === 15 ? this.varint() : head >> 4;
    for (let i = 0; i < size; i++) this.#value(head & 0x0f, depth, true);
  }

  /**
   * Skips runs of repeated and bit-packed values, as many as `count` needs.
   *
   * @returns how many of the values are 1, if they are single bits
   */
  runs(bitWidth: number, count: number): number {
    if (bitWidth > 32) fail('a bit width is over 32');
    let ones = 0;
    for (let seen = 0; seen < count; ) {
      const head = this.varint();
      const isPacked = head % 2 === 1;
      const values = Math.floor(head / 2) * (isPacked ? 8 : 1);
      if (values === 0 || values > count - seen + (isPacked ? PACKED_SURPLUS : 0))
        fail('a run has a wrong length');
      const used = Math.min(values, count - seen);
      // The last bit-packed run may be truncated.
      const bits = (used === values || seen + values < count ? values : used) * bitWidth;
      const from = this.at;
      this.skip(isPacked ? Math.ceil(bits / 8) : Math.ceil(bitWidth / 8));
      if (bitWidth === 1) ones += isPacked ? this.#onesIn(from, used) : used * (this.bytes[from]! & 1);
      seen += values;
    }
    return ones;
  }

  #onesIn(from: number, bits: number): number {
    let ones = 0;
    for (let bit = 0; bit < bits; bit++) ones += (this.bytes[from + (bit >> 3)]! >> (bit & 7)) & 1;
    return ones;
  }

  /** Skips the part that its length precedes, and returns a walk of it. */
  lengthPrefixed(): Walk {
    const from = this.at + 4;
    this.skip(4);
    const { buffer, byteOffset } = this.bytes;
    const length = new DataView(buffer, byteOffset).getUint32(this.at - 4, true);
    this.skip(length);
    return new Walk(this.bytes, from, from + length);
  }

  /** Skips delta-encoded integers, at least one. */
  deltas(count: number): void {
    const blockSize = this.varint();
    const miniblocks = this.varint();
    this.varint();
    this.varint();
    const perMiniblock = blockSize / miniblocks;
    if (!(perMiniblock > 0 && perMiniblock % 8 === 0)) fail('a block has a wrong size');
    for (let left = count - 1; left > 0; ) {
      this.varint();
      const widths = new Walk(this.bytes, this.at, this.#end);
      this.skip(miniblocks);
      for (let i = 0; i < miniblocks && left > 0; i++, left -= perMiniblock) {
        const width = widths.byte();
        if (width > 64) fail('a bit width is over 64');
        this.skip((perMiniblock * width) / 8);
      }
    }
  }

  /**
   * Skips the prefix lengths of delta-encoded texts, and returns their sum: the bytes that decoding copies.
   */
  prefixLengths(count: number): number {
    const { bytes, at } = this;
    this.deltas(count);
    const lengths = new Int32Array(count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    deltaBinaryUnpack({ view, offset: at }, count, lengths);
    return lengths.reduce((sum, length) => sum + length, 0);
  }
}

import { varint } from './thrift-compact.ts';

/**
 * Definition levels of an optional column without gaps: one run, after the length that data pages of version
 * 1 put before levels. Source: apache/parquet-format, Encodings.md, "RLE/Bit-Packing Hybrid".
 */
export function allPresent(rows: number): Uint8Array {
  return withLength(Uint8Array.from([...varint(rows * 2), 1]));
}

/** Definition levels of an optional column with gaps: one bit per row. */
export function numberLevels(values: Float64Array): Uint8Array {
  const levels = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) levels[row] = Number.isNaN(values[row]!) ? 0 : 1;
  return withLength(bitPacked(levels, 1));
}

/** Same for codes, which are negative where there is a gap. */
export function codeLevels(codes: Int32Array): Uint8Array {
  const levels = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) levels[row] = codes[row]! < 0 ? 0 : 1;
  return withLength(bitPacked(levels, 1));
}

/** Values of a column of numbers without the gaps. */
export function presentOf(values: Float64Array, missing: number): Float64Array<ArrayBuffer> {
  const present = new Float64Array(values.length - missing);
  let at = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (!Number.isNaN(value)) present[at++] = value;
  }
  return present;
}

function withLength(levels: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + levels.length);
  new DataView(bytes.buffer).setUint32(0, levels.length, true);
  bytes.set(levels, 4);
  return bytes;
}

/** Dictionary indices in the form of a data page: their width in bits, then one bit-packed run. */
export function dictionaryIndices(codes: Int32Array, dictionarySize: number): Uint8Array {
  // A width of 0 is legal for one entry, but not all readers accept it.
  const width = Math.max(1, 32 - Math.clz32(Math.max(0, dictionarySize - 1)));
  const packed = bitPacked(codes, width);
  const bytes = new Uint8Array(1 + packed.length);
  bytes[0] = width;
  bytes.set(packed, 1);
  return bytes;
}

/** Values of `width` bits (24 at most), least significant first, padded to a multiple of 8 values. */
function bitPacked(values: Int32Array, width: number): Uint8Array {
  const groups = Math.ceil(values.length / 8);
  const head = varint(groups * 2 + 1);
  const bytes = new Uint8Array(head.length + groups * width);
  bytes.set(head);
  const packed = width <= WORD_BITS ? packWords(values, width, bytes, head.length) : 0;
  packBits(values, packed, width, bytes, head.length + (packed / 8) * width);
  return bytes;
}

/** Up to this width, eight values fit into one 32-bit word. */
const WORD_BITS = 4;

/**
 * Packs whole groups of eight values, each as one word, and returns the number of values packed. It takes a
 * fifth of the time of `packBits`.
 */
function packWords(values: Int32Array, width: number, bytes: Uint8Array, from: number): number {
  const whole = values.length & ~7;
  let at = from;
  for (let row = 0; row < whole; row += 8) {
    const low =
      values[row]! |
      (values[row + 1]! << width) |
      (values[row + 2]! << (2 * width)) |
      (values[row + 3]! << (3 * width));
    const high =
      values[row + 4]! |
      (values[row + 5]! << width) |
      (values[row + 6]! << (2 * width)) |
      (values[row + 7]! << (3 * width));
    let word = low | (high << (4 * width));
    for (let byte = 0; byte < width; byte++) {
      bytes[at++] = word;
      word >>>= 8;
    }
  }
  return whole;
}

/** Packs the values from `first` on, bit by bit. */
function packBits(values: Int32Array, first: number, width: number, bytes: Uint8Array, from: number): void {
  let at = from;
  let pending = 0;
  let bits = 0;
  for (let row = first; row < values.length; row++) {
    pending |= values[row]! << bits;
    bits += width;
    for (; bits >= 8; bits -= 8) {
      bytes[at++] = pending;
      pending >>>= 8;
    }
  }
  if (bits > 0) bytes[at] = pending;
}

/**
 * A field of a Thrift struct: its id, its compact-protocol type and its encoded value. What is large is bytes
 * rather than numbers: a table of 2^31 rows has a footer of megabytes.
 */
export type ThriftField = readonly [id: number, type: number, value: Encoded];
type Encoded = Uint8Array | readonly number[];

const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/**
 * Thrift's compact protocol, as far as Parquet's metadata needs it. Source: thrift-compact-protocol.md of
 * Apache Thrift.
 */
export const thrift = {
  i32: (id: number, value: number): ThriftField => [id, I32, zigzag(value)],
  i64: (id: number, value: number): ThriftField => [id, I64, zigzag(value)],
  binary: (id: number, bytes: Uint8Array): ThriftField => [id, BINARY, binary(bytes)],
  text: (id: number, text: string): ThriftField => [id, BINARY, binary(new TextEncoder().encode(text))],
  struct: (id: number, fields: readonly ThriftField[]): ThriftField => [id, STRUCT, struct(fields)],
  structs: (id: number, items: readonly Encoded[]): ThriftField => [id, LIST, list(STRUCT, items)],
  i32s: (id: number, values: readonly number[]): ThriftField => [id, LIST, list(I32, values.map(zigzag))],
  texts: (id: number, texts: readonly string[]): ThriftField => [
    id,
    LIST,
    list(
      BINARY,
      texts.map((text) => binary(new TextEncoder().encode(text))),
    ),
  ],
};

/** Encodes a struct. Field ids must ascend, by less than 16 each. */
export function struct(fields: readonly ThriftField[]): Uint8Array<ArrayBuffer> {
  let previous = 0;
  const parts: Encoded[] = [];
  for (const [id, type, value] of fields) {
    parts.push([((id - previous) << 4) | type], value);
    previous = id;
  }
  return joined([...parts, [0]]);
}

/** Encodes an unsigned LEB128 integer below 2^53. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

/** Zigzag encoding of values that are never negative: sizes, counts, offsets and enumerations. */
const zigzag = (value: number) => varint(value * 2);
const binary = (bytes: Uint8Array) => [...varint(bytes.length), ...bytes];

function list(type: number, items: readonly Encoded[]): Uint8Array {
  const head = items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(items.length)];
  return joined([head, ...items]);
}

function joined(parts: readonly Encoded[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

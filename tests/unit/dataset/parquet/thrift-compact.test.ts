import { describe, expect, it } from 'vitest';
import { struct, thrift } from '../../../../lib/dataset/parquet/thrift-compact.ts';

describe('a list of structs', () => {
  it('has as many items as a footer for billions of rows needs', () => {
    const items = 300_000;
    const item = struct([thrift.i64(1, 7)]);
    const bytes = struct([thrift.structs(4, Array(items).fill(item))]);
    // Field 4, a list; its length as a varint; the items; the end.
    expect([...bytes.subarray(0, 5)]).toEqual([0x49, 0xfc, 0xe0, 0xa7, 0x12]);
    expect(bytes.length).toBe(5 + items * item.length + 1);
    expect([...bytes.subarray(-4)]).toEqual([0x16, 14, 0, 0]);
  });
});

import { describe, expect, it } from 'vitest';
import { checkSetSize } from '../../../../../functions/ingest/set/set-size.ts';

const TERABYTE = 1e12;
const check = (rows: readonly number[], bytes = 100) =>
  checkSetSize(
    rows.map((records) => ({ records, text_bytes: bytes })),
    TERABYTE,
  );

describe('the size of a set', () => {
  it('goes up to 2^31 - 1 rows, which is twice what it was', () => {
    expect(() => check([2 ** 30, 2 ** 30 - 1])).not.toThrow();
    expect(() => check([2 ** 30, 2 ** 30])).toThrow(
      'the parts have 2147483648 rows; at most 2147483647 rows are read, since training numbers them in 32 bits',
    );
  });

  it('does not wrap at 2^32 rows', () => {
    expect(() => check(Array<number>(1000).fill(2 ** 32))).toThrow('the parts have 4294967296000 rows');
  });

  it('goes up to the bytes of the setting', () => {
    expect(() => check([1, 1], TERABYTE / 2)).not.toThrow();
    expect(() => check([1, 1], TERABYTE / 2 + 1)).toThrow(
      'the parts have 1000000000002 bytes of text; at most 1000000000000 are read, since one call reads them all',
    );
  });
});

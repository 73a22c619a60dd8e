import { describe, expect, it } from 'vitest';
import { sampleRows } from '../../../lib/classifier/sample-rows.ts';
import type { ColumnData } from '../../../lib/columns/kinds.ts';
import { holdOut } from '../../../lib/training/holdout.ts';
import { rowKeys } from '../../../lib/training/row-keys.ts';

const ROWS = 1000;
const value = (i: number) => (i % 7 === 0 ? Number.NaN : Math.sin(i));
const table = (rows: number[], categories = ['blue', 'red'], classes = ['x', 'y']) => {
  const columns: ColumnData[] = [
    { name: 'a', type: 'numeric', values: Float64Array.from(rows, value) },
    {
      name: 'b',
      type: 'categorical',
      codes: Int32Array.from(rows, (i) => (i % 5 === 0 ? -1 : categories.indexOf(i % 2 ? 'red' : 'blue'))),
      categories,
    },
  ];
  return { columns, labels: Int32Array.from(rows, (i) => classes.indexOf(i % 3 ? 'x' : 'y')), classes };
};
const all = Array.from({ length: ROWS }, (_, i) => i);
const keys = rowKeys(table(all), 42);

describe('rowKeys', () => {
  it('depends only on the content of a row: not on its position, the order of columns, or the codes of texts', () => {
    const shuffled = all.toReversed();
    const { columns, labels, classes } = table(shuffled, ['amber', 'blue', 'green', 'red'], ['w', 'x', 'y']);
    expect([...rowKeys({ columns: columns.toReversed(), labels, classes }, 42)]).toEqual(
      [...keys].toReversed(),
    );
  });

  it('distinguishes rows, and changes with every part of a row', () => {
    const contents = all.map((i) => String([value(i), i % 5 === 0 ? '' : i % 2, i % 3 ? 'x' : 'y']));
    expect(new Set(keys).size).toBe(new Set(contents).size);
    const { columns, labels, classes } = table([3]);
    const own = rowKeys({ columns, labels, classes }, 42)[0];
    const [a, b] = columns as [ColumnData & { type: 'numeric' }, ColumnData & { type: 'categorical' }];
    const changed = [
      { columns: [{ ...a, values: Float64Array.of(0.5) }, b], labels, classes },
      { columns: [{ ...a, values: Float64Array.of(Number.NaN) }, b], labels, classes },
      { columns: [a, { ...b, codes: Int32Array.of(-1) }], labels, classes },
      { columns, labels: Int32Array.of(1 - labels[0]!), classes },
    ];
    for (const other of changed) expect(rowKeys(other, 42)[0]).not.toBe(own);
    expect(rowKeys({ columns, labels, classes }, 43)[0]).not.toBe(own);
  });

  it('gives integers that doubles represent exactly', () => {
    expect(keys.every(Number.isSafeInteger)).toBe(true);
  });
});

describe('holdOut', () => {
  it('holds out about one row in five, and the same rows of every later upload', () => {
    const { train, heldOut } = holdOut(keys, 5);
    expect(heldOut.length).toBeGreaterThan(160);
    expect(heldOut.length).toBeLessThan(240);
    expect([...train, ...heldOut].sort((a, b) => a - b)).toEqual(all);
    const later = rowKeys(table(all.slice(100)), 42);
    const held = new Set(holdOut(later, 5).heldOut);
    for (const row of heldOut) if (row >= 100) expect(held.has(row - 100)).toBe(true);
  });

  it('holds out a row of the smallest possible table, and none of a smaller one', () => {
    expect(holdOut(Float64Array.of(1, 6, 11, 16, 21), 5).heldOut).toEqual(Int32Array.of(0));
    expect(holdOut(Float64Array.of(5, 10, 15, 20, 25), 5).heldOut).toEqual(Int32Array.of(0));
    expect(holdOut(Float64Array.of(1, 6, 11, 16), 5).heldOut).toHaveLength(0);
  });
});

describe('sampleRows', () => {
  it('keeps every class, and all rows of rare ones', () => {
    const labels = Int32Array.from({ length: 10_000 }, (_, i) => (i % 1000 === 0 ? 1 : 0));
    const chosen = sampleRows(
      Int32Array.from(labels, (_, i) => i),
      labels,
      1000,
    );
    expect(chosen.filter((row) => labels[row] === 1)).toHaveLength(10);
    expect(chosen.length).toBeLessThan(1020);
    expect([...chosen]).toEqual([...new Set(chosen)].toSorted((a, b) => a - b));
  });

  it('keeps all rows when there are few', () => {
    const rows = Int32Array.of(3, 5, 9);
    expect(sampleRows(rows, new Int32Array(10), 3)).toBe(rows);
  });
});

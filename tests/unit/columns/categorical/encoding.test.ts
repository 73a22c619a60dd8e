import { describe, expect, it } from 'vitest';
import type { CategoricalCode } from '../../../../lib/columns/categorical/code.ts';
import { categoricalEncoding, categoryIndex } from '../../../../lib/columns/categorical/encoding.ts';

const indicators: CategoricalCode = {
  name: 'colour',
  type: 'categorical',
  nullable: true,
  weight: 2,
  categories: ['blue', 'red'],
  frequencies: null,
};
/** Rows of two classes for blue, red, a gap and an unseen category, after one element of another feature. */
const table = Float64Array.of(9, 0.1, 0.9, 0.8, 0.2, 0.4, 0.6, 0.5, 0.5);
const frequencies: CategoricalCode = { ...indicators, frequencies: { at: 1, width: 2 } };

const coordinates = (code: CategoricalCode, value: string | null) => {
  const points = new Float64Array(categoricalEncoding.width(code) + 1);
  categoricalEncoding.encodeValue(code, value, table, points, 1);
  return [...points.subarray(1)];
};

describe('the coordinates of a category', () => {
  it('are one indicator per category, one for gaps if there were any, and none for unseen categories', () => {
    const on = 2 * Math.SQRT1_2;
    expect(coordinates(indicators, 'blue')).toEqual([on, 0, 0]);
    expect(coordinates(indicators, 'red')).toEqual([0, on, 0]);
    expect(coordinates(indicators, null)).toEqual([0, 0, on]);
    expect(coordinates(indicators, 'green')).toEqual([0, 0, 0]);
    expect(coordinates({ ...indicators, nullable: false }, null)).toEqual([0, 0]);
  });

  it('are its class frequencies, if it has a table of them', () => {
    expect(coordinates(frequencies, 'red')).toEqual([1.6, 0.4]);
    expect(coordinates(frequencies, null)).toEqual([0.8, 1.2]);
    expect(coordinates(frequencies, 'green')).toEqual([1, 1]);
  });

  it('need a table row for every category, for gaps and for unseen categories', () => {
    expect(categoricalEncoding.fitsTable(indicators, new Float64Array(0))).toBe(true);
    expect(categoricalEncoding.fitsTable(frequencies, table)).toBe(true);
    expect(categoricalEncoding.fitsTable(frequencies, table.subarray(0, 8))).toBe(false);
    expect(categoricalEncoding.fitsTable({ ...frequencies, frequencies: { at: 0, width: 0 } }, table)).toBe(
      false,
    );
  });
});

describe('categoryIndex', () => {
  it('finds each text of a list in code-unit order, and no other text', () => {
    const list = ['', 'B', 'a', 'aa', 'b', '\u{1F600}', '\uFFFD'];
    list.forEach((text, at) => {
      expect(categoryIndex(list, text)).toBe(at);
    });
    for (const other of ['A', 'ab', 'c']) expect(categoryIndex(list, other)).toBeNull();
    expect(categoryIndex([], 'a')).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { type NumericCode, numericCode } from '../../../../lib/columns/numeric/code.ts';
import { isMeasurable, numericEncoding } from '../../../../lib/columns/numeric/encoding.ts';

const none = new Float64Array(0);
const standard: NumericCode = {
  name: 'x',
  type: 'numeric',
  nullable: false,
  weight: 0.5,
  median: 2,
  center: 4,
  scale: 10,
  rank: null,
};
/** The distinct values 1, 2 and 5, and their ranks. */
const table = Float64Array.of(1, 2, 5, 0.2, 0.4, 0.8);
const ranked: NumericCode = { ...standard, rank: { at: 0, count: 3, scale: 0.25 } };

const gapped: NumericCode = { ...standard, nullable: true, gap: 3 };

const coordinate = (code: NumericCode, value: number | null, ranks = none) => {
  const points = new Float64Array(1);
  numericEncoding.encodeValue(code, value, ranks, points, 0);
  return points[0]!;
};

describe('the coordinate of a number', () => {
  it('is the number of deviations from the mean, times the weight', () => {
    expect(coordinate(standard, 24)).toBe(1);
    expect(coordinate(standard, null)).toBe(coordinate(standard, 2));
  });

  it('is its rank between the known ones, and continues beyond them by distance', () => {
    expect(coordinate(ranked, 2, table)).toBeCloseTo((0.5 * (0.4 - 0.5)) / 0.25, 12);
    expect(coordinate(ranked, 3.5, table)).toBeCloseTo((0.5 * (0.6 - 0.5)) / 0.25, 12);
    expect(coordinate(ranked, 15, table)).toBeCloseTo((0.5 * (0.8 + 0.25 - 0.5)) / 0.25, 12);
  });

  it.each([-40, 1, 1.25, 2, 4.5, 5, 300])(
    'approximately gives back the number that it was made from: %d',
    (value) => {
      for (const [code, ranks] of [
        [standard, none],
        [ranked, table],
      ] as const) {
        const points = Float64Array.of(0, coordinate(code, value, ranks));
        expect(numericEncoding.guessNumber(code, ranks, points, 1)).toBeCloseTo(value, 9);
      }
    },
  );

  it('is cut where distances would overflow, and such numbers are marked', () => {
    expect(coordinate(standard, 1e300)).toBe(1e140);
    expect(isMeasurable(standard, 1e300, none)).toBe(false);
    expect(isMeasurable(standard, Number.NaN, none)).toBe(false);
    expect(isMeasurable(standard, -1e100, none)).toBe(true);
  });
});

describe("a gap's own coordinate", () => {
  it('is 0 for a number, and weighted for a gap', () => {
    const coordinates = (value: number | null) => {
      const points = new Float64Array(4);
      numericEncoding.encodeValue(gapped, value, none, points, 1);
      return [...points];
    };
    expect(numericEncoding.width(standard)).toBe(1);
    expect(numericEncoding.width(gapped)).toBe(2);
    expect(coordinates(24)).toEqual([0, 1, 0, 0]);
    expect(coordinates(null)).toEqual([0, -0.1, 1.5, 0]);
  });

  it('is refused where no data can have given it', () => {
    const accepts = (gap: unknown) => numericCode.safeParse({ ...gapped, gap }).success;
    expect([0, 3, 1000].every(accepts)).toBe(true);
    for (const gap of [-1, 1001, Number.NaN, Number.POSITIVE_INFINITY, null])
      expect(accepts(gap)).toBe(false);
  });
});

describe('a table of ranks', () => {
  it("must be inside the encoder's table and ascend", () => {
    expect(numericEncoding.fitsTable(standard, none)).toBe(true);
    expect(numericEncoding.fitsTable(ranked, table)).toBe(true);
    expect(numericEncoding.fitsTable(ranked, table.subarray(1))).toBe(false);
    expect(numericEncoding.fitsTable({ ...ranked, rank: { at: 0, count: 0, scale: 1 } }, table)).toBe(false);
    expect(numericEncoding.fitsTable(ranked, Float64Array.of(1, 1, 5, 0.2, 0.4, 0.8))).toBe(false);
    expect(numericEncoding.fitsTable(ranked, Float64Array.of(1, Number.NaN, 5, 0.2, 0.4, 0.8))).toBe(false);
  });
});

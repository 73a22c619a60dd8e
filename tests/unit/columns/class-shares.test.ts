import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ShareTable, shareTable, surplus, turned } from '../../../lib/columns/class-shares.ts';

const CODES = [0, 0, 0, 1, 1, -1, 2, 0, 1, 2, 2, 2];
const LABELS = Int32Array.of(0, 0, 1, 1, 1, 2, 0, 0, 1, 2, 0, 0);
const grouped = {
  groupOf: (row: number) => CODES[row]!,
  groups: 4,
  labels: LABELS,
  classCount: 3,
};
const OVERALL = [6 / 12, 4 / 12, 2 / 12];
/** Smoothed by ten rows like all. */
const share = (seen: number, rows: number, label: number) => (seen + 10 * OVERALL[label]!) / (rows + 10);

describe('a table of class shares', () => {
  it('has the smoothed share of each class in each group; a group without rows has those of all rows', () => {
    const { width, rows } = shareTable(grouped, 16);
    expect(width).toBe(3);
    const expected = [
      ...[share(3, 4, 0), share(1, 4, 1), share(0, 4, 2)],
      ...[share(0, 3, 0), share(3, 3, 1), share(0, 3, 2)],
      ...[share(3, 4, 0), share(0, 4, 1), share(1, 4, 2)],
      ...OVERALL,
    ];
    rows.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 12);
    });
  });

  it('has the most frequent classes only, where there are more than its limit', () => {
    const { width, rows } = shareTable(grouped, 2);
    expect(width).toBe(2);
    expect(rows[3]).toBeCloseTo(share(3, 3, 1), 12);
  });
});

describe('the distance of two groups', () => {
  it('is the chi-square distance of their shares', () => {
    const { rows } = shareTable(grouped, 16, (one, overall) => surplus(one, overall, false));
    const distance = Math.hypot(...[0, 1, 2].map((label) => rows[label]! - rows[3 + label]!));
    const [a, b] = [
      [share(3, 4, 0), share(1, 4, 1), share(0, 4, 2)],
      [share(0, 3, 0), share(3, 3, 1), share(0, 3, 2)],
    ];
    const squared = OVERALL.reduce(
      (sum, overall, label) => sum + (a![label]! - b![label]!) ** 2 / overall,
      0,
    );
    expect(distance).toBeCloseTo(Math.sqrt(squared), 12);
    for (const value of rows.subarray(9)) expect(value).toBeCloseTo(0, 12);
  });

  it('is the same by one coordinate of two classes as by both', () => {
    const pair = { ...grouped, labels: LABELS.map((label) => Math.min(label, 1)), classCount: 2 };
    const both = shareTable(pair, 2, (one, overall) => surplus(one, overall, false)).rows;
    const single = shareTable(pair, 1, (one, overall) => surplus(one, overall, true)).rows;
    const expected = Math.hypot(both[0]! - both[2]!, both[1]! - both[3]!);
    expect(Math.abs(single[0]! - single[1]!)).toBeCloseTo(expected, 12);
  });

  it('is 0 where all rows or none are of a class', () => {
    for (const isPair of [true, false]) {
      expect(surplus(0, 0, isPair)).toBe(0);
      expect(surplus(1, 1, isPair)).toBe(0);
    }
  });
});

describe('a turned table', () => {
  const distances = ({ width, rows }: ShareTable) => {
    const groups = Array.from({ length: rows.length / width }, (_, i) =>
      rows.subarray(i * width, (i + 1) * width),
    );
    return groups.flatMap((a) => groups.map((b) => Math.hypot(...a.map((value, i) => value - b[i]!))));
  };

  it('holds the distances of all groups in as many numbers as there are independent groups', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }).chain((categories) =>
          fc.record({
            categories: fc.constant(categories),
            rows: fc.array(fc.tuple(fc.nat(categories - 1), fc.nat(7)), { minLength: 1, maxLength: 60 }),
          }),
        ),
        ({ categories, rows }) => {
          const all = {
            groupOf: (row: number) => rows[row]![0],
            groups: categories + 1,
            labels: Int32Array.from(rows, ([, label]) => label),
            classCount: 8,
          };
          const table = shareTable(all, 8, (share, overall) => surplus(share, overall, false));
          const width = Math.max(1, categories - 1);
          const small = turned(table, width);
          expect(small.width).toBe(width);
          const expected = distances(table);
          distances(small).forEach((distance, i) => {
            expect(distance).toBeCloseTo(expected[i]!, 9);
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is the table itself where that has no more numbers', () => {
    const table = { width: 2, rows: Float64Array.of(1, 2, 3, 4) };
    expect(turned(table, 2)).toBe(table);
  });
});

import { describe, expect, it } from 'vitest';
import { informationOf } from '../../../lib/classifier/mutual-information.ts';
import { MAX_INDICATORS } from '../../../lib/columns/learning.ts';
import { xorshift } from '../../helpers/xorshift.ts';

/** By a table of all pairs of a category and a class, as a textbook has it. */
function byTable(codes: Int32Array, categories: number, labels: Int32Array, classes: number): number {
  const rows = codes.length;
  const counts = Array.from({ length: categories + 1 }, () => new Array<number>(classes).fill(0));
  codes.forEach((code, row) => {
    counts[code + 1]![labels[row]!]!++;
  });
  const ofClass = Array.from({ length: classes }, (_, label) =>
    counts.reduce((sum, bin) => sum + bin[label]!, 0),
  );
  const ofBin = counts.map((bin) => bin.reduce((sum, count) => sum + count, 0));
  const entropy = (totals: number[]) =>
    totals.reduce((sum, count) => (count > 0 ? sum - (count / rows) * Math.log(count / rows) : sum), 0);
  const information = entropy(ofClass) + entropy(ofBin) - entropy(counts.flat());
  const used = (totals: number[]) => totals.filter((count) => count > 0).length;
  const byChance = ((used(ofBin) - 1) * (used(ofClass) - 1)) / (2 * rows);
  return Math.min(1, Math.max(0, information - byChance) / entropy(ofClass));
}

describe('informationOf', () => {
  it.each([
    [2000, 6, 3],
    [2000, 40, 5],
    [400, 900, 8],
    [3000, 9000, 12],
  ])('is that of a table of all pairs: %i rows, %i categories, %i classes', (rows, categories, classes) => {
    const next = xorshift(17);
    const labels = Int32Array.from({ length: rows }, () => Math.floor(next() * classes));
    const codes = Int32Array.from(labels, (label) =>
      next() < 0.97 ? label % categories : Math.floor(next() * (categories + 1)) - 1,
    );
    const information = informationOf({
      column: { name: 'c', type: 'categorical', codes, categories: new Array<string>(categories).fill('') },
      sorted: new Float64Array(0),
      nullable: true,
      labels,
      classCount: classes,
      maxIndicators: MAX_INDICATORS,
    });
    expect(information).toBeCloseTo(byTable(codes, categories, labels, classes), 10);
    expect(information).toBeGreaterThan(0);
  });

  it('takes no memory for pairs that do not occur', () => {
    const rows = 100;
    const codes = Int32Array.from({ length: rows }, (_, row) => row % 2);
    const information = informationOf({
      column: { name: 'c', type: 'categorical', codes, categories: new Array<string>(2 ** 24).fill('') },
      sorted: new Float64Array(0),
      nullable: false,
      labels: codes,
      classCount: 2 ** 20,
      maxIndicators: MAX_INDICATORS,
    });
    expect(information).toBeGreaterThan(0.95);
  });
});

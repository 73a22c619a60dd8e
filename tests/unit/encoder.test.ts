import { describe, expect, it } from 'vitest';
import { encodeColumns, encodeRow, learnFeatures } from '../../lib/classifier/encoder.ts';
import type { DatasetFeature } from '../../lib/dataset/read-parquet.ts';

const COLUMNS: DatasetFeature[] = [
  { name: 'mass', type: 'numeric', values: Float64Array.of(1, 2, Number.NaN, 9) },
  { name: 'island', type: 'categorical', codes: Int32Array.of(0, 1, 1, -1), categories: ['Biscoe', 'Dream'] },
  { name: 'constant', type: 'numeric', values: Float64Array.of(7, 7, 7, 7) },
];
const features = learnFeatures(COLUMNS);
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i]!));
const encode = (...values: (number | string | null)[]) => encodeRow(features, values, new Float64Array(5));

describe('the encoding of features', () => {
  it('learns median, mean and deviation of the values that are there', () => {
    expect(features[0]).toMatchObject({ median: 2, center: 4, nullable: true });
    expect((features[0] as { scale: number }).scale).toBeCloseTo(Math.sqrt(38 / 3), 12);
  });

  it('gives a constant column the scale 1, so that it adds nothing', () => {
    expect(features[2]).toMatchObject({ center: 7, scale: 1, nullable: false });
  });

  it('encodes rows one by one as it encodes the whole table', () => {
    const table = encodeColumns(features, COLUMNS);
    const rows = [
      encode(1, 'Biscoe', 7),
      encode(2, 'Dream', 7),
      encode(null, 'Dream', 7),
      encode(9, null, 7),
    ];
    expect([...table]).toEqual(rows.flatMap((row) => [...row]));
  });

  it('puts different categories, and a gap, at distance 1 from each other', () => {
    const [a, b, gap] = [encode(1, 'Biscoe', 7), encode(1, 'Dream', 7), encode(1, null, 7)];
    expect(distance(a, b)).toBeCloseTo(1, 12);
    expect(distance(a, gap)).toBeCloseTo(1, 12);
  });

  it('puts an unseen category equally far from every known one', () => {
    const unseen = encode(1, 'Atlantis', 7);
    expect(distance(unseen, encode(1, 'Biscoe', 7))).toBe(distance(unseen, encode(1, 'Dream', 7)));
  });

  it('imputes the median for a missing number', () => {
    expect([...encode(null, 'Dream', 7)]).toEqual([...encode(2, 'Dream', 7)]);
  });
});

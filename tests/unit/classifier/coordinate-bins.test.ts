import { expect, it } from 'vitest';
import { binCoordinates, MAX_BINS } from '../../../lib/classifier/coordinate-bins.ts';
import { xorshift } from '../../helpers/xorshift.ts';

const next = xorshift(4);

it('gives each of few values a bin of its own, with bounds halfway between them', () => {
  const { bounds, codes, rows } = binCoordinates(Float64Array.of(1, 0, 3, 0, 1, 1, 7, 0), 2);
  expect(rows).toBe(4);
  expect(bounds.map((one) => [...one])).toEqual([[2, 5], [0.5]]);
  expect([...codes]).toEqual([0, 1, 0, 2, 0, 0, 1, 0]);
});

it('gives many values bins of about equally many rows, and none to a value that has most of them', () => {
  const rows = 6400;
  const points = Float64Array.from({ length: 2 * rows }, (_, at) =>
    at % 2 === 1 && next() < 0.9 ? 0.5 : next(),
  );
  const { bounds, codes } = binCoordinates(points, 2);
  expect(bounds[0]).toHaveLength(MAX_BINS - 1);
  const sizes = new Float64Array(MAX_BINS);
  for (const code of codes.subarray(0, rows)) sizes[code]!++;
  for (const size of sizes) expect(size).toBe(rows / MAX_BINS);
  expect(bounds[1]!.length).toBeLessThan(8);
  for (const found of bounds) expect([...found]).toEqual([...new Set(found)].sort((a, b) => a - b));
});

it('has a code that is the number of bounds below the value, and no bounds where all values are equal', () => {
  const points = Float64Array.from({ length: 500 }, () => next());
  const { bounds, codes } = binCoordinates(points, 1);
  points.forEach((value, row) => {
    expect(codes[row]).toBe(bounds[0]!.filter((bound) => value > bound).length);
  });
  expect(binCoordinates(new Float64Array(9), 1).bounds[0]).toHaveLength(0);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summariseNumbers } from '../../../lib/columns/numbers-baseline.ts';
import { summariseTexts } from '../../../lib/columns/texts-baseline.ts';
import { distributionsOf, type SharePair } from '../../../lib/drift/distributions.ts';

const numbers = (trained: readonly number[], live: readonly number[], points = 50) => {
  const summary = summariseNumbers({ values: Float64Array.from(trained) }, points);
  const found = distributionsOf({
    baseline: { name: 'x', type: 'numeric', ...summary },
    batch: Float64Array.from(live),
  });
  if (found.form !== 'numbers') throw new Error('expected numbers');
  return found;
};

const texts = (trained: readonly string[], live: readonly (string | null)[], kept = 200) => {
  const categories = [...new Set(trained)].sort();
  const codes = Int32Array.from(trained, (text) => categories.indexOf(text));
  const found = distributionsOf({
    baseline: { name: 'x', type: 'categorical', ...summariseTexts({ codes, categories }, kept) },
    batch: live,
  });
  if (found.form !== 'categories') throw new Error('expected categories');
  return found;
};

const sum = (pairs: readonly SharePair[], key: keyof SharePair) =>
  pairs.reduce((total, pair) => total + pair[key], 0);

describe('the distributions of numbers', () => {
  const evenly = (count: number, to: number) => Array.from({ length: count }, (_, i) => (i * to) / count);

  it('share the same bins, so that a shift is seen', () => {
    const { bins, edges } = numbers(
      evenly(1000, 10),
      evenly(500, 10).map((value) => value + 5),
    );
    expect(edges).toHaveLength(bins.length + 1);
    expect(edges.at(-1)).toBeCloseTo(14.85, 0);
    expect(bins[0]!.baseline).toBeGreaterThan(0.05);
    expect(bins[0]!.live).toBe(0);
    expect(bins.at(-1)!.baseline).toBe(0);
    expect(bins.at(-1)!.live).toBeGreaterThan(0.05);
  });

  it('are not flattened by an outlier, which counts in the outer bin', () => {
    const { edges, bins } = numbers(evenly(1000, 10), [...evenly(500, 10), 1e9]);
    expect(edges.at(-1)).toBeLessThan(11);
    expect(sum(bins, 'live')).toBeCloseTo(1, 2);
  });

  it('count missing values as a share of all', () => {
    const { missing, bins } = numbers([1, 2, 3, Number.NaN], [1, Number.NaN]);
    expect(missing).toEqual({ baseline: 0.25, live: 0.5 });
    expect(sum(bins, 'baseline')).toBeCloseTo(0.75, 3);
  });

  it('are one bin of a constant, and none of nothing but gaps', () => {
    expect(numbers([7, 7, 7], [7])).toMatchObject({ edges: [7, 7], bins: [{ baseline: 1, live: 1 }] });
    expect(numbers([Number.NaN], [Number.NaN])).toMatchObject({ edges: [], bins: [] });
  });

  it('are written as dates for dates', () => {
    const summary = summariseNumbers({ values: Float64Array.from([0, 86_400_000 * 40]) }, 50);
    const { edges } = distributionsOf({
      baseline: { name: 'x', type: 'datetime', ...summary },
      batch: Float64Array.of(86_400_000),
    }) as ReturnType<typeof numbers>;
    expect(edges[0]).toBe('1970-01-01');
    expect(edges.at(-1)).toBe('1970-02-10');
  });

  it('add up to one with the gaps, whatever the values and however few points the baseline keeps', () => {
    const value = fc.double({ min: -1e9, max: 1e9, noDefaultInfinity: true });
    const values = fc.array(value, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, values, fc.integer({ min: 3, max: 20 }), (trained, live, points) => {
        const { bins, missing, edges } = numbers(trained, live, points);
        for (const key of ['baseline', 'live'] as const)
          expect(sum(bins, key) + missing[key]).toBeCloseTo(1, 2);
        expect(edges).toEqual(edges.toSorted((a, b) => Number(a) - Number(b)));
        for (const bin of bins) expect(Math.min(bin.baseline, bin.live)).toBeGreaterThanOrEqual(0);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe('the distributions of categories', () => {
  it('list those with the largest shares of either, and count others and gaps', () => {
    const found = texts(['a', 'a', 'a', 'b'], ['b', 'b', 'new', null]);
    expect(found).toEqual({
      form: 'categories',
      categories: [
        { name: 'a', baseline: 0.75, live: 0 },
        { name: 'b', baseline: 0.25, live: 0.5 },
      ],
      other: { baseline: 0, live: 0.25 },
      missing: { baseline: 0, live: 0.25 },
    });
  });

  it('put the rest of many together', () => {
    const many = Array.from({ length: 40 }, (_, i) => `category ${i}`);
    const found = texts(many, many);
    expect(found.categories).toHaveLength(12);
    expect(found.other).toEqual({ baseline: 0.7, live: 0.7 });
  });

  it('never list a text that only requests had', () => {
    const found = texts(['a', 'b'], ['a', '<script>'.repeat(1000)]);
    expect(JSON.stringify(found)).not.toContain('script');
    expect(found.other.live).toBe(0.5);
  });
});

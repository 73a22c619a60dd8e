import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { numbersBaseline, summariseNumbers } from '../../../lib/columns/numbers-baseline.ts';

describe('the summary of numbers', () => {
  it('keeps every distinct value while there are few, and merges 0 and -0', () => {
    expect(summariseNumbers({ values: Float64Array.of(2, -0, Number.NaN, 0, 2) }, 3)).toEqual({
      missing: 1,
      values: [0, 2],
      counts: [2, 2],
      gaps: null,
    });
  });

  it('keeps a limited number of points of many values, including the ends and frequent values', () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => (i < 300 ? 500 : i));
    const { values: points, counts, gaps } = summariseNumbers({ values }, 20);
    expect(points.length).toBeLessThanOrEqual(20);
    expect([points[0], points.at(-1)]).toEqual([300, 999]);
    expect(counts[points.indexOf(500)]).toBe(301);
    const total = [...counts, ...gaps!].reduce((sum, count) => sum + count, 0);
    expect(total).toBe(1000);
  });

  it('is refused when it does not ascend, or lacks counts or gaps', () => {
    const good = { name: 'x', type: 'x', missing: 0, values: [1, 2], counts: [1, 1], gaps: [3] };
    const takes = (changes: object) => z.safeParse(numbersBaseline('x'), { ...good, ...changes }).success;
    expect(takes({})).toBe(true);
    for (const changes of [
      { values: [2, 1] },
      { counts: [1] },
      { gaps: [] },
      { counts: [1, 0] },
      { type: 'y' },
    ])
      expect(takes(changes)).toBe(false);
  });
});

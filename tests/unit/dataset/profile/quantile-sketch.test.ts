import { describe, expect, it } from 'vitest';
import { QuantileSketch } from '../../../../lib/dataset/profile/quantile-sketch.ts';

describe('a sketch of quantiles', () => {
  it('counts more than 2^32 equal numbers', () => {
    const sketch = new QuantileSketch();
    const counts = new Uint32Array(256);
    counts[0] = 2 ** 32 - 1;
    // The sign and exponent of 1.
    for (let group = 0; group < 3; group++) sketch.addPage(0x3ff, counts);
    expect(sketch.count).toBe(3 * (2 ** 32 - 1));
    expect(sketch.buckets()).toEqual([{ low: 1, high: 1 + 1 / 256, count: 3 * (2 ** 32 - 1) }]);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SpanSketch } from '../../../../lib/dataset/profile/span-sketch.ts';

function sketchOf(...parts: readonly Float64Array[]): SpanSketch {
  const sketch = new SpanSketch();
  for (const part of parts) sketch.add(part);
  return sketch;
}

it('keeps few values unchanged', () => {
  const sketch = sketchOf(Float64Array.of(5, Number.NaN, -3, 5));
  expect(sketch.count).toBe(3);
  expect(sketch.buckets()).toEqual([
    { low: -3, high: -3, count: 1 },
    { low: 5, high: 5, count: 2 },
  ]);
});

it('counts many values in buckets that are narrow compared with their span, in any order', () => {
  const seconds = fc.integer({ min: 0, max: 86_400_000 * 400 });
  fc.assert(
    fc.property(fc.array(seconds, { minLength: 4000, maxLength: 9000 }), (offsets) => {
      const values = Float64Array.from(offsets, (offset) => 1.7e12 + offset);
      const sketch = sketchOf(values);
      const buckets = sketch.buckets();
      expect(buckets.length).toBeLessThanOrEqual(4096);
      expect(buckets).toEqual(
        sketchOf(values.toReversed().subarray(0, 100), values.toReversed().subarray(100)).buckets(),
      );
      const sorted = values.toSorted();
      let at = 0;
      for (const { low, high, count } of buckets) {
        expect(sorted[at]!).toBeGreaterThanOrEqual(low);
        expect(sorted[at + count - 1]!).toBeLessThanOrEqual(high);
        expect(high - low).toBeLessThan((sorted.at(-1)! - sorted[0]!) / 1000);
        at += count;
      }
      expect(at).toBe(values.length);
    }),
    { numRuns: 4 },
  );
});

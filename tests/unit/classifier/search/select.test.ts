import { describe, expect, it } from 'vitest';
import { select } from '../../../../lib/classifier/search/select.ts';

const PATTERNS: Record<string, (index: number, count: number) => number> = {
  ascending: (index) => index,
  descending: (index, count) => count - index,
  constant: () => 7,
  'organ pipe': (index, count) => Math.min(index, count - index),
  'few values': (index) => (index * 7919) % 3,
  scattered: (index) => ((index + 1) * 0.618_033_988_749_895) % 1,
  sawtooth: (index) => index % 97,
};

describe.each(Object.entries(PATTERNS))('selecting from %s keys', (_, pattern) => {
  // With 0 rounds it starts with heap sort, with 2 heap sort takes over half way, as for crafted keys.
  it.each([0, 2, 64])('puts the wanted rank in its place within %i rounds', (rounds) => {
    for (const count of [1, 2, 3, 64, 601, 5000]) {
      const original = Float64Array.from({ length: count }, (_, index) => pattern(index, count));
      const sorted = original.slice().sort();
      for (const target of new Set([0, count >>> 2, count >>> 1, count - 1])) {
        const keys = original.slice();
        const order = new Int32Array(count).map((_, index) => index);
        select(keys, order, 0, count - 1, target, rounds);
        expect(keys[target]).toBe(sorted[target]);
        expect(keys.subarray(0, target).every((key) => key <= keys[target]!)).toBe(true);
        expect(keys.subarray(target).every((key) => key >= keys[target]!)).toBe(true);
        expect(keys).toEqual(Float64Array.from(order, (index) => original[index]!));
        expect(order.slice().sort()).toEqual(new Int32Array(count).map((_, index) => index));
      }
    }
  });
});

it('selects within a part and does not change the rest', () => {
  const keys = Float64Array.of(9, 5, 4, 3, 2, 1, 0);
  const order = Int32Array.of(0, 1, 2, 3, 4, 5, 6);
  select(keys, order, 1, 5, 3);
  expect([keys[0], keys[3], keys[6]]).toEqual([9, 3, 0]);
  expect([order[0], order[6]]).toEqual([0, 6]);
});

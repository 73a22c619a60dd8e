import { expect, it } from 'vitest';
import { firstOf } from '../../lib/text-safety.ts';

it('lists 20 names of a message and counts the others, each quoted and cut', () => {
  const names = Array.from({ length: 999 }, (_, i) => `${i}${'\u6f22'.repeat(1000)}`);
  const text = firstOf(names);
  expect(text).toMatch(/^"0\u6f22+…", .*, "19\u6f22+…" and 979 others$/u);
  expect(text.length).toBeLessThan(20 * 90);
  expect(firstOf(['a', 'b"'])).toBe('"a", "b\\""');
  expect(firstOf([])).toBe('');
  expect(firstOf(['a', 'b'], (name) => name)).toBe('a, b');
});

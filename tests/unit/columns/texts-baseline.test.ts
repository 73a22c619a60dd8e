import { describe, expect, it } from 'vitest';
import { LONGEST_CATEGORY, summariseTexts } from '../../../lib/columns/texts-baseline.ts';

describe('the summary of texts', () => {
  it('names the most frequent, with ties in order, and counts long texts among the others', () => {
    const long = 'x'.repeat(LONGEST_CATEGORY + 1);
    const column = { categories: ['a', 'b', 'c', long], codes: Int32Array.of(2, 1, 0, 1, -1, 0, 3, 3, 3) };
    expect(summariseTexts(column, 2)).toEqual({
      missing: 1,
      categories: ['a', 'b'],
      counts: [2, 2],
      other: 4,
    });
  });
});

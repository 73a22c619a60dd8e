import { describe, expect, it } from 'vitest';
import { firstCopies } from '../../../../lib/classifier/search/few-copies.ts';

describe('firstCopies', () => {
  const points = Float64Array.of(1, 2, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 1, 2, 5, 6);

  it('keeps the first rows of equal points', () => {
    expect(firstCopies({ points, dimension: 2 }, 2)).toEqual(Int32Array.of(0, 1, 2, 4, 7));
    expect(firstCopies({ points, dimension: 2 }, 1)).toEqual(Int32Array.of(0, 2, 7));
  });

  it('gives positions in the order of their rows, and leaves out excluded rows', () => {
    const order = Int32Array.of(7, 6, 5, 4, 3, 2, 1, 0);
    expect(firstCopies({ points, dimension: 2, order }, 1)).toEqual(Int32Array.of(7, 6, 4));
    const excludedRows = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1);
    expect(firstCopies({ points, dimension: 2, excludedRows }, 2)).toEqual(Int32Array.of(0, 1, 2, 4));
  });

  it('is not worth it where nearly all rows differ', () => {
    expect(firstCopies({ points: Float64Array.of(1, 2, 3, 4, 5, 5), dimension: 1 }, 1)).toBeUndefined();
    expect(firstCopies({ points, dimension: 2 }, 5)).toBeUndefined();
  });

  it('finds a million equal rows', () => {
    const equal = new Float64Array(1_000_000).fill(0.25);
    expect(firstCopies({ points: equal, dimension: 1 }, 62)).toHaveLength(62);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPacked, packNumbers, unpackNumber } from '../../../lib/classifier/packed-numbers.ts';

/** The unpacked number of each row, with the guesses that it was packed with. */
function roundTrip(values: Float64Array, guesses: readonly number[]) {
  const packed = packNumbers(values, (row) => guesses[row]!);
  return packed && Array.from(values, (_, row) => unpackNumber(packed, row, guesses[row]!));
}

const numbers = fc.float64Array({ minLength: 1, maxLength: 60 });

describe('packed numbers', () => {
  it('are unpacked to the same bits for good and bad guesses', () => {
    fc.assert(
      fc.property(numbers, fc.array(fc.double(), { minLength: 60, maxLength: 60 }), (few, wild) => {
        // Most guesses are good, so that packing pays.
        const values = Float64Array.from(
          [...few, ...few, ...few].flatMap((value) => [value, 1, -0.1, 3e200]),
        );
        const guesses = Array.from(values, (value, row) => (row % 4 === 0 ? wild[row % 60]! : value));
        const back = roundTrip(values, guesses);
        expect(back).toBeDefined();
        back!.forEach((value, row) => {
          expect(value).toBe(values[row]);
        });
      }),
    );
  });

  it('take one byte each when the guess is off by a few units in the last place, up or down', () => {
    const values = Float64Array.from({ length: 253 }, (_, i) => 1.5 + (i - 126) * 2 ** -52);
    const packed = packNumbers(values, () => 1.5)!;
    expect(packed.rows).toHaveLength(0);
    expect(Array.from(packed.steps)).toEqual(Array.from(values, (_, i) => i - 126));
    expect(roundTrip(values, new Array<number>(253).fill(1.5))).toEqual(Array.from(values));
    const farther = Float64Array.of(...values, 1.5 + 127 * 2 ** -52, 1.5 - 127 * 2 ** -52);
    expect(Array.from(packNumbers(farther, () => 1.5)!.rows)).toEqual([253, 254]);
  });

  it.each([-0, 0, 5e-324, 1e-310, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN])(
    'bring %s back among others',
    (value) => {
      const values = Float64Array.of(1, 2, 3, value, 5, 6, 7, 8, 9);
      for (const guess of [value, 0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY]) {
        const guesses = Array.from(values, (own, row) => (row === 3 ? guess : own));
        expect(roundTrip(values, guesses)).toEqual(Array.from(values));
      }
    },
  );

  it('take one byte each when they are 0 or missing, for any guess', () => {
    const values = Float64Array.of(0, Number.NaN, 0, Number.NaN);
    expect(packNumbers(values, () => 3)!.rows).toHaveLength(0);
    expect(roundTrip(values, [3, 3, 3, 3])).toEqual([0, Number.NaN, 0, Number.NaN]);
  });

  it('are not packed when that would save little', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => i / 7);
    const guessWell = (share: number) => (row: number) => (row < 100 * share ? row / 7 : 1e9);
    expect(packNumbers(values, guessWell(0.7))).toBeUndefined();
    expect(packNumbers(values, guessWell(0.8))!.rows).toHaveLength(20);
  });

  it('are malformed when list and marks do not fit', () => {
    const values = Float64Array.from({ length: 20 }, (_, i) => i + 0.5);
    const packed = packNumbers(values, (row) => (row === 7 || row === 9 ? 0 : row + 0.5))!;
    expect(isPacked(packed)).toBe(true);
    expect(isPacked({ ...packed, values: packed.values.slice(1) })).toBe(false);
    for (const rows of [
      [7, 7],
      [9, 7],
      [7, 8],
      [7, 20],
    ]) {
      expect(isPacked({ ...packed, rows: Uint32Array.from(rows) }), String(rows)).toBe(false);
    }
    const short = { ...packed, rows: packed.rows.slice(1), values: packed.values.slice(1) };
    expect(unpackNumber(short, 7, 7.5)).toBeUndefined();
  });
});

import type { Learning } from '../learning.ts';
import type { NumbersColumn } from '../storage.ts';
import type { NumericCode } from './code.ts';
import { coordinateOf } from './encoding.ts';
import { describeSorted, type RankTable, rankSorted } from './number-scale.ts';

/** Numbers are learnt by their median, mean and deviation, and by their ranks where a recipe wants these. */
export const numericLearning: Learning<NumericCode, NumbersColumn<'numeric'>> = {
  usesNumberScale: true,
  learn({ column: { name }, sorted, nullable }) {
    const code = { name, type: 'numeric' as const, nullable, ...describeSorted(sorted), weight: 1 };
    let table: RankTable | undefined;
    return (scale, place) => {
      if (scale === 'standard') return { ...code, rank: null };
      table ??= rankSorted(sorted);
      const { knots, ranks } = table;
      return { ...code, rank: { at: place(knots, ranks), count: knots.length, scale: table.scale } };
    };
  },
  encodeColumn(code, { values }, table, { points, offset, stride }) {
    for (let row = 0, at = offset; row < values.length; row++, at += stride) {
      const value = values[row]!;
      points[at] = coordinateOf(code, Number.isNaN(value) ? code.median : value, table);
    }
  },
};

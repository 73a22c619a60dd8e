import type { Learning, NumberScale, PlaceInTable } from '../learning.ts';
import type { NumbersColumn } from '../storage.ts';
import type { NumberLine, NumericCode } from './code.ts';
import { coordinateOf } from './encoding.ts';
import { describeSorted, type RankTable, rankSorted } from './number-scale.ts';

/** Learns numbers by their median, mean and deviation, and by their ranks if a recipe asks for them. */
export const numericLearning: Learning<NumericCode, NumbersColumn<'numeric'>> = {
  usesNumberScale: true,
  usesTimeScale: false,
  maxWidth: () => 1,
  cellNs: () => 60,
  learn({ column: { name }, sorted, nullable }) {
    const lineBy = learnLine(sorted);
    const code = { name, type: 'numeric' as const, nullable, weight: 1 };
    return (scale, place) => ({ ...code, ...lineBy(scale, place) });
  },
  encodeColumn(code, { values }, table, { points, offset, stride }) {
    for (let row = 0, at = offset; row < values.length; row++, at += stride) {
      const value = values[row]!;
      points[at] = coordinateOf(code, Number.isNaN(value) ? code.median : value, table);
    }
  },
};

/** Learns how to map sorted numbers to a line, for any scale. */
export function learnLine(
  sorted: Float64Array,
): (scale: NumberScale, place: PlaceInTable) => Omit<NumberLine, 'name' | 'nullable' | 'weight'> {
  const spread = describeSorted(sorted);
  let table: RankTable | undefined;
  return (scale, place) => {
    if (scale === 'standard') return { ...spread, rank: null };
    table ??= rankSorted(sorted);
    const { knots, ranks } = table;
    return { ...spread, rank: { at: place(knots, ranks), count: knots.length, scale: table.scale } };
  };
}

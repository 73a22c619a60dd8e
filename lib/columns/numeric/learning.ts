import { shareTable, surplus } from '../class-shares.ts';
import type { Learning, LearningColumn, PlaceInTable, Scales } from '../learning.ts';
import type { NumbersColumn } from '../storage.ts';
import type { NumberLine, NumericCode } from './code.ts';
import { coordinateOf, writeGap } from './encoding.ts';
import { describeSorted, type RankTable, rankSorted } from './number-scale.ts';

/** Learns numbers by their median, mean and deviation, and by their ranks if a recipe asks for them. */
export const numericLearning: Learning<NumericCode, NumbersColumn<'numeric'>> = {
  usesNumberScale: true,
  usesTimeScale: false,
  usesCategoryScale: false,
  maxWidth: ({ nullable, scales }) => 1 + gapWidth(nullable, scales),
  cellNs: () => 60,
  learn(source) {
    const { column, nullable } = source;
    const lineBy = learnLine(source);
    const { name } = column;
    const code = { name, type: 'numeric' as const, nullable, weight: 1 };
    return (scales, place) => ({ ...code, ...lineBy(scales, place) });
  },
  encodeColumn(code, { values }, table, { points, offset, stride }) {
    for (let row = 0, at = offset; row < values.length; row++, at += stride) {
      const value = values[row]!;
      const isGap = Number.isNaN(value);
      points[at] = coordinateOf(code, isGap ? code.median : value, table);
      if (isGap) writeGap(code, points, at + 1);
    }
  },
};

/** The coordinates of a gap beside that of the number. */
export const gapWidth = (nullable: boolean, { categories }: Pick<Scales, 'categories'>) =>
  nullable && categories === 'class_shares' ? 1 : 0;

type Line = Omit<NumberLine, 'name' | 'nullable' | 'weight'>;

/** Learns how to map numbers to a line, for any scale. */
export function learnLine(
  source: LearningColumn<NumbersColumn>,
): (scales: Scales, place: PlaceInTable) => Line {
  const { sorted, nullable } = source;
  const spread = describeSorted(sorted);
  let table: RankTable | undefined;
  let distance: number | undefined;
  return (scales, place) => {
    let gap = {};
    if (gapWidth(nullable, scales) > 0) {
      distance ??= gapDistance(source);
      gap = { gap: distance };
    }
    if (scales.numbers === 'standard') return { ...spread, rank: null, ...gap };
    table ??= rankSorted(sorted);
    const { knots, ranks } = table;
    const rank = { at: place(knots, ranks), count: knots.length, scale: table.scale };
    return { ...spread, rank, ...gap };
  };
}

/**
 * The distance of a gap's class shares from the overall ones: a gap that says nothing about the class adds
 * nothing.
 */
function gapDistance({ column: { values }, labels, classCount }: LearningColumn<NumbersColumn>): number {
  const gaps = {
    groupOf: (row: number) => (Number.isNaN(values[row]!) ? 0 : -1),
    groups: 1,
    labels,
    classCount,
  };
  const { rows } = shareTable(gaps, classCount, (share, overall) => surplus(share, overall, false));
  return Math.sqrt(rows.reduce((sum, value) => sum + value * value, 0));
}

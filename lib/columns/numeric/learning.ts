import type { Learning, LearningColumn, PlaceInTable, Scales } from '../learning.ts';
import type { NumbersColumn } from '../storage.ts';
import type { NumberLine, NumericCode } from './code.ts';
import { coordinateOf, writeGap } from './encoding.ts';
import { describeSorted, type RankTable, rankSorted } from './number-scale.ts';

/** Rows of the overall shares that are mixed into the gaps': few gaps do not reveal their own labels. */
const PRIOR_ROWS = 10;

/** Learns numbers by their median, mean and deviation, and by their ranks if a recipe asks for them. */
export const numericLearning: Learning<NumericCode, NumbersColumn<'numeric'>> = {
  usesNumberScale: true,
  usesTimeScale: false,
  usesGapScale: true,
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
export const gapWidth = (nullable: boolean, { gaps }: Pick<Scales, 'gaps'>) =>
  nullable && gaps === 'class_shares' ? 1 : 0;

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
 * The chi-square distance of the class shares of the gaps from those of all rows (Benzecri, 1973): a gap that
 * says nothing about the class adds nothing.
 */
function gapDistance({ column: { values }, labels, classCount }: LearningColumn<NumbersColumn>): number {
  const all = new Float64Array(classCount);
  const gaps = new Float64Array(classCount);
  let total = 0;
  labels.forEach((label, row) => {
    all[label]! += 1 / labels.length;
    if (!Number.isNaN(values[row]!)) return;
    gaps[label]!++;
    total++;
  });
  const squared = gaps.reduce((sum, count, label) => {
    const usual = all[label]!;
    const share = (count + PRIOR_ROWS * usual) / (total + PRIOR_ROWS);
    return usual > 0 ? sum + (share - usual) ** 2 / usual : sum;
  }, 0);
  return Math.sqrt(squared);
}

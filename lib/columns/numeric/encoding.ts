import { type Encoding, isInside } from '../encoding.ts';
import type { NumericCode } from './code.ts';
import { rankOf, valueAtRank } from './number-scale.ts';

/**
 * The largest magnitude of a coordinate: sums of squares over 65,535 of them stay below the largest double, also after a map,
 * whose entries are at most 1,000.
 */
const LARGEST_COORDINATE = 1e140;
/** Of ranks per unit of value: a column may vary by so little that its inverse overflows. */
const LARGEST_SLOPE = 1e300;

/** One coordinate, in standard deviations or by rank; the median stands in for a gap. */
export const numericEncoding: Encoding<NumericCode> = {
  width() {
    return 1;
  },
  encodeValue(code, value, table, points, at) {
    points[at] = coordinateOf(code, value === null ? code.median : (value as number), table);
  },
  guessNumber(code, table, points, at) {
    const unweighted = points[at]! / code.weight;
    if (code.rank === null) return code.center + unweighted * code.scale;
    const { at: first, count, scale } = code.rank;
    return valueAtRank(unweighted * scale + 0.5, table, first, count, rankSlope(code.scale, scale));
  },
  fitsTable({ rank }, table) {
    return rank === null || (isInside(table, rank.at, 2 * rank.count) && ascends(table, rank));
  },
  show(value) {
    return value;
  },
};

/** Whether a number need not be moved to be measured. Written so that what is no number fails too. */
export function isMeasurable(code: NumericCode, value: number, table: Float64Array): boolean {
  return Math.abs(unboundedCoordinate(code, value, table)) <= LARGEST_COORDINATE;
}

/** The coordinate of a number, before any map. What lies farther out than can be measured is put where it still can. */
export function coordinateOf(code: NumericCode, value: number, table: Float64Array): number {
  const coordinate = unboundedCoordinate(code, value, table);
  return Math.max(-LARGEST_COORDINATE, Math.min(LARGEST_COORDINATE, coordinate));
}

function unboundedCoordinate(code: NumericCode, value: number, table: Float64Array): number {
  if (code.rank === null) return code.weight * ((value - code.center) / code.scale);
  const { at, count, scale } = code.rank;
  return (code.weight * (rankOf(value, table, at, count, rankSlope(code.scale, scale)) - 0.5)) / scale;
}

const rankSlope = (scale: number, rankScale: number) => Math.min(LARGEST_SLOPE, rankScale / scale);

function ascends(table: Float64Array, { at, count }: { at: number; count: number }): boolean {
  for (let i = at + 1; i < at + count; i++) if (!(table[i - 1]! < table[i]!)) return false;
  return true;
}

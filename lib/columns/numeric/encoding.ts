import { type Encoding, isInside } from '../encoding.ts';
import type { NumberLine, NumericCode } from './code.ts';
import { rankOf, valueAtRank } from './number-scale.ts';

/**
 * The largest magnitude of a coordinate: sums of squares over 65,535 of them stay below the largest double,
 * also after a map, whose entries are at most 1,000.
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
    return numberAt(code, table, points[at]!);
  },
  fitsTable: fitsLine,
  show(value) {
    return value;
  },
};

/** About the number that has a coordinate. */
export function numberAt(line: NumberLine, table: Float64Array, coordinate: number): number {
  const unweighted = coordinate / line.weight;
  if (line.rank === null) return line.center + unweighted * line.scale;
  const { at, count, scale } = line.rank;
  return valueAtRank(unweighted * scale + 0.5, table, at, count, rankSlope(line.scale, scale));
}

/** Whether the ranks that a line points at are a table of ranks. */
export function fitsLine({ rank }: NumberLine, table: Float64Array): boolean {
  return rank === null || (isInside(table, rank.at, 2 * rank.count) && ascends(table, rank));
}

/** Whether a number need not be moved to be measured. Written so that what is no number fails too. */
export function isMeasurable(line: NumberLine, value: number, table: Float64Array): boolean {
  return Math.abs(unboundedCoordinate(line, value, table)) <= LARGEST_COORDINATE;
}

/**
 * The coordinate of a number, before any map. What lies farther out than can be measured is put where it
 * still can.
 */
export function coordinateOf(line: NumberLine, value: number, table: Float64Array): number {
  const coordinate = unboundedCoordinate(line, value, table);
  return Math.max(-LARGEST_COORDINATE, Math.min(LARGEST_COORDINATE, coordinate));
}

function unboundedCoordinate(line: NumberLine, value: number, table: Float64Array): number {
  if (line.rank === null) return line.weight * ((value - line.center) / line.scale);
  const { at, count, scale } = line.rank;
  return (line.weight * (rankOf(value, table, at, count, rankSlope(line.scale, scale)) - 0.5)) / scale;
}

const rankSlope = (scale: number, rankScale: number) => Math.min(LARGEST_SLOPE, rankScale / scale);

function ascends(table: Float64Array, { at, count }: { at: number; count: number }): boolean {
  for (let i = at + 1; i < at + count; i++) if (!(table[i - 1]! < table[i]!)) return false;
  return true;
}

import { type Encoding, isInside } from '../encoding.ts';
import type { NumberLine, NumericCode } from './code.ts';
import { rankOf, valueAtRank } from './number-scale.ts';

/**
 * Largest magnitude of a coordinate: sums of squares over 65,535 of them stay below the largest double, even
 * after a map, whose entries are at most 1,000.
 */
const LARGEST_COORDINATE = 1e140;
/** Largest number of ranks per unit of value: a column may vary so little that its inverse overflows. */
const LARGEST_SLOPE = 1e300;

/**
 * Encodes a number as one coordinate, in standard deviations or by rank. The median replaces a gap, which may
 * have a coordinate of its own.
 */
export const numericEncoding: Encoding<NumericCode> = {
  width({ gap }) {
    return gap === undefined ? 1 : 2;
  },
  encodeValue(code, value, table, points, at) {
    points[at] = coordinateOf(code, value === null ? code.median : (value as number), table);
    if (value === null) writeGap(code, points, at + 1);
  },
  guessNumber(code, table, points, at) {
    return numberAt(code, table, points[at]!);
  },
  indicator: () => undefined,
  fitsTable: fitsLine,
  show(value) {
    return value;
  },
};

/** Writes a gap's own coordinate, where it has one. */
export function writeGap({ gap, weight }: NumberLine, points: Float64Array, at: number): void {
  if (gap !== undefined) points[at] = weight * gap;
}

/** Approximate number for a coordinate. */
export function numberAt(line: NumberLine, table: Float64Array, coordinate: number): number {
  const unweighted = coordinate / line.weight;
  if (line.rank === null) return line.center + unweighted * line.scale;
  const { at, count, scale } = line.rank;
  return valueAtRank(unweighted * scale + 0.5, table, at, count, rankSlope(line.scale, scale));
}

/** Whether the ranks that a line refers to are a valid table. */
export function fitsLine({ rank }: NumberLine, table: Float64Array): boolean {
  return rank === null || (isInside(table, rank.at, 2 * rank.count) && ascends(table, rank));
}

/** Whether a number can be measured without being moved. The comparison also fails for NaN. */
export function isMeasurable(line: NumberLine, value: number, table: Float64Array): boolean {
  return Math.abs(unboundedCoordinate(line, value, table)) <= LARGEST_COORDINATE;
}

/** Coordinate of a number, before any map. A number too far out to be measured is moved to the limit. */
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

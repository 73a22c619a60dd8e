import * as z from 'zod/mini';
import { ArtifactError } from '../errors.ts';
import { rankOf, valueAtRank } from './number-scale.ts';

const count = z.int().check(z.minimum(0));
const weight = z.number().check(z.minimum(0));

const numericCode = z.strictObject({
  name: z.string(),
  type: z.literal('numeric'),
  /** Whether the training data had gaps here: without any, a request with a gap is refused. */
  nullable: z.boolean(),
  /** Stands in for a missing value. */
  median: z.number(),
  center: z.number(),
  /** Positive. */
  scale: z.number().check(z.positive()),
  /** The table of ranks that is used instead of center and scale: see rankOf. */
  rank: z.nullable(z.strictObject({ at: count, count, scale: z.number().check(z.positive()) })),
  weight,
});

const categoricalCode = z.strictObject({
  name: z.string(),
  type: z.literal('categorical'),
  nullable: z.boolean(),
  /** In code-unit order. */
  categories: z.array(z.string()),
  /** The table of class frequencies that is used instead of indicators: rows of `width`, one per category, then missing, unseen. */
  frequencies: z.nullable(z.strictObject({ at: count, width: count })),
  weight,
});

/** How one column of the data becomes coordinates. Learnt at training, stored in the artifact. */
export const featureCode = z.discriminatedUnion('type', [numericCode, categoricalCode]);

export type FeatureCode = z.infer<typeof featureCode>;
export type NumericCode = z.infer<typeof numericCode>;
export type CategoricalCode = z.infer<typeof categoricalCode>;

/** A raw value as the data or a request has it: null is missing. */
export type RawValue = number | string | null;

/**
 * The side of an indicator cube: two rows of different categories then differ by 1 in Euclidean distance, as much as
 * two rows one standard deviation apart in a number.
 */
const INDICATOR = Math.SQRT1_2;

/** How many coordinates a feature takes. */
export function featureWidth(code: FeatureCode): number {
  if (code.type === 'numeric') return 1;
  return code.frequencies?.width ?? code.categories.length + (code.nullable ? 1 : 0);
}

/**
 * The largest magnitude of a coordinate: sums of squares over 65,535 of them stay below the largest double, also after a map,
 * whose entries are at most 1,000.
 */
const LARGEST_COORDINATE = 1e140;
/** Of ranks per unit of value: a column may vary by so little that its inverse overflows. */
const LARGEST_SLOPE = 1e300;

/** The coordinate of a number, before any map. What lies farther out than can be measured is put where it still can. */
export function numberCoordinate(code: NumericCode, value: number, table: Float64Array): number {
  const coordinate = unboundedCoordinate(code, value, table);
  return Math.max(-LARGEST_COORDINATE, Math.min(LARGEST_COORDINATE, coordinate));
}

/** Whether a number need not be moved to be measured. Written so that what is no number fails too. */
export function isMeasurableNumber(code: NumericCode, value: number, table: Float64Array): boolean {
  return Math.abs(unboundedCoordinate(code, value, table)) <= LARGEST_COORDINATE;
}

function unboundedCoordinate(code: NumericCode, value: number, table: Float64Array): number {
  if (code.rank === null) return code.weight * ((value - code.center) / code.scale);
  const { at, count, scale } = code.rank;
  return (code.weight * (rankOf(value, table, at, count, rankSlope(code.scale, scale)) - 0.5)) / scale;
}

const rankSlope = (scale: number, rankScale: number) => Math.min(LARGEST_SLOPE, rankScale / scale);

/** About the number that has this coordinate: the inverse of numberCoordinate, as far as there is one. May be NaN. */
export function numberAt(code: NumericCode, coordinate: number, table: Float64Array): number {
  const unweighted = coordinate / code.weight;
  if (code.rank === null) return code.center + unweighted * code.scale;
  const { at, count, scale } = code.rank;
  return valueAtRank(unweighted * scale + 0.5, table, at, count, rankSlope(code.scale, scale));
}

/**
 * Writes a category's coordinates; `category` is its index, -1 for missing. What training never saw (null) has no indicator set, so
 * that it is equally far from every known one, or the classes' overall frequencies.
 */
export function writeCategory(
  code: CategoricalCode,
  category: number | null,
  table: Float64Array,
  target: Float64Array,
  at: number,
): void {
  const { categories, frequencies, weight } = code;
  if (frequencies === null) {
    if (category === null || (category < 0 && !code.nullable)) return;
    target[at + (category < 0 ? categories.length : category)] = weight * INDICATOR;
    return;
  }
  const row = category === null ? categories.length + 1 : category < 0 ? categories.length : category;
  for (let i = 0; i < frequencies.width; i++)
    target[at + i] = weight * table[frequencies.at + row * frequencies.width + i]!;
}

/** The position of a text in a list in code-unit order; null when it is not there. */
export function categoryIndex(categories: readonly string[], wanted: string): number | null {
  let low = 0;
  let high = categories.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const candidate = categories[middle]!;
    if (candidate === wanted) return middle;
    if (candidate < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}

/** @throws ArtifactError when a code points beyond the table, or at what is no table of its kind */
export function checkCodes(codes: readonly FeatureCode[], table: Float64Array): void {
  const isInside = (at: number, length: number) => length > 0 && at + length <= table.length;
  for (const code of codes) {
    const fits =
      code.type === 'numeric'
        ? code.rank === null || (isInside(code.rank.at, 2 * code.rank.count) && ascends(table, code.rank))
        : code.frequencies === null ||
          isInside(code.frequencies.at, (code.categories.length + 2) * code.frequencies.width);
    if (!fits)
      throw new ArtifactError(
        'artifact_table',
        `The artifact is refused: feature "${code.name}" has no valid table`,
      );
  }
  if (!table.every(Number.isFinite)) {
    throw new ArtifactError('artifact_table', 'The artifact is refused: its tables hold what is no number');
  }
}

function ascends(table: Float64Array, { at, count }: { at: number; count: number }): boolean {
  for (let i = at + 1; i < at + count; i++) if (!(table[i - 1]! < table[i]!)) return false;
  return true;
}

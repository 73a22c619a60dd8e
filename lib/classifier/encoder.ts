import * as z from 'zod/mini';
import type { DatasetFeature } from '../dataset/read-parquet.ts';

/** How one column of the data becomes coordinates. Learnt at training, stored in the artifact. */
const numericFeature = z.strictObject({
  name: z.string(),
  type: z.literal('numeric'),
  /** Stands in for a missing value. */
  median: z.number(),
  center: z.number(),
  /** Positive: a constant column has scale 1, and so adds nothing to any distance. */
  scale: z.number().check(z.positive()),
  /** Whether the training data had gaps here: without any, a request with a gap is refused. */
  nullable: z.boolean(),
});

const categoricalFeature = z.strictObject({
  name: z.string(),
  type: z.literal('categorical'),
  /** In code-unit order. */
  categories: z.array(z.string()),
  nullable: z.boolean(),
});

export const encodedFeature = z.discriminatedUnion('type', [numericFeature, categoricalFeature]);

export type EncodedFeature = z.infer<typeof encodedFeature>;

/** A raw value as the data or a request has it: null is missing. */
export type RawValue = number | string | null;

/**
 * The side of an indicator cube: two rows of different categories then differ by 1 in Euclidean distance, as much as
 * two rows one standard deviation apart in a number.
 */
const INDICATOR = Math.SQRT1_2;

/** How many coordinates a feature takes: one per number; one per category, and one more for "missing" where it occurs. */
export function featureWidth(feature: EncodedFeature): number {
  return feature.type === 'numeric' ? 1 : feature.categories.length + (feature.nullable ? 1 : 0);
}

/** Learns the encoding of each column: median, mean and standard deviation (population) of numbers; the categories. */
export function learnFeatures(columns: readonly DatasetFeature[]): EncodedFeature[] {
  return columns.map((column) => {
    const { name, type } = column;
    if (column.type === 'categorical') {
      const nullable = column.codes.includes(-1);
      return { name, type: 'categorical', categories: [...column.categories], nullable };
    }
    const present = column.values.filter((value) => !Number.isNaN(value)).sort();
    const nullable = present.length < column.values.length;
    return { name, type, ...describeSorted(present), nullable } as EncodedFeature;
  });
}

function describeSorted(sorted: Float64Array): { median: number; center: number; scale: number } {
  const count = sorted.length;
  if (count === 0) return { median: 0, center: 0, scale: 1 };
  const median = (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
  let sum = 0;
  for (const value of sorted) sum += value;
  const center = sum / count;
  let squares = 0;
  for (const value of sorted) squares += (value - center) ** 2;
  const deviation = Math.sqrt(squares / count);
  return { median, center, scale: deviation > 0 ? deviation : 1 };
}

/** Encodes all rows: row-major, `rows x dimension`, the dimension being the sum of the features' widths. */
export function encodeColumns(
  features: readonly EncodedFeature[],
  columns: readonly DatasetFeature[],
): Float64Array {
  const rows = rowCount(columns);
  const dimension = features.reduce((sum, feature) => sum + featureWidth(feature), 0);
  const points = new Float64Array(rows * dimension);
  let offset = 0;
  features.forEach((feature, index) => {
    const column = columns[index]!;
    for (let row = 0; row < rows; row++) {
      writeFeature(feature, rawValue(column, row), points, row * dimension + offset);
    }
    offset += featureWidth(feature);
  });
  return points;
}

/** Encodes one row of raw values, in the features' order, into `target` (its length is the dimension). */
export function encodeRow(
  features: readonly EncodedFeature[],
  values: readonly RawValue[],
  target: Float64Array,
): Float64Array {
  target.fill(0);
  let offset = 0;
  features.forEach((feature, index) => {
    writeFeature(feature, values[index] ?? null, target, offset);
    offset += featureWidth(feature);
  });
  return target;
}

/** A category that training never saw leaves all indicators at zero: equally far from every known one. */
function writeFeature(feature: EncodedFeature, value: RawValue, target: Float64Array, at: number): void {
  if (feature.type === 'numeric') {
    target[at] = ((value === null ? feature.median : (value as number)) - feature.center) / feature.scale;
    return;
  }
  const position =
    value === null ? feature.categories.length : binarySearch(feature.categories, value as string);
  if (position >= 0 && position < featureWidth(feature)) target[at + position] = INDICATOR;
}

function binarySearch(sorted: readonly string[], wanted: string): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const candidate = sorted[middle]!;
    if (candidate === wanted) return middle;
    if (candidate < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function rawValue(column: DatasetFeature, row: number): RawValue {
  if (column.type === 'categorical') return column.categories[column.codes[row]!] ?? null;
  const value = column.values[row]!;
  return Number.isNaN(value) ? null : value;
}

/** The number of rows of a table given by column; 0 without columns. */
export function rowCount(columns: readonly DatasetFeature[]): number {
  const first = columns[0];
  if (!first) return 0;
  return first.type === 'numeric' ? first.values.length : first.codes.length;
}

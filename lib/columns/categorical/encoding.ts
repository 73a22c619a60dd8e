import { type Encoding, isInside } from '../encoding.ts';
import type { CategoricalCode } from './code.ts';

/**
 * Side of an indicator cube. Two rows of different categories then differ by 1 in Euclidean distance, as much
 * as two rows one standard deviation apart in a number.
 */
const INDICATOR = Math.SQRT1_2;

/**
 * Encodes a category as an indicator for each category and for gaps, or as the frequencies of the classes.
 */
export const categoricalEncoding: Encoding<CategoricalCode> = {
  width({ frequencies, categories, nullable }) {
    return frequencies?.width ?? categories.length + (nullable ? 1 : 0);
  },
  encodeValue(code, value, table, points, at) {
    const category = value === null ? -1 : categoryIndex(code.categories, value as string);
    writeCategory(code, category, table, points, at);
  },
  guessNumber() {
    return Number.NaN;
  },
  indicator({ frequencies, weight }) {
    return frequencies === null ? weight * INDICATOR : undefined;
  },
  fitsTable({ frequencies, categories }, table) {
    return (
      frequencies === null || isInside(table, frequencies.at, (categories.length + 2) * frequencies.width)
    );
  },
  show(value) {
    return value;
  },
};

/**
 * Writes a category's coordinates; `category` is its index, -1 for missing. A category that training never
 * saw (null) has no indicator set, so that it is equally far from every known one, or it has the classes'
 * overall frequencies.
 */
export function writeCategory(
  code: CategoricalCode,
  category: number | null,
  table: Float64Array,
  points: Float64Array,
  at: number,
): void {
  const { categories, frequencies, weight } = code;
  if (frequencies === null) {
    if (category === null || (category < 0 && !code.nullable)) return;
    points[at + (category < 0 ? categories.length : category)] = weight * INDICATOR;
    return;
  }
  const row = category === null ? categories.length + 1 : category < 0 ? categories.length : category;
  for (let i = 0; i < frequencies.width; i++)
    points[at + i] = weight * table[frequencies.at + row * frequencies.width + i]!;
}

/** Position of a text in a list in code-unit order; null when it is not in the list. */
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

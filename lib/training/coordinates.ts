import { MAX_CODED_SHARE } from '../classifier/row-searches.ts';
import { MAX_FEATURES } from '../classifier/search/row-filter.ts';
import { LEARNINGS } from '../columns/kinds.ts';
import type { TimeScale } from '../columns/learning.ts';
import type { TableSize } from './table-size.ts';

/** The coordinates of a table's rows, and how a search compares them. */
export interface Coordinates {
  readonly dimension: number;
  /** Comparisons of two rows where categories are compared by codes; null where they are not. */
  readonly coded: number | null;
  /** Numbers in the encoder's tables. */
  readonly tableNumbers: number;
}

/** Numbers in the table of ranks of one column, at most. */
const RANK_NUMBERS = 512;

/** The most coordinates that a table can have. */
export function coordinatesOf(size: TableSize, times: TimeScale, maxIndicators: number): Coordinates {
  let [dimension, comparisons, tableNumbers] = [0, 0, 0];
  for (const { type, categories } of size.columns) {
    const width = LEARNINGS[type].maxWidth({ categories, classCount: size.classes, maxIndicators, times });
    const isIndicated = categories > 0 && categories <= maxIndicators;
    dimension += width;
    comparisons += isIndicated ? 1 : width;
    if (categories === 0) tableNumbers += RANK_NUMBERS;
    else if (!isIndicated) tableNumbers += (categories + 2) * width;
  }
  const isCoded = dimension > MAX_FEATURES && comparisons <= MAX_CODED_SHARE * dimension;
  return { dimension, coded: isCoded ? comparisons : null, tableNumbers };
}

import { MAX_CODED_SHARE } from '../classifier/row-searches.ts';
import { MAX_FEATURES } from '../classifier/search/row-filter.ts';
import { LEARNINGS } from '../columns/kinds.ts';
import { GAP_SCALES, TIME_SCALES, type WidthFacts } from '../columns/learning.ts';
import { type SearchScope, scaledKinds } from './candidates.ts';
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

/** Of a table's scales, those that decide how many coordinates it has. */
export type WidthScales = WidthFacts['scales'];

/** The most coordinates that a table can have. */
export function coordinatesOf(size: TableSize, scales: WidthScales, maxIndicators: number): Coordinates {
  let [dimension, comparisons, tableNumbers] = [0, 0, 0];
  for (const { type, categories, nullable } of size.columns) {
    const facts = { nullable, categories, classCount: size.classes, maxIndicators, scales };
    const width = LEARNINGS[type].maxWidth(facts);
    const isIndicated = categories > 0 && categories <= maxIndicators;
    dimension += width;
    comparisons += isIndicated ? 1 : width;
    if (categories === 0) tableNumbers += RANK_NUMBERS;
    else if (!isIndicated) tableNumbers += (categories + 2) * width;
  }
  const isCoded = dimension > MAX_FEATURES && comparisons <= MAX_CODED_SHARE * dimension;
  return { dimension, coded: isCoded ? comparisons : null, tableNumbers };
}

/** The scales that a scope lets a table be encoded by. */
export function triedScales({ columns }: TableSize, scope: SearchScope): WidthScales[] {
  const kinds = scaledKinds(columns);
  const times = kinds.times && scope.cycles ? TIME_SCALES : TIME_SCALES.slice(0, 1);
  const gapScales = kinds.gaps && scope.gapShares ? GAP_SCALES : GAP_SCALES.slice(0, 1);
  return times.flatMap((time) => gapScales.map((gaps) => ({ times: time, gaps })));
}

import type { NumbersColumn, TextsColumn } from './storage.ts';

/**
 * What a drift baseline keeps of a column, to compare later batches with. The test of a column depends on its
 * storage: a summary is one of numbers or of texts, see numbers-baseline.ts and texts-baseline.ts.
 */
export interface Drift<Baseline, Column extends NumbersColumn | TextsColumn> {
  /** @param most maximum number of points, or categories, of the summary */
  summarise(column: Column, most: number): Baseline;
  /** Edges of bins as people read them, if that is not the numbers. */
  shownEdges?(edges: readonly number[]): string[];
}

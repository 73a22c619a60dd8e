import type { NumbersColumn, TextsColumn } from './storage.ts';

/**
 * What a drift baseline keeps of a column of one kind, and later batches are compared with. Columns are
 * tested by how they are stored: a summary is one of numbers or of texts, see numbers-baseline.ts and
 * texts-baseline.ts.
 */
export interface Drift<Baseline, Column extends NumbersColumn | TextsColumn> {
  /** @param most points, or categories, that the summary may have */
  summarise(column: Column, most: number): Baseline;
}

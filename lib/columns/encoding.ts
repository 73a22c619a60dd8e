import type { RawValue } from './storage.ts';

/**
 * Common members of all kinds' codes. A code says how one column becomes coordinates. It is learnt, and kept
 * in the artifact. The code of a kind that is kept as texts also has `categories`: an artifact keeps the
 * rows' texts as indices in them.
 */
export interface ColumnCode {
  readonly name: string;
  readonly type: string;
  /** Whether the training data had gaps here. */
  readonly nullable: boolean;
  /** Factor of all coordinates of the column. */
  readonly weight: number;
  /** Present, and true, when a request must not leave a gap. */
  readonly required?: true | undefined;
}

/**
 * How values of one kind become coordinates. `table` is the encoder's: codes refer to it. Coordinates are
 * written over zeros, and are finite for any value.
 */
export interface Encoding<Code extends ColumnCode> {
  /** Number of coordinates of a column. */
  width(code: Code): number;
  /** Writes the coordinates of one value, null for a gap, at `points[at]` and after. */
  encodeValue(code: Code, value: RawValue, table: Float64Array, points: Float64Array, at: number): void;
  /**
   * Approximate number for the coordinates at `points[at]` and after; NaN when they do not tell. Training
   * rows are stored as small differences from it. Never called for a kind that is kept as texts.
   */
  guessNumber(code: Code, table: Float64Array, points: Float64Array, at: number): number;
  /**
   * The number that each of the coordinates is when it is not 0, for a code of which at most one is not 0;
   * undefined for any other code.
   */
  indicator(code: Code): number | undefined;
  /** Whether the part of the table that the code refers to is valid for its kind. */
  fitsTable(code: Code, table: Float64Array): boolean;
  /** Value that is not a gap, for answers, in the form that requests take. */
  show(value: NonNullable<RawValue>): NonNullable<RawValue>;
}

/** Whether a part of a table is not empty and lies inside the table. */
export const isInside = (table: Float64Array, at: number, length: number) =>
  length > 0 && at + length <= table.length;

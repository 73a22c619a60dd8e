import type { RawValue } from './storage.ts';

/**
 * What the codes of all kinds have in common. A code says how one column becomes coordinates: it is learnt,
 * and kept in the artifact. That of a kind that is kept as texts has its `categories` too: an artifact keeps
 * the rows' texts as places in them.
 */
export interface ColumnCode {
  readonly name: string;
  readonly type: string;
  /** Whether the training data had gaps here. */
  readonly nullable: boolean;
  /** All coordinates of the column are multiplied by it. */
  readonly weight: number;
  /** There, and true, where a request must not leave a gap. */
  readonly required?: true | undefined;
}

/**
 * How values of one kind become coordinates. `table` is the encoder's: codes point into it. Coordinates are
 * written over zeros, and are finite whatever the value is.
 */
export interface Encoding<Code extends ColumnCode> {
  /** How many coordinates a column takes. */
  width(code: Code): number;
  /** Writes the coordinates of one value, null for a gap, at `points[at]` and after. */
  encodeValue(code: Code, value: RawValue, table: Float64Array, points: Float64Array, at: number): void;
  /**
   * About the number whose coordinates stand at `points[at]` and after; NaN where they do not tell. Training
   * rows are stored as small differences from it. A kind that is kept as texts is never asked.
   */
  guessNumber(code: Code, table: Float64Array, points: Float64Array, at: number): number;
  /** Whether what the code points at is a table of its kind. */
  fitsTable(code: Code, table: Float64Array): boolean;
  /** A value that is no gap as answers show it, in the form that requests take. */
  show(value: NonNullable<RawValue>): NonNullable<RawValue>;
}

/** Whether a part of a table has any elements and lies inside. */
export const isInside = (table: Float64Array, at: number, length: number) =>
  length > 0 && at + length <= table.length;

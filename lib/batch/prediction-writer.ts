import type { Answer } from './answer-columns.ts';
import type { RowFault } from './row-values.ts';

/** One input row with its prediction or its fault. */
export interface AnsweredRow {
  /** 1-based physical line where the row begins. */
  readonly line: number;
  /** The row's fields; empty when the row was too large to read. */
  readonly cells: readonly string[];
  /** The numbers in its columns of numbers, in file order; empty unless the writer wants them. */
  readonly numbers: readonly (number | null)[];
  readonly answer: Answer | undefined;
  readonly fault: RowFault | undefined;
}

/** Writes predicted rows in order. */
export interface PredictionWriter {
  /** Whether rows are to come with their numbers. */
  readonly wantsNumbers: boolean;
  /** When true, call `flush` before the next row. */
  readonly isFull: boolean;
  add(row: AnsweredRow): void;
  flush(): Promise<void>;
  /** Writes what is left. Call it once. */
  finish(): Promise<void>;
}

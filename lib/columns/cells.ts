import type { ColumnCode } from './encoding.ts';
import type { ReadingContext } from './reading.ts';
import type { RawValue } from './storage.ts';

/** Why a cell has no value. */
export interface CellFault {
  /** As in rejects.csv. */
  readonly code: string;
  /** What was expected, in plain words. */
  readonly reason: string;
}

/** Reads the cell with the text bytes[start, end). Returns its raw value, null for a gap, or the fault. */
export type ReadCell = (text: string, bytes: Uint8Array, start: number, end: number) => RawValue | CellFault;

/** Reads cells of a file to predict, by the rules of ingestion. */
export interface CellForm<Code extends ColumnCode> {
  /**
   * @param missing texts that stand for a gap
   * @param decimal the file's decimal mark: it may differ from that of the training data
   */
  reader(
    code: Code,
    table: Float64Array,
    missing: ReadonlySet<string>,
    decimal: ReadingContext['decimal'],
  ): ReadCell;
}

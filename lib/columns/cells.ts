import type { ColumnCode } from './encoding.ts';
import type { RawValue } from './storage.ts';

/** Why a cell has no value. */
export interface CellFault {
  /** As in rejects.csv. */
  readonly code: string;
  /** For people: what was expected. */
  readonly reason: string;
}

/**
 * Reads the cell whose text stands in bytes[start, end): its raw value, null for a gap; or why it has none.
 */
export type ReadCell = (text: string, bytes: Uint8Array, start: number, end: number) => RawValue | CellFault;

/** How cells of a file to predict are read, by the rules of ingestion. */
export interface CellForm<Code extends ColumnCode> {
  /** @param missing texts that stand for a gap */
  reader(code: Code, table: Float64Array, missing: ReadonlySet<string>): ReadCell;
}

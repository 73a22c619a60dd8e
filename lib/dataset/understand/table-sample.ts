import type { OversizeVerdict } from '../csv/oversize-record.ts';
import type { ColumnTexts } from './column-texts.ts';

/** The first records of a table, cut into fields. */
export interface TableSample {
  /** The record that may be the header; undefined when there is none. */
  readonly first: FirstRecord | undefined;
  /** What is wrong with the table's first record, where it is too large; `first` is the next one then. */
  readonly oversizeFirst: OversizeVerdict | undefined;
  /** The next record that has `width` fields. */
  readonly second: FirstRecord | undefined;
  /** Fields of most of the other records; of the first one, where there are no others. */
  readonly width: number;
  /** By column, of the records that have `width` fields, the first one left out. */
  readonly columns: readonly ColumnTexts[];
  /** Records but for the first, of any number of fields. */
  readonly records: number;
  /** Of these, the ones that have `width` fields. */
  readonly rows: number;
  /**
   * The line of the last record of another width before the first that has `width` fields; 0 when there is
   * none.
   */
  readonly titleLine: number;
  /** Whether it is the whole table. */
  readonly isWhole: boolean;
}

/** One of a table's first records. */
export interface FirstRecord {
  /** Its texts, quotes undone, without the spaces around them. */
  readonly fields: readonly string[];
  readonly line: number;
}

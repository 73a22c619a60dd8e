import type { OversizeVerdict } from '../csv/oversize-record.ts';
import type { ColumnTexts } from './column-texts.ts';

/** The first records of a table, split into fields. */
export interface TableSample {
  /** The record that may be the header; undefined when there is none. */
  readonly first: FirstRecord | undefined;
  /** Verdict on the table's first record when it is too large; `first` is then the next one. */
  readonly oversizeFirst: OversizeVerdict | undefined;
  /** The next record that has `width` fields. */
  readonly second: FirstRecord | undefined;
  /** Number of fields of most other records; of the first one, if there are no others. */
  readonly width: number;
  /** Texts by column, from the records with `width` fields, without the first record. */
  readonly columns: readonly ColumnTexts[];
  /** Number of records without the first, of any width. */
  readonly records: number;
  /** Number of these that have `width` fields. */
  readonly rows: number;
  /** Line of the last record of another width before the first with `width` fields; 0 when there is none. */
  readonly titleLine: number;
  /** Whether the sample is the whole table. */
  readonly isWhole: boolean;
}

/** One of a table's first records. */
export interface FirstRecord {
  /** Its texts, with quotes undone and without the spaces around them. */
  readonly fields: readonly string[];
  readonly line: number;
}

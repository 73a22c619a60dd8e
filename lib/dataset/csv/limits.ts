/**
 * What one file may demand of the machine. All limits are inclusive: a field of exactly `fieldBytes` is
 * accepted.
 */
export interface IngestLimits {
  /** Bytes of the whole file, as received. */
  readonly fileBytes: number;
  /** Bytes of one field's content, without its quotes and with doubled quotes counted once. */
  readonly fieldBytes: number;
  /** Bytes of one record as written, without its line ending. */
  readonly rowBytes: number;
  /** Rows of a data set, without blank ones. Training numbers them in 32 bits, with a sign. */
  readonly rows: number;
  /** Columns of the header. */
  readonly columns: number;
  /** Code points of a label or a column name. */
  readonly nameCharacters: number;
  readonly classes: number;
  /** Distinct values of one categorical column. */
  readonly categories: number;
  /** How many records decide the types, and how many bytes those records may have. */
  readonly sampleRecords: number;
  readonly sampleBytes: number;
  /** Rows of a Parquet row group, if the table is narrow enough: see row-group.ts. */
  readonly rowGroupRows: number;
  /** Bytes that are scanned at a time, whatever the sizes of the arriving chunks. */
  readonly blockBytes: number;
}

export const DEFAULT_LIMITS: IngestLimits = {
  fileBytes: 5 * 1024 ** 3,
  fieldBytes: 64 * 1024,
  rowBytes: 1024 * 1024,
  rows: 2 ** 31 - 1,
  columns: 1000,
  nameCharacters: 128,
  classes: 1000,
  categories: 10_000,
  sampleRecords: 10_000,
  sampleBytes: 8 * 1024 * 1024,
  rowGroupRows: 65_536,
  blockBytes: 256 * 1024,
};

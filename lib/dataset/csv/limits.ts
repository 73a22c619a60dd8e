/** What one file may ask of the machine. All are inclusive: a field of exactly `fieldBytes` is accepted. */
export interface IngestLimits {
  /** Of the whole file, as received. */
  readonly fileBytes: number;
  /** Of one field's content, without its quotes and with doubled quotes counted once. */
  readonly fieldBytes: number;
  /** Of one record as written, without its line ending. */
  readonly rowBytes: number;
  /** Columns of the header. */
  readonly columns: number;
  /** Of a label or a column name, in code points. */
  readonly nameCharacters: number;
  readonly classes: number;
  /** Distinct values of one categorical column. */
  readonly categories: number;
  /** How many records decide the types, and how many bytes of records at most. */
  readonly sampleRecords: number;
  readonly sampleBytes: number;
  /** Rows of a Parquet row group, when the table is narrow enough: see row-group.ts. */
  readonly rowGroupRows: number;
  /** How much is scanned at a time, whatever the sizes of the chunks that arrive. */
  readonly blockBytes: number;
}

export const DEFAULT_LIMITS: IngestLimits = {
  fileBytes: 5 * 1024 ** 3,
  fieldBytes: 64 * 1024,
  rowBytes: 1024 * 1024,
  columns: 1000,
  nameCharacters: 128,
  classes: 1000,
  categories: 10_000,
  sampleRecords: 10_000,
  sampleBytes: 8 * 1024 * 1024,
  rowGroupRows: 65_536,
  blockBytes: 256 * 1024,
};

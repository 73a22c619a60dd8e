/**
 * How a column's cells are kept in memory, whatever they mean. The hot loops (kernels, Parquet, digests,
 * encoding of whole columns) work on these two forms. A kind of column chooses one of them and gives it a
 * meaning.
 */
export type Storage = 'numbers' | 'texts';

/** Doubles, NaN where a cell is missing. */
export interface NumbersColumn<Kind extends string = string> {
  readonly name: string;
  readonly type: Kind;
  readonly values: Float64Array;
  /** Date format of the file, for a kind whose cells are dates. */
  readonly dateFormat?: string;
}

/** Codes into `categories`, which are in code-unit order; -1 where a cell is missing. */
export interface TextsColumn<Kind extends string = string> {
  readonly name: string;
  readonly type: Kind;
  readonly codes: Int32Array;
  readonly categories: readonly string[];
}

/** A raw value from the data or a request: null is missing. */
export type RawValue = number | string | null;

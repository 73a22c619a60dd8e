/**
 * How the cells of a column are kept in memory, whatever they mean. The hot loops (kernels, Parquet, digests,
 * encoding of whole columns) work on these two forms; a kind of column chooses one of them and gives it a
 * meaning.
 */
export type Storage = 'numbers' | 'texts';

/** Doubles, NaN where a cell is missing. */
export interface NumbersColumn<Kind extends string = string> {
  readonly name: string;
  readonly type: Kind;
  readonly values: Float64Array;
  /** How the file wrote them, for a kind whose cells are dates. */
  readonly dateFormat?: string;
}

/** Codes into `categories`, which stand in code-unit order; -1 where a cell is missing. */
export interface TextsColumn<Kind extends string = string> {
  readonly name: string;
  readonly type: Kind;
  readonly codes: Int32Array;
  readonly categories: readonly string[];
}

/** A raw value as the data or a request has it: null is missing. */
export type RawValue = number | string | null;

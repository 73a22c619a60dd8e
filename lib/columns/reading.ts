import type * as z from 'zod/mini';
import type { NumberFormat } from './numeric/number-format.ts';

/** Distinct texts, without surrounding spaces and with quotes undone, and the count of each. */
export interface SampledTexts {
  readonly size: number;
  textOf(index: number): string;
  countOf(index: number): number;
}

/** The cells of one column in a sample of rows. */
export interface ColumnSample {
  /** Rows of the sample that have this column. */
  readonly rows: number;
  /** Cells that are common decimals, and their values, in the order of rows. */
  readonly plainCells: number;
  readonly plainValues: Float64Array;
  /** Texts of all other cells, which may be decimals as well. */
  readonly others: SampledTexts;
  /** Texts of all cells. Avoid it where most are decimals, because it creates their texts. */
  readonly texts: SampledTexts;
  /** How often a text occurs. */
  countOfText(text: string): number;
  /** Whether some integer has a leading zero, as codes have. */
  readonly hasLeadingZeros: boolean;
}

/** What else decides how a column is read. */
export interface ReadingContext {
  /** Texts that mean "no value" in every column, including the empty one. */
  readonly gaps: ReadonlySet<string>;
  /** Texts that mean "no value" in columns that are kept as numbers: `gaps`, and more. */
  readonly numberGaps: ReadonlySet<string>;
  /** The decimal mark of the file's plain numbers. */
  readonly decimal: '.' | ',';
  /** Who says so: the contract, or columns that show it, and none another; else it is the usual mark. */
  readonly decimalBy: 'contract' | 'columns' | undefined;
  /** Whether a comma may be a decimal mark without a mark between thousands: not if it separates fields. */
  readonly mayBeDecimalComma: boolean;
}

/** How to read a column that is kept as numbers. */
export interface NumbersPlan<Kind extends string = string> {
  readonly kind: Kind;
  /** Inclusive bounds, which may be infinite: a value outside is rejected with code `range`. */
  readonly min: number;
  readonly max: number;
  /** Whether a request must not leave a gap, by contract. */
  readonly required?: true;
  /** Number format, for a kind whose cells are numbers. */
  readonly format?: NumberFormat;
  /** Date format, for a kind whose cells are dates. */
  readonly dateFormat?: string;
}

/** How to read a column that is kept as texts. */
export interface TextsPlan<Kind extends string = string> {
  readonly kind: Kind;
  /** All allowed values; undefined for any. */
  readonly allowed: readonly string[] | undefined;
  /** Whether a request must not leave a gap, by contract. */
  readonly required?: true;
  /** Whether equal numbers are one value, however they are written. */
  readonly isNumberLabel?: boolean;
  /** Decimal mark of these numbers; a point when left out. */
  readonly decimal?: '.' | ',';
}

/** A remark about a column that was recognised. */
export interface ReadingNote {
  readonly code: 'near_numeric' | 'near_datetime' | 'number_format' | 'date_format' | 'sentinel';
  /** Text that follows the column's name. Of a near miss, what becomes of the column follows it. */
  readonly message: string;
  /** What to do, for a column of this name. */
  readonly fix: (column: string) => string;
  /** Whether the column holds dates of which no text shows whether the day comes first. */
  readonly isUndecided?: boolean;
}

/** Result of recognising a column as a kind. */
export interface Recognised<Plan> {
  readonly plan: Plan;
  readonly notes: readonly ReadingNote[];
}

/** Value of a cell, or the code of its fault. */
export type CellVerdict = { readonly value: number } | { readonly fault: 'number' | 'date' | 'range' };

/** Effect of a contract's `nullable` on a plan. It concerns requests, not the file. */
export const requiredBy = ({ nullable }: { readonly nullable?: boolean | undefined }) =>
  nullable === false ? ({ required: true } as const) : {};

/** How a kind of column is recognised in a file, and what a contract may set for it. */
export interface Reading<Rule, Plan> {
  /** Schema of a column's rule in schema.json. */
  readonly rule: z.ZodMiniType<Rule>;
  /** Contradictions in a rule, one sentence each. */
  ruleFaults(rule: Rule): string[];
  /** Plan for reading a column under a rule. */
  planOf(rule: Rule, sample: ColumnSample | undefined, context: ReadingContext): Plan;
  /** Plan for reading a column without a rule; undefined when the sample is not of this kind. */
  infer(sample: ColumnSample, context: ReadingContext): Recognised<Plan> | undefined;
  /** Why a column that looks like this kind is not read as one; undefined when it does not look like it. */
  nearMiss?(sample: ColumnSample, context: ReadingContext): ReadingNote | undefined;
  /**
   * Reads one cell that is not a gap and that the fast path for plain decimals leaves. For kinds that are
   * kept as numbers.
   */
  parse?(text: string, plan: Plan): CellVerdict;
}

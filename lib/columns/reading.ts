import type * as z from 'zod/mini';
import type { NumberFormat } from './numeric/number-format.ts';

/** Distinct texts, without the spaces around them and with quotes undone, and how often each occurs. */
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
  /** The texts of all other cells, which may be decimals as well. */
  readonly others: SampledTexts;
  /** The texts of all cells: not to be asked for without need where most are decimals. */
  readonly texts: SampledTexts;
  /** How often a text occurs. */
  countOfText(text: string): number;
  /** Whether some integer is written with a leading zero, as codes are. */
  readonly hasLeadingZeros: boolean;
}

/** What else decides how a column is read. */
export interface ReadingContext {
  /** Texts that mean "no value" in every column, the empty one among them. */
  readonly gaps: ReadonlySet<string>;
  /** Texts that mean "no value" in columns that are kept as numbers: `gaps`, and more. */
  readonly numberGaps: ReadonlySet<string>;
  /** The decimal mark of the file's plain numbers. */
  readonly decimal: '.' | ',';
  /** Whether a comma may be a decimal mark without a mark between thousands: not where it parts fields. */
  readonly mayBeDecimalComma: boolean;
}

/** How a column that is kept as numbers is read. */
export interface NumbersPlan<Kind extends string = string> {
  readonly kind: Kind;
  /** Inclusive bounds, which may be infinite: a value outside is rejected with code `range`. */
  readonly min: number;
  readonly max: number;
  /** Whether a request must not leave a gap: by contract. */
  readonly required?: true;
  /** How numbers are written, for a kind whose cells are numbers. */
  readonly format?: NumberFormat;
  /** How dates are written, for a kind whose cells are dates. */
  readonly dateFormat?: string;
}

/** How a column that is kept as texts is read. */
export interface TextsPlan<Kind extends string = string> {
  readonly kind: Kind;
  /** All values that are allowed; undefined for any. */
  readonly allowed: readonly string[] | undefined;
  /** Whether a request must not leave a gap: by contract. */
  readonly required?: true;
  /** Whether numbers that are equal are one value, however they are written. */
  readonly isNumberLabel?: boolean;
  /** Their decimal mark; a point when left out. */
  readonly decimal?: '.' | ',';
}

/** Something to be said of a column that was recognised. */
export interface ReadingNote {
  readonly code: 'near_numeric' | 'near_datetime' | 'number_format' | 'date_format';
  /** What stands after the column's name. */
  readonly message: string;
  readonly fix: string | null;
}

/** A column as a kind recognises it. */
export interface Recognised<Plan> {
  readonly plan: Plan;
  readonly notes: readonly ReadingNote[];
}

/** The value of a cell, or the code of what is wrong with it. */
export type CellVerdict = { readonly value: number } | { readonly fault: 'number' | 'date' | 'range' };

/** What a contract's `nullable` makes of a plan: it says nothing of the file. */
export const requiredBy = ({ nullable }: { readonly nullable?: boolean | undefined }) =>
  nullable === false ? ({ required: true } as const) : {};

/** How a kind of column is recognised in a file, and what a contract may ask of it. */
export interface Reading<Rule, Plan> {
  /** What schema.json may say of such a column. */
  readonly rule: z.ZodMiniType<Rule>;
  /** What is contradictory in a rule, one sentence each. */
  ruleFaults(rule: Rule): string[];
  /** How a column is read under a rule. */
  planOf(rule: Rule, sample: ColumnSample | undefined, context: ReadingContext): Plan;
  /** How a column without a rule is read; undefined when the sample is not of this kind. */
  infer(sample: ColumnSample, context: ReadingContext): Recognised<Plan> | undefined;
  /**
   * Why a column that looks like one of this kind is not read as one; undefined when it does not look like
   * it.
   */
  nearMiss?(sample: ColumnSample, context: ReadingContext): ReadingNote | undefined;
  /**
   * Reads one cell that is no gap, for kinds that are kept as numbers: for the cells that the fast path for
   * plain decimals leaves.
   */
  parse?(text: string, plan: Plan): CellVerdict;
}

import type * as z from 'zod/mini';

/** What a sample says of one column. */
export interface ColumnSample {
  /** Cells that are not missing. */
  readonly present: number;
  /** Of these, strict decimals. */
  readonly decimals: number;
  /** Distinct texts. */
  readonly distinct: number;
}

/** How a column that is kept as numbers is read. */
export interface NumbersPlan<Kind extends string = string> {
  readonly kind: Kind;
  /** Inclusive bounds, which may be infinite: a value outside is rejected with code `range`. */
  readonly min: number;
  readonly max: number;
}

/** How a column that is kept as texts is read. */
export interface TextsPlan<Kind extends string = string> {
  readonly kind: Kind;
  /** All values that are allowed; undefined for any. */
  readonly allowed: readonly string[] | undefined;
}

/** How a kind of column is recognised in a file, and what a contract may ask of it. */
export interface Reading<Rule, Plan> {
  /** What schema.json may say of such a column. */
  readonly rule: z.ZodMiniType<Rule>;
  /** What is contradictory in a rule, one sentence each. */
  ruleFaults(rule: Rule): string[];
  /** How a column is read under a rule. */
  planOf(rule: Rule): Plan;
  /** How a column without a rule is read; undefined when the sample is not of this kind. */
  infer(sample: ColumnSample): Plan | undefined;
}

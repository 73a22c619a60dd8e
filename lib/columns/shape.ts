import type * as z from 'zod/mini';
import type { NumberFormat } from './numeric/number-format.ts';

/** What manifest.json and a model say of a column: see lib/dataset/schema.ts. */
export interface NumbersFacts {
  readonly name: string;
  /** Whether any accepted row lacks a value. */
  readonly nullable: boolean;
  /** Inclusive bounds, which may be infinite. */
  readonly min: number;
  readonly max: number;
  /** How dates are written, for a kind whose cells are dates. */
  readonly dateFormat?: string | undefined;
  /** Whether a request must not leave a gap. */
  readonly required?: true | undefined;
  /** How numbers are written, for a kind whose cells are numbers. */
  readonly format?: NumberFormat | undefined;
}

export interface TextsFacts {
  readonly name: string;
  readonly nullable: boolean;
  /** What the accepted rows hold, in code-unit order. */
  readonly categories: readonly string[];
  /** The contract's list; undefined where any text is allowed. */
  readonly allowed: readonly string[] | undefined;
  readonly required?: true | undefined;
}

/** How a kind of column stands in the schema of a data set. */
export interface Shape<Column, Facts> {
  readonly column: z.ZodMiniType<Column>;
  columnOf(facts: Facts): Column;
}

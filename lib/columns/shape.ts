import type * as z from 'zod/mini';
import type { NumberFormat } from './numeric/number-format.ts';

/** Facts about a column for manifest.json and a model: see dataset-schema.ts. */
export interface NumbersFacts {
  readonly name: string;
  /** Whether any accepted row has a gap. */
  readonly nullable: boolean;
  /** Inclusive bounds, which may be infinite. */
  readonly min: number;
  readonly max: number;
  /** Date format, for a kind whose cells are dates. */
  readonly dateFormat?: string | undefined;
  /** Whether a request must not leave a gap. */
  readonly required?: true | undefined;
  /** Number format, for a kind whose cells are numbers. */
  readonly format?: NumberFormat | undefined;
}

export interface TextsFacts {
  readonly name: string;
  readonly nullable: boolean;
  /** Categories of the accepted rows, in code-unit order. */
  readonly categories: readonly string[];
  /** The contract's list; undefined where any text is allowed. */
  readonly allowed: readonly string[] | undefined;
  readonly required?: true | undefined;
}

/** Form of a kind of column in the schema of a data set. */
export interface Shape<Column, Facts> {
  readonly column: z.ZodMiniType<Column>;
  columnOf(facts: Facts): Column;
}

import * as z from 'zod/mini';
import { KIND_NAMES } from '../../columns/kinds.ts';
import { WRITTEN_AS } from '../../columns/numeric/number-format.ts';

/** How a column was chosen as the label. */
export const LABEL_CHOICES = ['contract', 'metadata', 'name', 'position'] as const;

/** Why a column is not used. */
export const IGNORED_REASONS = ['row_number', 'identifier', 'empty', 'contract'] as const;

/** What was understood of a file. Reports show it first; the keys of the same names in schema.json pin it. */
export const understoodSchema = z.strictObject({
  format: z.enum(['csv', 'parquet']),
  compression: z.nullable(z.literal('gzip')),
  /** Name in the Encoding Standard, in lower case: `utf-8`, `utf-16le`, `windows-1252`. */
  encoding: z.string(),
  /** Null for Parquet. */
  delimiter: z.nullable(z.string()),
  decimal: z.enum(['.', ',']),
  /** Null for Parquet. */
  line_end: z.nullable(z.enum(['lf', 'crlf', 'cr', 'mixed'])),
  header: z.boolean(),
  /**
   * Lines before the header (or the first row) that are no part of the table: comments, blank lines,
   * skip_lines.
   */
  skipped_lines: z.int(),
  label: z.strictObject({
    name: z.string(),
    chosen_by: z.enum(LABEL_CHOICES),
    /** At most two columns that look more like a label, the best first. */
    likelier: z.array(z.string()),
  }),
  ignored: z.array(z.strictObject({ name: z.string(), reason: z.enum(IGNORED_REASONS) })),
  /** The features, in file order. */
  columns: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(KIND_NAMES),
      written_as: z.nullable(z.enum(WRITTEN_AS)),
      /** How a date is written, as a contract's `format`; absent for other kinds. */
      format: z.optional(z.string()),
      /** Texts that stood for "no value" in the sample, without the empty one. */
      gaps: z.array(z.string()),
    }),
  ),
});

export type Understood = z.infer<typeof understoodSchema>;

/** What was understood until a refusal, which may come before the rest is known. */
export const partlyUnderstoodSchema = z.partial(understoodSchema);

export const WARNING_CODES = [
  'label_by_position',
  'label_variants',
  'near_numeric',
  'near_datetime',
  'number_format',
  'date_format',
  'sentinel',
  'row_number',
  'identifier',
  'no_header',
  'empty_column',
  'skipped_lines',
  'duplicate_rows',
  'conflicting_rows',
  'widened',
  'few_rows',
  'feature_order',
  'row_names',
  'trailing_delimiter',
  'same_second',
] as const;

/** A warning about an accepted file. */
export const warningSchema = z.strictObject({
  code: z.enum(WARNING_CODES),
  column: z.nullable(z.string()),
  message: z.string(),
  /** What to write into schema.json, or to do, if it is wrong; null where there is nothing to do. */
  fix: z.nullable(z.string()),
});

export type IngestWarning = z.infer<typeof warningSchema>;

import * as z from 'zod/mini';

const numericColumn = z.strictObject({
  name: z.string(),
  type: z.literal('numeric'),
  /** Whether any accepted row lacks a value here. */
  nullable: z.boolean(),
  /** The contract's inclusive bounds; null where it gives none. */
  min: z.nullable(z.number()),
  max: z.nullable(z.number()),
});

const categoricalColumn = z.strictObject({
  name: z.string(),
  type: z.literal('categorical'),
  nullable: z.boolean(),
  /** What the accepted rows hold, in code-unit order. */
  categories: z.array(z.string()),
  /** The contract's list, in code-unit order; null where any category is allowed. */
  allowed: z.nullable(z.array(z.string())),
});

/** The shape of a data set, as manifest.json carries it. */
export const datasetSchema = z.strictObject({
  /** The features, in feature order. The label is not among them. */
  columns: z.array(z.discriminatedUnion('type', [numericColumn, categoricalColumn])),
  label: z.string(),
  /** The names of `columns`: the order of predictions sent as arrays. */
  feature_order: z.array(z.string()),
  missing_tokens: z.array(z.string()),
  /** Columns of the file that are not used, by contract or because they only identify rows. */
  ignored: z.array(z.string()),
});

export type DatasetSchema = z.infer<typeof datasetSchema>;
export type DatasetColumn = DatasetSchema['columns'][number];

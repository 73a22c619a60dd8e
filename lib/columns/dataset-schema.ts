import * as z from 'zod/mini';
import { type ColumnShape, columnShape } from './kinds.ts';

/** The shape of a data set, as manifest.json carries it. */
export const datasetSchema = z.strictObject({
  /** The features, in feature order. The label is not among them. */
  columns: z.array(columnShape),
  label: z.string(),
  /** The names of `columns`: the order of predictions sent as arrays. */
  feature_order: z.array(z.string()),
  missing_tokens: z.array(z.string()),
  /** Columns of the file that are not used, by contract or because they only identify rows. */
  ignored: z.array(z.string()),
});

export type DatasetSchema = z.infer<typeof datasetSchema>;
export type DatasetColumn = ColumnShape;

import * as z from 'zod/mini';
import { type ColumnShape, columnShape } from './kinds.ts';

/** Shape of a data set in manifest.json. */
export const datasetSchema = z.strictObject({
  /** The features, in feature order, without the label. */
  columns: z.array(columnShape),
  label: z.string(),
  /** Names of `columns`: the order of values in predictions sent as arrays. */
  feature_order: z.array(z.string()),
  missing_tokens: z.array(z.string()),
  /** Columns of the file that are not used, by contract or because they only identify rows. */
  ignored: z.array(z.string()),
});

export type DatasetSchema = z.infer<typeof datasetSchema>;
export type DatasetColumn = ColumnShape;

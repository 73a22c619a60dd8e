import type { DatasetSchema } from '../columns/dataset-schema.ts';
import type { ColumnData } from '../columns/kinds.ts';
import type { Dataset } from '../dataset/parquet/read-parquet.ts';
import { askingRulesOf } from './asking-rules.ts';
import type { TrainingData } from './training-data.ts';

/** What is known of a data set beside its rows. */
export interface DatasetFacts {
  readonly schema: DatasetSchema;
  readonly datasetSha256: string;
  /** Its number of rows, when a sample of it was read. */
  readonly tableRows?: number;
}

/** A data set in the form that training uses: its columns in feature order. */
export function trainingDataOf(
  dataset: Dataset,
  { schema, datasetSha256, tableRows }: DatasetFacts,
): TrainingData {
  const shapes = new Map(schema.columns.map((column) => [column.name, column]));
  const byName = new Map<string, ColumnData>(dataset.columns.map((column) => [column.name, column]));
  return {
    columns: schema.feature_order.map((name) => byName.get(name)!),
    labels: dataset.labels,
    classes: dataset.classes,
    label: schema.label,
    missingTokens: schema.missing_tokens,
    ignored: schema.ignored,
    asking: schema.feature_order.map((name) => askingRulesOf(shapes.get(name)!)),
    datasetSha256,
    ...(tableRows !== undefined && tableRows > dataset.rows && { tableRows }),
  };
}

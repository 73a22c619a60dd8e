import type { DatasetSchema } from '../columns/dataset-schema.ts';
import { type ColumnData, isNumbers, type KindName } from '../columns/kinds.ts';
import type { TrainingData } from './training-data.ts';

/** The size of one feature. */
export interface ColumnSize {
  readonly type: KindName;
  /** Distinct texts; 0 for a column of numbers. */
  readonly categories: number;
  /** UTF-16 code units of these texts together. */
  readonly textUnits: number;
}

/** What the work and memory of a training depend on. It is known before any row is read. */
export interface TableSize {
  readonly rows: number;
  /** Rows of the data set where `rows` is the size of a sample of it. */
  readonly sampledFrom?: number;
  readonly classes: number;
  readonly columns: readonly ColumnSize[];
}

/** The size of a data set that is in memory, or of which a sample is. */
export function sizeOfData({ columns, labels, classes, tableRows }: TrainingData): TableSize {
  return {
    rows: tableRows ?? labels.length,
    classes: classes.length,
    columns: columns.map((column) => columnSize(column.type, categoriesOf(column))),
  };
}

/** The size of a table by its manifest. It equals that of the table in memory. */
export function sizeOfManifest({
  rows,
  classes,
  schema,
}: {
  readonly rows: { readonly accepted: number };
  readonly classes: readonly string[];
  readonly schema: DatasetSchema;
}): TableSize {
  return {
    rows: rows.accepted,
    classes: classes.length,
    columns: schema.columns.map((column) =>
      columnSize(column.type, 'categories' in column ? column.categories : []),
    ),
  };
}

const categoriesOf = (column: ColumnData) => (isNumbers(column) ? [] : column.categories);

function columnSize(type: KindName, categories: readonly string[]): ColumnSize {
  const textUnits = categories.reduce((sum, category) => sum + category.length, 0);
  return { type, categories: categories.length, textUnits };
}

import type { AskingRules } from '../columns/asking.ts';
import { takeRows } from '../columns/column-rows.ts';
import type { ColumnData } from '../columns/kinds.ts';

/** A data set in the form that training uses: rows in canonical order. */
export interface TrainingData {
  /** In feature order. */
  readonly columns: readonly ColumnData[];
  /** Class index per row. */
  readonly labels: Int32Array;
  /** In code-unit order. */
  readonly classes: readonly string[];
  readonly label: string;
  /** Texts that meant a missing value, beside the empty text. */
  readonly missingTokens: readonly string[];
  /** Columns of the file that are no features: requests may pass them. None when left out. */
  readonly ignored?: readonly string[];
  /** In feature order; none when left out. */
  readonly asking?: readonly AskingRules[];
  readonly datasetSha256: string;
  /** Rows of the data set, when the columns hold a sample of them: see planTraining. */
  readonly tableRows?: number;
}

export interface LabelledRows {
  readonly columns: readonly ColumnData[];
  readonly labels: Int32Array;
}

/** Some rows of a table, or the table itself when all rows are chosen. */
export function pickRows({ columns, labels }: LabelledRows, rows: Int32Array): LabelledRows {
  if (rows.length === labels.length) return { columns, labels };
  return { columns: takeRows(columns, rows), labels: rows.map((row) => labels[row]!) };
}

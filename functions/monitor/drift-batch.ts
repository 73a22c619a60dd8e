import { type BaselineColumn, isNumbers } from '../../lib/columns/kinds.ts';
import type { BatchColumn } from '../../lib/drift/column-test.ts';
import type { DriftBatch } from '../../lib/drift/compare.ts';
import type { DriftBaseline } from '../../lib/drift/drift-baseline.ts';
import type { PredictionRecord } from '../../lib/drift/prediction-record.ts';

type Values = NonNullable<PredictionRecord['features']>;

/**
 * The batch of recorded predictions to compare. Features are compared when at least `minRecords` of the
 * records have them. Records without features, or with values that do not fit the baseline's columns, count
 * for the answers only.
 */
export function driftBatch(
  records: readonly PredictionRecord[],
  { features }: DriftBaseline,
  minRecords: number,
): DriftBatch {
  const rows = records.flatMap((record) => (fits(record.features, features) ? [record.features!] : []));
  return {
    features: rows.length < minRecords ? null : features.map((column, i) => batchColumn(column, rows, i)),
    predictions: records.map(({ prediction }) => prediction),
    confidences: Float64Array.from(records, ({ confidence }) => confidence),
  };
}

function fits(values: Values | undefined, columns: readonly BaselineColumn[]): boolean {
  if (values?.length !== columns.length) return false;
  return values.every((value, i) => {
    const expected = isNumbers(columns[i]!) ? 'number' : 'string';
    return value === null || typeof value === expected;
  });
}

function batchColumn(column: BaselineColumn, rows: readonly Values[], at: number): BatchColumn {
  if (!isNumbers(column)) return rows.map((row) => row[at] as string | null);
  // A missing value is NaN. Adding 0 turns a negative zero into the baseline's zero.
  return Float64Array.from(rows, (row) => ((row[at] as number | null) ?? Number.NaN) + 0);
}

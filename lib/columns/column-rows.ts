import { type ColumnData, isNumbers } from './kinds.ts';

/** Number of rows of a table given by column; 0 without columns. */
export function rowCount(columns: readonly ColumnData[]): number {
  const first = columns[0];
  if (!first) return 0;
  return isNumbers(first) ? first.values.length : first.codes.length;
}

/** Whether any row lacks a value. */
export const hasGaps = (column: ColumnData) =>
  isNumbers(column) ? column.values.some(Number.isNaN) : column.codes.includes(-1);

/**
 * Copies the given rows of a table. It uses plain loops because a typed array's `from` with a mapping first
 * collects the numbers as objects.
 */
export function takeRows(columns: readonly ColumnData[], rows: Int32Array): readonly ColumnData[] {
  return columns.map((column) =>
    isNumbers(column)
      ? { ...column, values: gather(column.values, rows, new Float64Array(rows.length)) }
      : { ...column, codes: gather(column.codes, rows, new Int32Array(rows.length)) },
  );
}

function gather<T extends Float64Array | Int32Array>(source: T, rows: Int32Array, target: T): T {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!;
  return target;
}

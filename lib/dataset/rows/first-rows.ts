import { NUMBERS_PROFILES } from '../../columns/kinds.ts';
import type { Feature, RowGroup } from './row-group.ts';

/** The first accepted rows of a table, for people who check how it was read. */
export interface FirstRows {
  /** Names of the features and the label, in file order. */
  readonly columns: readonly string[];
  /** Null stands for a gap. */
  readonly rows: readonly (readonly (number | string | null)[])[];
}

const FIRST_ROWS = 20;

/** The first rows of a group, in file order. */
export function firstRowsOf(group: RowGroup): FirstRows {
  const columns = [...group.features, group.label].toSorted((a, b) => a.fileColumn - b.fileColumn);
  return {
    columns: columns.map(({ name }) => name),
    rows: Array.from({ length: Math.min(FIRST_ROWS, group.rows) }, (_, row) =>
      columns.map((column) => cellOf(column, row)),
    ),
  };
}

function cellOf(column: Feature, row: number): number | string | null {
  if (column.storage === 'texts') {
    const code = column.codes[row]!;
    return code < 0 ? null : column.texts.textOf(code);
  }
  const value = column.values[row]!;
  return Number.isNaN(value) ? null : NUMBERS_PROFILES[column.kind].shownValue(value);
}

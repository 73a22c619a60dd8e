import type { AskingRules } from '../columns/asking.ts';
import type { DatasetColumn, DatasetSchema } from '../columns/dataset-schema.ts';
import { ISO_FORMAT } from '../columns/datetime/date-format.ts';

/** What the schema of a data set says of requests about one column. Empty for most. */
export function askingRulesOf(column: DatasetColumn): AskingRules {
  const written = 'written' in column ? column.written : undefined;
  return { ...(column.required ? { required: true } : {}), ...(written ? { written } : {}) };
}

/**
 * What of a schema changes an artifact and not the data set's sha256: how requests may be written. Empty for
 * most tables, whose versions so keep their fingerprints.
 */
export function askingIdentity({ columns, ignored }: DatasetSchema): Readonly<Record<string, unknown>> {
  const rules = columns
    .map((column) => [column.name, { ...askingRulesOf(column), ...dateFormatOf(column) }] as const)
    .filter(([, rule]) => Object.keys(rule).length > 0);
  return {
    ...(rules.length > 0 ? { asking: rules } : {}),
    ...(ignored.length > 0 ? { ignored } : {}),
  };
}

/** It comes into the artifact with the column's data. */
const dateFormatOf = (column: DatasetColumn) =>
  column.type === 'datetime' && column.format !== ISO_FORMAT ? { format: column.format } : {};

import { inferSchema, initParser } from 'udsv';
import { type Feature, instanceOf, type RequestValue, type Row, requestValue } from './form-values.ts';

/** A pasted or dropped table: the names in its first row, and its rows by name. */
export interface BatchTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Reads a table whose first row names the columns. @throws Error that says what is missing */
export function readTable(text: string): BatchTable {
  const content = text.replace(/^\uFEFF/, '').trim();
  const lines = content.split(/\r\n|\r|\n/, 2);
  if (lines.length < 2) throw new Error('Expected a first row of names, and a row of values below it.');
  const rows = initParser(inferSchema(content, { header: () => [] })).stringArrs(content) as string[][];
  const [names = [], ...others] = rows;
  return { names, rows: others };
}

/**
 * The rows as a request has them: features by name. Other columns are left out, since the API would refuse
 * those that it does not know.
 *
 * @throws Error that names the features which the table lacks
 */
export function instancesOf(table: BatchTable, features: readonly Feature[]): (Row | RequestValue[])[] {
  const places = features.map(({ name }) => table.names.indexOf(name));
  const missing = features.filter((_, at) => places[at] === -1).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`The table has no column ${missing.slice(0, 5).join(', ')}.`);
  return table.rows.map((cells) => {
    const values = features.map(
      ({ name, type }, at) => [name, requestValue(cells[places[at]!] ?? '', type)] as const,
    );
    return instanceOf(Object.fromEntries(values), features);
  });
}

export interface BatchAnswer {
  readonly prediction: string;
  readonly confidence: number;
}

/** The table with two more columns, as CSV. */
export function answersAsCsv({ names, rows }: BatchTable, answers: readonly BatchAnswer[]): string {
  const lines = [
    [...names, 'prediction', 'confidence'],
    ...rows.map((row, at) => [...row, answers[at]!.prediction, String(answers[at]!.confidence)]),
  ];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/** A cell that a spreadsheet would take for a formula is made a text, but for a number. */
function csvCell(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text));
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

import { escaped, shown } from '../text-safety.ts';

/** Formats rows of cells as aligned, indented lines; the first row is the heading. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  // Escaped here, since that changes how wide a cell is.
  const cells = rows.map((row) => row.map((cell) => escaped(cell)));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]!.length)));
  return cells.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at]!)).join('  ')}`.trimEnd());
}

/** A place in a file, in the form that editors and compilers use. */
export function place(file: string, line: number, column: string): string {
  return `${file}:${line}${column === '' ? '' : ` column ${shown(column)}`}`;
}

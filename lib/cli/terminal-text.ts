/** Escapes control characters, so that a file cannot move the cursor or change colours in a terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** Formats rows of cells as aligned, indented lines; the first row is the heading. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at]!)).join('  ')}`.trimEnd());
}

/** A place in a file, in the form that editors and compilers use. */
export function place(file: string, line: number, column: string): string {
  return `${file}:${line}${column === '' ? '' : ` column ${JSON.stringify(printable(column))}`}`;
}

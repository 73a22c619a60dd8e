/** A file must not be able to move the cursor or recolour the terminal of who looks at it. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** Rows of cells as aligned, indented lines; the first row is the heading. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at]!)).join('  ')}`.trimEnd());
}

/** Where in a file something is wrong, as editors and compilers write it. */
export function place(file: string, line: number, column: string): string {
  return `${file}:${line}${column === '' ? '' : ` column ${JSON.stringify(printable(column))}`}`;
}

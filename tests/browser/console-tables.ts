import { readFileSync } from 'node:fs';

/** Tables that the tests of the console drop. */

const read = (path: string) => readFileSync(new URL(`../../data/raw/${path}`, import.meta.url), 'utf8');

export const irisCsv = () => read('iris.csv');
export const penguinsCsv = () => read('penguins/penguins.csv');

/** The iris as a spreadsheet in Europe writes them: semicolons and decimal commas. */
export const semicolonCsv = () => irisCsv().replaceAll(',', ';').replaceAll('.', ',');

/** Labels of HOSTILE files, and of scripts that other writing systems have. */
export const HOSTILE_LABELS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '__proto__',
  'constructor',
  `quote " and \\ backslash 'single'`,
  '&lt;b&gt; &amp;',
  '=HYPERLINK("http://example.com")',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of others must not be filled in
  '${7*7} {{7*7}}',
  'مرحبا بالعالم',
  '中文標籤',
  'W'.repeat(128),
  'javascript:alert(1)',
] as const;

export const HOSTILE_HEADERS = [
  '<b onmouseover=alert(1)>width</b>',
  '__proto__',
  'constructor',
  'عمود',
  `${'long '.repeat(25)}col`,
] as const;

/** Rows of numbers near a corner of their own for each label, so that a model of them passes the gate. */
export function hostileCsv(rowsEach = 10): string {
  return tableOf(HOSTILE_HEADERS, HOSTILE_LABELS, rowsEach);
}

/** A table of letters: 26 classes. */
export const lettersCsv = () =>
  tableOf(
    ['x', 'y', 'height', 'width'],
    Array.from({ length: 26 }, (_, at) => String.fromCharCode(65 + at)),
    12,
  );

/** A table of 1,000 columns: 999 of numbers and the label. */
export const wideCsv = () =>
  tableOf(
    Array.from({ length: 999 }, (_, at) => `measure_${at + 1}`),
    ['left', 'right'],
    12,
  );

function tableOf(headers: readonly string[], labels: readonly string[], rowsEach: number): string {
  const rows = labels.flatMap((label, at) =>
    Array.from({ length: rowsEach }, (_, row) => [
      ...headers.map((_header, column) =>
        String(noise(at, row, column) + 10 * ((at * (column + 1)) % 7) + at),
      ),
      label,
    ]),
  );
  return [[...headers, 'label'], ...rows].map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
}

/** Small, different in each cell, and the same in every run. */
const noise = (at: number, row: number, column: number) =>
  Number((((at * 31 + row * 17 + column * 7) % 23) / 23 + row / 1000).toFixed(4));

const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

import { KIND_NAMES } from '../columns/kinds.ts';
import { oneLine, shown } from '../text-safety.ts';
import type { IngestWarning, Understood } from './understand/understood.ts';

const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
  ' ': 'spaces',
};
const SHOWN_IGNORED = 3;
const MAX_WARNING_LENGTH = 500;

/**
 * Describes in one line what was understood of a file: `CSV, comma, 4 numeric columns, label "species" (by
 * name)`.
 */
export function understoodWords(understood: Understood): string {
  return [
    formatWords(understood),
    understood.delimiter === null ? '' : (DELIMITERS[understood.delimiter] ?? shown(understood.delimiter)),
    understood.decimal === ',' ? 'decimal comma' : '',
    understood.encoding === 'utf-8' ? '' : understood.encoding,
    understood.header ? '' : 'no header',
    understood.skipped_lines === 0 ? '' : `${count(understood.skipped_lines, 'line')} skipped`,
    columnWords(understood),
    ignoredWords(understood),
    `label ${shown(understood.label.name)} (by ${understood.label.chosen_by})`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Describes a warning in one line, with what to do. */
export function warningWords({ message, fix }: IngestWarning): string {
  return oneLine(fix === null ? message : `${message} (${fix})`, MAX_WARNING_LENGTH);
}

/** "a, b and c". Intl.ListFormat says the same, and takes 20 ms to start. */
const listed = (words: readonly string[]) =>
  [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' and ');

const formatWords = ({ format, compression }: Understood) =>
  `${format === 'csv' ? 'CSV' : 'Parquet'}${compression === null ? '' : ` in ${compression}`}`;

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;

function columnWords({ columns }: Understood): string {
  const counts = KIND_NAMES.map(
    (kind) => [columns.filter((column) => column.kind === kind).length, kind] as const,
  );
  const kinds = counts.filter(([number]) => number > 0).map(([number, kind]) => `${number} ${kind}`);
  return `${listed(kinds)} ${columns.length === 1 ? 'column' : 'columns'}`;
}

function ignoredWords({ ignored }: Understood): string {
  if (ignored.length === 0) return '';
  const named = ignored.slice(0, SHOWN_IGNORED).map(({ name, reason }) => `${shown(name)} (${reason})`);
  const rest = ignored.length - named.length;
  return `${ignored.length} ignored: ${named.join(' ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

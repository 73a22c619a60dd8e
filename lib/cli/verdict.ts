import { SUMMARY_WORDS } from '../columns/kinds.ts';
import type { IngestReport } from '../dataset/report.ts';
import { understoodWords, warningWords } from '../dataset/understood-words.ts';
import { escaped } from '../text-safety.ts';
import { place, textTable } from './terminal-text.ts';

const SHOWN_REJECTIONS = 20;

/** Lines for people about an accepted file: counts, columns, rejected rows with reasons, and warnings. */
export function describeAccepted(file: string, report: IngestReport): string[] {
  const { rows, rejections } = report;
  return [
    `${file}: accepted`,
    `  read as   ${understoodWords(report.understood)}`,
    `  rows      ${rows.accepted} accepted, ${rows.rejected} rejected, ${rows.blank} blank`,
    `  label     ${report.label}: ${describeClasses(report)}`,
    `  data set  sha256 ${report.dataset_sha256}`,
    ...table(report),
    ...describeDuplicates(report),
    ...section(
      rejections.by_code.length > 0
        ? `Rejected rows (${rejections.by_code.map(({ code, count }) => `${code} ${count}`).join(', ')})`
        : '',
      rejections.examples.slice(0, SHOWN_REJECTIONS).map((example) => describeRejection(file, example)),
      rows.rejected > SHOWN_REJECTIONS
        ? `  ... and ${rows.rejected - SHOWN_REJECTIONS} more; --out <folder> writes all to rejects.csv`
        : '',
    ),
    ...section(
      'Warnings',
      report.warnings.map((warning) => warningWords(warning)),
      '',
    ),
  ];
}

/** Lines for people about a refused file: the reason, and what to change. */
export function describeRefused(
  file: string,
  refusal: {
    readonly code: string;
    readonly message: string;
    readonly line?: number | undefined;
    readonly fix?: string | undefined;
  },
): string[] {
  const { code, line, fix } = refusal;
  const message =
    line === undefined ? refusal.message : refusal.message.replace(new RegExp(`^line ${line}: `), '');
  const at = line === undefined ? file : `${file}:${line}`;
  // The message may have a table of rejected rows below its first line.
  const [first = '', ...rest] = message.split('\n');
  const lines = [`${at}: refused (${code}): ${first}`, ...rest];
  return fix === undefined ? lines : [...lines, `  to mend it: ${fix}`];
}

function describeClasses({ classes }: IngestReport): string {
  const shown = classes
    .slice(0, 10)
    .map(({ label, count, share }) => `${label} ${count} (${(share * 100).toFixed(1)}%)`);
  return `${shown.join(', ')}${classes.length > 10 ? `, and ${classes.length - 10} more` : ''}`;
}

function table({ columns }: IngestReport): string[] {
  const cells = columns.map((column) => [
    column.name,
    column.type,
    String(column.missing),
    SUMMARY_WORDS[column.type].describe(column, escaped),
  ]);
  return ['', ...textTable([['column', 'type', 'missing', 'values'], ...cells])];
}

function describeDuplicates({ duplicates }: IngestReport): string[] {
  const about = duplicates.exact ? '' : 'about ';
  const facts = [
    duplicates.duplicate_rows > 0 ? `${about}${duplicates.duplicate_rows} rows repeat another` : '',
    duplicates.conflicting_rows > 0
      ? `${about}${duplicates.conflicting_rows} rows have equal features but different labels`
      : '',
  ].filter((fact) => fact !== '');
  return facts.length === 0 ? [] : ['', ...facts.map((fact) => `  ${fact}`)];
}

function describeRejection(
  file: string,
  example: { line: number; column: string; code: string; value: string },
): string {
  return `${place(file, example.line, example.column)}: ${example.code}: ${JSON.stringify(example.value)}`;
}

function section(title: string, lines: readonly string[], rest: string): string[] {
  if (lines.length === 0) return [];
  return ['', title, ...lines.map((line) => `  ${line}`), ...(rest === '' ? [] : [rest])];
}

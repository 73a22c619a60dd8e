import { formatOfDates, unreadDates } from '../../columns/datetime/no-date-advice.ts';
import type { GapTexts } from '../../columns/gaps.ts';
import { unreadTexts } from '../../columns/numeric/no-number-advice.ts';
import { jsonTexts } from '../../columns/other-texts.ts';
import { RefusedFileError } from '../../errors.ts';
import { shown } from '../../text-safety.ts';
import { DEFAULT_LIMITS } from '../csv/limits.ts';
import { anotherLabel } from '../rows/another-label.ts';
import type { RejectionGroup, RejectionTally } from '../rows/rejection-tally.ts';

/** Facts about a file that is refused for its rejected rows. */
export interface RejectedRows {
  readonly tally: RejectionTally;
  readonly rows: number;
  readonly rejected: number;
  /** The share of rows that may be rejected. */
  readonly share: number;
  readonly label: string;
  /** Columns that may be meant as the label in its place. */
  readonly otherLabels: readonly string[];
  readonly gaps: GapTexts;
}

/** Refusal `all_rejected` or `rejected_share`, with a table of the rejections and advice. */
export function tooManyRejected(rejection: RejectedRows): RefusedFileError {
  const { tally, rows, rejected, share } = rejection;
  const line = tally.examples[0]?.line;
  const groups = tally.groups.slice(0, 3);
  const unread = groups.filter(({ code }) => code === 'number' || code === 'date');
  // schema.json has one list for all columns: each column's advice names all of it.
  const gaps = jsonTexts([...new Set(unread.flatMap((group) => mayBeGaps(group)))]);
  const fix = groups.map((group) => fixOf(group, gaps, rejection));
  const options = { line, fix: [...new Set(fix)].join('; ') || undefined };
  if (rejected === rows)
    return new RefusedFileError(
      'all_rejected',
      `all ${rows} rows are rejected:\n${tally.describe()}`,
      options,
    );
  const message = `expected at most ${percent(share)} of the rows to be rejected, got ${rejected} of ${rows} (${percent(rejected / rows)}):\n${tally.describe()}`;
  return new RefusedFileError('rejected_share', message, {
    ...options,
    fix: `${options.fix ?? 'correct them'}; or allow more: "max_rejected_share" in schema.json`,
  });
}

/** Rejected texts that may be gaps: numbers in a format that is not read are none. */
const mayBeGaps = ({ code, column, texts }: RejectionGroup): readonly string[] =>
  (code === 'number' ? unreadTexts : unreadDates)([...texts], column).words;

function numberFix(texts: readonly string[], column: string, tokens: string): string {
  const { advice, words } = unreadTexts(texts, column);
  const where = shown(column);
  return [
    ...advice,
    ...(words.length > 0
      ? [
          `if ${jsonTexts(words)} mean "no value" in ${where}, write "missing_tokens": ${tokens} into schema.json`,
        ]
      : []),
    `if ${words.length > 0 ? 'it' : where} holds categories, list it ${words.length > 0 ? 'there' : 'in schema.json'} as "categorical"`,
  ].join('; ');
}

function dateFix(texts: readonly string[], column: string, tokens: string): string {
  const { advice, words } = unreadDates(texts, column);
  const format = formatOfDates(texts) ?? 'dd/mm/yyyy';
  const list = `{"name": ${JSON.stringify(column)}, "type": "datetime", "format": "${format}"}`;
  return [
    ...(words.length > 0
      ? [
          `if ${jsonTexts(words)} mean "no value" in ${shown(column)}, write "missing_tokens": ${tokens} into schema.json`,
        ]
      : []),
    ...advice,
    `or say how the dates of ${shown(column)} are written: ${list} under "columns"`,
  ].join('; ');
}

function fixOf(
  { column, code, texts }: RejectionGroup,
  tokens: string,
  { label, otherLabels, gaps }: RejectedRows,
): string {
  switch (code) {
    case 'number':
      return numberFix([...texts], column, tokens);
    case 'date':
      return dateFix([...texts], column, tokens);
    case 'range':
      return `correct the values of ${shown(column)}, or its range: "min" and "max" in schema.json`;
    case 'category':
      return `correct the values of ${shown(column)}, or its "categories" in schema.json`;
    case 'label':
      return labelFix([...texts], label, otherLabels, gaps);
    case 'width':
      return 'give every row as many fields as the header; fields that hold the delimiter stand in quotes';
    case 'field_size':
    case 'row_size':
      return 'shorten what is too large';
  }
}

/**
 * Advice for a label with gaps: a class may have the same spelling as a gap; otherwise the rows have no
 * label, and another column may be meant.
 */
function labelFix(texts: readonly string[], name: string, others: readonly string[], gaps: GapTexts): string {
  const gapLike = texts.find((text) => gaps.texts.includes(text));
  if (gapLike !== undefined)
    return `${shown(gapLike)} means "no value" unless schema.json says otherwise: if it is a class of ${shown(name)}, write "default_missing_tokens": false, with the texts that do mean it in "missing_tokens"`;
  const long = texts.some((text) => text.length > DEFAULT_LIMITS.nameCharacters || text.endsWith('…'));
  const rule = long ? ` (of at most ${DEFAULT_LIMITS.nameCharacters} characters)` : '';
  return `rows without a valid label ${shown(name)}${rule} cannot be learnt from: ${long ? 'correct' : 'remove'} them, or ${anotherLabel(others)}`;
}

const percent = (share: number) => `${Number((share * 100).toPrecision(3))}%`;

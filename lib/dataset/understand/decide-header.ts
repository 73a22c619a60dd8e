import { parseNumbersCell } from '../../columns/file-kinds.ts';
import { isNumbersKind } from '../../columns/kinds.ts';
import type { ReadingContext } from '../../columns/reading.ts';
import { RefusedFileError } from '../../errors.ts';
import { shown } from '../../text-safety.ts';
import { oversizeHeader } from '../csv/header.ts';
import { withoutBlanks } from './column-texts.ts';
import { KnownColumns } from './known-columns.ts';
import type { FirstRecord, TableSample } from './table-sample.ts';
import type { IngestWarning } from './understood.ts';

/** Names of a table's columns, and their origin. */
export interface HeaderDecision {
  /** One name for each field of a row; empty for a column without one. */
  readonly names: readonly string[];
  /** Line of the header, or of the first row if there is no header. */
  readonly line: number;
  /**
   * Whether the table has a header, and whether that is its first record. Otherwise the first record is a
   * row.
   */
  readonly hasHeader: boolean;
  readonly isFirstRecord: boolean;
  /**
   * Columns that the header does not name: row names, as R writes them, or those made by a delimiter at the
   * end of each row.
   */
  readonly unnamed: 'row_names' | 'trailing' | undefined;
  readonly warnings: readonly IngestWarning[];
}

export interface HeaderRules {
  readonly header?: boolean | undefined;
}

/**
 * If at least this share of the rows have a number of fields that is not the header's, the table has that
 * number.
 */
const CLEAR_SHARE = 0.95;

/**
 * Decides what names the columns: the first record, the comment above it, or nothing.
 *
 * @param comment the fields of the last comment line directly above the table
 * @throws RefusedFileError `no_header` when the first record may be either, `header` when it is a title
 */
export function decideHeader(
  sample: TableSample & { readonly first: FirstRecord },
  comment: readonly string[] | undefined,
  { header }: HeaderRules,
  columns: KnownColumns,
): HeaderDecision {
  const { first, width, rows, records } = sample;
  const fits = { line: first.line, isFirstRecord: true, unnamed: undefined, warnings: [] } as const;
  if (header === false) return numbered(sample);
  if (sample.oversizeFirst) throw oversizeHeader(sample.oversizeFirst);
  const isClear = rows > 0 && rows >= CLEAR_SHARE * records;
  if (first.fields.length !== width && isClear) {
    if (header === undefined || isNearWidth(first, width)) return otherWidth(sample);
  }
  if (first.fields.length !== width || rows === 0) return { ...fits, names: first.fields, hasHeader: true };
  const unlike = implausible(sample, columns);
  if (unlike.length <= 1 && comment?.length === width)
    return { ...fits, names: withMark(comment), hasHeader: true, isFirstRecord: false };
  if (header === true || isRepeated(sample, columns))
    return { ...fits, names: first.fields, hasHeader: true };
  if (isBelowGroups(sample, columns)) throw groups(first);
  if (unlike.length <= 1 && isHeader(sample.second, sample, columns)) throw title(sample);
  if (unlike.length === 0) return numbered(sample);
  if (unlike.length === 1 && unlike[0] === 0 && width > 1 && isTitle(first)) throw title(sample);
  if (unlike.length === 1 && width > 1) throw eitherWay(first, unlike[0]!);
  return { ...fits, names: first.fields, hasHeader: true };
}

/**
 * Decides what names the columns of a file for a model: what holds the names of all its features, in the
 * order in which ingestion looks. If nothing does, the first record is taken, so that a refusal can name what
 * is missing.
 *
 * @param features names of the columns that the model needs
 * @param header whether the first record is a header, if that is known
 * @throws RefusedFileError `header` when the rows do not fit it
 */
export function findHeader(
  sample: TableSample & { readonly first: FirstRecord },
  comment: readonly string[] | undefined,
  features: readonly string[],
  header: boolean | undefined,
  context: ReadingContext,
): HeaderDecision {
  const holdsAll = (names: readonly string[]) => features.every((name) => names.includes(name));
  const columns = new KnownColumns(sample.columns, context);
  if (header === false) {
    const byNumber = numbered(sample);
    // Without names, fields stand for the features in their order.
    const isInOrder = sample.width === features.length && !holdsAll(byNumber.names);
    return isInOrder ? { ...byNumber, names: features } : byNumber;
  }
  if (!holdsAll(sample.first.fields)) {
    if (comment && holdsAll(withMark(comment))) return decideHeader(sample, comment, {}, columns);
    const byNumber = numbered(sample);
    if (header === undefined && holdsAll(byNumber.names)) return byNumber;
  }
  return decideHeader(sample, undefined, { header: true }, columns);
}

/** Whether a header lacks one name, or has only empty ones beyond the rows' fields. */
const isNearWidth = ({ fields }: FirstRecord, width: number) =>
  fields.length === width - 1 || (fields.length > width && fields.slice(width).every((name) => name === ''));

/** The comment's mark names the first column if nothing else does: `#,Name,...`. */
const withMark = ([first, ...others]: readonly string[]) => [first || '#', ...others];

/** Names the columns of a table without a header by number, from 1. */
function numbered({ first, width }: TableSample & { readonly first: FirstRecord }): HeaderDecision {
  const names = Array.from({ length: width }, (_, i) => `column_${i + 1}`);
  return {
    names,
    line: first.line,
    hasHeader: false,
    isFirstRecord: false,
    unnamed: undefined,
    warnings: [
      {
        code: 'no_header',
        column: null,
        message: `the first line, ${lineOf(first)}, is read as a row: each of its values is one that its column may have; the columns are called ${names[0]} to ${names.at(-1)}`,
        fix: 'if it is a header, write "header": true into schema.json; better give the file one',
      },
    ],
  };
}

function otherWidth(sample: TableSample & { readonly first: FirstRecord }): HeaderDecision {
  const { first, width, columns } = sample;
  const { fields, line } = first;
  if (fields.length === width - 1) {
    const last = columns[width - 1]!;
    const isTrailing = last.countOfText('') === last.rows;
    return {
      names: isTrailing ? [...fields, ''] : ['', ...fields],
      line,
      hasHeader: true,
      isFirstRecord: true,
      unnamed: isTrailing ? 'trailing' : 'row_names',
      warnings: [isTrailing ? trailing() : rowNames()],
    };
  }
  if (isNearWidth(first, width))
    return {
      names: fields.slice(0, width),
      line,
      hasHeader: true,
      isFirstRecord: true,
      unnamed: undefined,
      warnings: [],
    };
  if (fields.length > width) throw tooManyNames(sample);
  throw title(sample);
}

/** Refusal for a line above the table that is no part of it. A spreadsheet pads it with empty fields. */
function title({ first, width, titleLine }: TableSample & { readonly first: FirstRecord }): RefusedFileError {
  const { line } = first;
  const fields = first.fields.findLastIndex((field) => field !== '') + 1;
  const skipLines = Math.max(line, titleLine);
  const lines = skipLines === line ? 'the line' : 'the lines above it';
  return new RefusedFileError(
    'header',
    `line ${line}: expected ${width} column names, as the rows have ${width} fields, got ${fields}: ${lineOf(first)} looks like a title`,
    {
      line,
      fix: `if the table begins below it, write "skip_lines": ${skipLines} into schema.json, or remove ${lines}`,
    },
  );
}

/** Refusal for names of groups of columns above the columns' own names. */
function groups(first: FirstRecord): RefusedFileError {
  const at = first.fields.indexOf('') + 1;
  const got = at > 0 ? `got none for column ${at}` : 'got some twice';
  return new RefusedFileError(
    'header',
    `line ${first.line}: expected a name for each column, ${got}: ${lineOf(first)} looks like names of groups, with the columns' own names below`,
    {
      line: first.line,
      fix: `if so, write "skip_lines": ${first.line} into schema.json, or remove the line`,
    },
  );
}

function tooManyNames({ first, width }: TableSample & { readonly first: FirstRecord }): RefusedFileError {
  const { fields, line } = first;
  return new RefusedFileError(
    'header',
    `line ${line}: the header has ${fields.length} names, but the rows have ${width} fields: ${lineOf(first)}`,
    { line, fix: 'give the rows their missing fields, or remove the names that have none' },
  );
}

const isTitle = ({ fields }: FirstRecord) => fields.slice(1).every((field) => field === '');

const trailing = (): IngestWarning => ({
  code: 'trailing_delimiter',
  column: null,
  message: 'every row ends in a delimiter that the header lacks; the empty column that it makes is ignored',
  fix: null,
});

const rowNames = (): IngestWarning => ({
  code: 'row_names',
  column: null,
  message:
    'the header has one name less than the rows have fields; the first column is taken for row names, as R writes them, and ignored',
  fix: 'if a name is missing elsewhere, add it to the header',
});

/**
 * Whether a record holds texts where most columns of numbers have none: then it is the header below a title.
 */
function isHeader(
  record: FirstRecord | undefined,
  { columns: samples }: TableSample,
  columns: KnownColumns,
): boolean {
  const { numberGaps } = columns.context;
  let numbers = 0;
  let texts = 0;
  for (const at of samples.keys()) {
    const text = withoutBlanks(record?.fields[at] ?? '');
    const { plan } = columns.recognised(at);
    if (!isNumbersKind(plan.kind)) continue;
    numbers++;
    if (!numberGaps.has(text) && !('value' in parseNumbersCell(text, plan))) texts++;
  }
  return texts > 1 && texts * 2 > numbers;
}

/**
 * Whether the first record leaves columns without a name, or names some alike, and the second has a text for
 * each that is not among the values of its column.
 */
function isBelowGroups({ first, second, columns: samples }: TableSample, columns: KnownColumns): boolean {
  const names = second?.fields.map(withoutBlanks) ?? [];
  const above = first!.fields.map(withoutBlanks);
  const isPartly = above.includes('') && above.some((name) => name !== '');
  if (!isPartly && new Set(above).size === above.length) return false;
  if (names.length !== samples.length || new Set(names).size < names.length) return false;
  return samples.every((column, at) => {
    const name = names[at]!;
    const { plan } = columns.recognised(at);
    // What numbers the rows needs no name.
    if (name === '' && above[at] === '') return true;
    if (name === '' || columns.context.numberGaps.has(name)) return false;
    if (isNumbersKind(plan.kind)) return !('value' in parseNumbersCell(name, plan));
    return column.rows > MIN_ROWS_PER_HEADER && column.countOfText(name) === 1;
  });
}

/**
 * Whether the first record is a header that stands again further down, as in files that were joined: each of
 * its texts occurs equally often, and none is a number or date where its column has those.
 */
function isRepeated({ first, columns: samples }: TableSample, columns: KnownColumns): boolean {
  const texts = first!.fields.map(withoutBlanks);
  const times = samples[0]!.countOfText(texts[0]!);
  if (times === 0 || samples[0]!.rows <= MIN_ROWS_PER_HEADER * times) return false;
  const hasNumbers = samples.some((_, at) => isNumbersKind(columns.recognised(at).plan.kind));
  if (!hasNumbers && samples.length < MIN_TEXTS) return false;
  return samples.every((column, at) => {
    const text = texts[at]!;
    const { plan } = columns.recognised(at);
    if (columns.context.numberGaps.has(text) || column.countOfText(text) !== times) return false;
    return !isNumbersKind(plan.kind) || !('value' in parseNumbersCell(text, plan));
  });
}

/** A table of so few rows may hold each value of its first row as often by chance. */
const MIN_ROWS_PER_HEADER = 10;
const MIN_TEXTS = 4;

/** Columns in which the first record does not look like a row's value. */
function implausible({ first, columns: samples }: TableSample, columns: KnownColumns): number[] {
  const { context } = columns;
  return samples.flatMap((column, at) => {
    const text = withoutBlanks(first!.fields[at]!);
    if (context.gaps.has(text) || column.countOfText(text) > 0) return [];
    const { plan } = columns.recognised(at);
    if (!isNumbersKind(plan.kind)) return [at];
    return context.numberGaps.has(text) || 'value' in parseNumbersCell(text, plan) ? [] : [at];
  });
}

function eitherWay(first: FirstRecord, column: number): RefusedFileError {
  const text = first.fields[column]!;
  const fix = 'write "header": true or "header": false into schema.json, or give the file a header of names';
  return new RefusedFileError(
    'no_header',
    `line ${first.line}: ${lineOf(first)} may be a header or a row: only ${shown(text)} in column ${column + 1} is no value that its column may have`,
    {
      line: first.line,
      fix: NUMBERS.test(text)
        ? `if spaces part the fields, write "delimiter": " " into schema.json; else ${fix}`
        : fix,
    },
  );
}

/** Three numbers with spaces between them: fields that another mark was taken to part. */
const NUMBERS = /^[+-]?[\d.]+(?: +[+-]?[\d.]+){2}/;

/** Text of a record for a message. */
const lineOf = ({ fields }: FirstRecord) => shown(fields.join(', '));

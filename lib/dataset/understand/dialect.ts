import { RefusedFileError } from '../../errors.ts';
import { shown } from '../../text-safety.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const HASH = 0x23;
const QUOTE = 0x22;

/** The marks that may part fields without a contract. */
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** How a text is cut into fields, and where its table begins. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  /** Fields of most records. */
  readonly width: number;
  /** Where the table begins, in bytes, and how many lines lie before it. */
  readonly from: number;
  readonly skippedLines: number;
  /** The last comment line directly above the table, without its mark: it may be the header. */
  readonly commentAbove: { readonly from: number; readonly to: number } | undefined;
  readonly lineEnd: 'lf' | 'crlf' | 'mixed';
}

/** What a contract says of the dialect. */
export interface DialectRules {
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly skip_lines?: number | undefined;
}

/**
 * Finds out how a text is cut into fields, from its first records.
 *
 * @param text the beginning of the file, its byte order mark left out
 * @param isWhole whether the text is the whole file, so that its last record needs no line end
 * @throws RefusedFileError `columns` when two delimiters are equally likely
 */
export function readDialect(
  text: Uint8Array,
  isWhole: boolean,
  maxRecords: number,
  rules: DialectRules,
): Dialect {
  const start = tableStart(text, rules.skip_lines ?? 0);
  const quote = (rules.quote ?? '"').charCodeAt(0);
  const sample = { text, from: start.from, isWhole, maxRecords, quote };
  const named = rules.delimiter ?? start.separator;
  const count = named === undefined ? likeliest(sample) : countFields(sample, named);
  return {
    delimiter: count.delimiter,
    quote: rules.quote ?? '"',
    width: count.width,
    from: start.from,
    skippedLines: start.skippedLines,
    commentAbove: start.commentAbove,
    lineEnd: lineEndOf(text, start.from),
  };
}

interface TableStart {
  readonly from: number;
  readonly skippedLines: number;
  readonly commentAbove: { readonly from: number; readonly to: number } | undefined;
  /** What a line `sep=;` names, as Excel writes and reads it. */
  readonly separator: string | undefined;
}

/** Passes over the lines that a contract skips, a `sep=` line, comments and blank lines. */
function tableStart(text: Uint8Array, skipLines: number): TableStart {
  let from = 0;
  let skippedLines = 0;
  let separator: string | undefined;
  let commentAbove: TableStart['commentAbove'];
  for (; skippedLines < skipLines && from < text.length; skippedLines++) from = nextLine(text, from);
  for (let isFirst = true; from < text.length; isFirst = false) {
    const next = nextLine(text, from);
    const end = lineEnd(text, from, next);
    separator = isFirst ? separatorLine(text, from, end) : separator;
    const isComment = text[from] === HASH;
    if (!(isFirst && separator !== undefined)) {
      if (!isComment && !isBlank(text, from, end)) break;
      skippedLines++;
    }
    commentAbove = isComment ? { from: from + 1, to: end } : undefined;
    from = next;
  }
  return { from, skippedLines, commentAbove, separator };
}

function nextLine(text: Uint8Array, from: number): number {
  const at = text.indexOf(LF, from);
  return at < 0 ? text.length : at + 1;
}

/** Where a line's text ends: before its line end. */
function lineEnd(text: Uint8Array, from: number, next: number): number {
  let end = next;
  if (end > from && text[end - 1] === LF) end--;
  if (end > from && text[end - 1] === CR) end--;
  return end;
}

function isBlank(text: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (text[at] !== SPACE && text[at] !== TAB) return false;
  return true;
}

/** The separator of a line `sep=;`, which Excel writes as the first one. */
function separatorLine(text: Uint8Array, from: number, end: number): string | undefined {
  const line = String.fromCharCode(...text.subarray(from, Math.min(end, from + 8)));
  return /^"?sep=([^"\w\s]|\t)"?$/i.exec(line)?.[1];
}

interface Sample {
  readonly text: Uint8Array;
  readonly from: number;
  readonly isWhole: boolean;
  readonly maxRecords: number;
  readonly quote: number;
}

/** What a text's records look like with one delimiter. */
interface FieldCount {
  readonly delimiter: string;
  /** The number of fields, two or more, that most records have; 1 when none has two. */
  readonly width: number;
  /** Records that have it. */
  readonly records: number;
}

/** The delimiter with which most records have the same number of fields. */
function likeliest(sample: Sample): FieldCount {
  const counts = DELIMITERS.filter((mark) => sample.text.includes(mark.charCodeAt(0), sample.from)).map(
    (mark) => countFields(sample, mark),
  );
  const most = Math.max(0, ...counts.map(({ records, width }) => (width > 1 ? records : 0)));
  if (most === 0) return countFields(sample, DELIMITERS[0]);
  const best = counts.filter(({ records, width }) => width > 1 && records === most);
  const left = best.filter(
    ({ delimiter }) =>
      delimiter !== ',' ||
      !best.some((other) => other.delimiter !== ',' && hasOnlyDecimalCommas(sample, other)),
  );
  if (left.length === 1) return left[0]!;
  throw tie(left, sample);
}

/** Whether every comma of the sample is a decimal mark inside a field that another delimiter makes. */
function hasOnlyDecimalCommas(sample: Sample, { delimiter }: FieldCount): boolean {
  let isOnly = true;
  eachRecord(sample, delimiter.charCodeAt(0), (fields, ends, count) => {
    for (let i = 0; i < count && isOnly; i++) {
      const field = sample.text.subarray(fields[i], ends[i]);
      if (field.includes(0x2c)) isOnly = DECIMAL_COMMA.test(String.fromCharCode(...field.subarray(0, 64)));
    }
  });
  return isOnly;
}

const DECIMAL_COMMA = /^\s*[+-]?(?:\d{1,3}(?:[. ]\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?\s*$/;

function tie(counts: readonly FieldCount[], { text, from }: Sample): RefusedFileError {
  const names = counts.map(({ delimiter, width }) => `${nameOf(delimiter)} (${width} fields)`).join(' and ');
  const line = new TextDecoder().decode(text.subarray(from, lineEnd(text, from, nextLine(text, from))));
  return new RefusedFileError(
    'columns',
    `the fields may be parted by ${names}: as many records have the same number of fields with each; the first line is ${shown(line)}`,
    {
      fix: `name the one that is meant in schema.json: "delimiter": ${JSON.stringify(counts[0]!.delimiter)}`,
    },
  );
}

/** A delimiter in words. */
export function nameOf(delimiter: string): string {
  const names: Readonly<Record<string, string>> = {
    ',': 'a comma',
    ';': 'a semicolon',
    '\t': 'a tab',
    '|': 'a vertical bar',
    ' ': 'spaces',
  };
  return names[delimiter] ?? JSON.stringify(delimiter);
}

function countFields(sample: Sample, delimiter: string): FieldCount {
  const byWidth = new Map<number, number>();
  eachRecord(sample, delimiter.charCodeAt(0), (_starts, _ends, count) => {
    byWidth.set(count, (byWidth.get(count) ?? 0) + 1);
  });
  let width = 1;
  let records = byWidth.get(1) ?? 0;
  for (const [fields, times] of byWidth) {
    if (fields === 1) continue;
    // As frequent ones: the larger, so that the result does not depend on the order of records.
    if (width === 1 || times > records || (times === records && fields > width))
      [width, records] = [fields, times];
  }
  return { delimiter, width, records };
}

type Visit = (starts: readonly number[], ends: readonly number[], count: number) => void;

/** Visits the sample's records that are well formed: a quote opens a field as its first character, and closes it as its last. */
function eachRecord({ text, from, isWhole, maxRecords, quote }: Sample, delimiter: number, visit: Visit) {
  const starts: number[] = [];
  const ends: number[] = [];
  const isRun = delimiter === SPACE;
  const isPad = (byte: number | undefined) => byte === SPACE || (byte === TAB && delimiter !== TAB);
  let at = from;
  for (let record = 0; record < maxRecords && at < text.length; record++) {
    let count = 0;
    let isWellFormed = true;
    let isEnded = false;
    const begin = at;
    while (!isEnded) {
      while (at < text.length && isPad(text[at])) at++;
      const start = at;
      if (text[at] === quote) {
        at = closingQuote(text, at, quote);
        if (at < 0) return;
        starts[count] = start + 1;
        ends[count] = at++;
        while (at < text.length && isPad(text[at])) at++;
        const isFollowed = at >= text.length || text[at] === delimiter || isLineEnd(text, at);
        if (!isFollowed && !(isRun && isPad(text[at - 1]))) isWellFormed = false;
      } else starts[count] = start;
      const isQuoted = starts[count] !== start;
      while (at < text.length && text[at] !== delimiter && text[at] !== LF) {
        if (text[at] === quote) isWellFormed = false;
        at++;
        if (isRun && isQuoted) break;
      }
      if (!isQuoted) ends[count] = at;
      count++;
      if (at >= text.length || text[at] === LF) {
        isEnded = true;
        at++;
        continue;
      }
      at++;
      if (!isRun) continue;
      while (isPad(text[at])) at++;
      if (at >= text.length || isLineEnd(text, at)) {
        isEnded = true;
        while (at < text.length && text[at] !== LF) at++;
        at++;
      }
    }
    // A record that the sample cuts says nothing.
    if (at > text.length && !isWhole) return;
    if (isBlank(text, begin, lineEnd(text, begin, Math.min(at, text.length)))) continue;
    if (isWellFormed) visit(starts, ends, count);
  }
}

function isLineEnd(text: Uint8Array, at: number): boolean {
  return text[at] === LF || (text[at] === CR && (at + 1 >= text.length || text[at + 1] === LF));
}

/** Where the quoted field that opens at `open` is closed; -1 when it is not. */
function closingQuote(text: Uint8Array, open: number, quote: number): number {
  for (let at = text.indexOf(quote, open + 1); at >= 0; at = text.indexOf(quote, at + 2))
    if (text[at + 1] !== quote) return at;
  return -1;
}

function lineEndOf(text: Uint8Array, from: number): Dialect['lineEnd'] {
  let lf = 0;
  let crlf = 0;
  for (let at = text.indexOf(LF, from); at >= 0; at = text.indexOf(LF, at + 1))
    if (text[at - 1] === CR) crlf++;
    else lf++;
  return crlf === 0 ? 'lf' : lf === 0 ? 'crlf' : 'mixed';
}

export const DEFAULT_QUOTE = String.fromCharCode(QUOTE);

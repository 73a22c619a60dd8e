import { RefusedFileError } from '../../errors.ts';
import { shown } from '../../text-safety.ts';
import { CsvScanner } from '../csv/csv-scanner.ts';
import { type CsvGrammar, DELIMITERS, delimiterName, RFC_4180 } from '../csv/grammar.ts';
import type { IngestLimits } from '../csv/limits.ts';
import type { OversizeVerdict } from '../csv/oversize-record.ts';
import { searchable } from '../csv/searchable.ts';
import { decodeUtf8 } from '../csv/utf8.ts';
import type { TableStart } from './table-start.ts';

/** The contract's rules for separating fields. */
export interface DialectRules {
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
}

/** How the text is split into fields. */
export interface Dialect {
  readonly grammar: CsvGrammar;
  /** The number of fields, two or more, that the largest group of records has; 1 when none has two. */
  readonly width: number;
}

/** The part of a text that is examined. */
export interface TextBeginning {
  readonly bytes: Uint8Array;
  /** Whether it is the whole text, so that its last record needs no line end. */
  readonly isWhole: boolean;
  readonly limits: IngestLimits;
}

/**
 * Finds out how a text separates its fields, from its first records.
 *
 * @throws RefusedFileError `columns` when two delimiters are equally likely
 */
export function readDialect(text: TextBeginning, start: TableStart, rules: DialectRules): Dialect {
  const quote = rules.quote?.charCodeAt(0) ?? RFC_4180.quote;
  const named = rules.delimiter ?? start.separator;
  const grammarOf = (delimiter: number): CsvGrammar => ({ ...RFC_4180, quote, delimiter });
  if (named !== undefined) return counted(text, start, grammarOf(named.charCodeAt(0)));
  const bytes = searchable(text.bytes);
  const present = DELIMITERS.filter(({ byte }) => bytes.includes(byte, start.from));
  if (present.length === 1) {
    const count = counted(text, start, grammarOf(present[0]!.byte), CLEAR_RECORDS);
    if (count.width > 1 && count.records === count.all) return count;
  }
  const counts = present.map(({ byte }) => counted(text, start, grammarOf(byte)));
  const maxRecords = Math.max(0, ...counts.map(({ width, records }) => (width > 1 ? records : 0)));
  if (maxRecords === 0) {
    const comma = counted(text, start, grammarOf(RFC_4180.delimiter));
    // Quoted fields with spaces between them, as R's write.table writes them, are malformed records with a
    // comma as the delimiter.
    const isSpaced = comma.records === 0 && counted(text, start, grammarOf(SPACE)).width > 1;
    if (isSpaced) throw spacesPart(text, start);
    return comma;
  }
  const best = counts.filter(({ width, records }) => width > 1 && records === maxRecords);
  const left = best.filter((count) => !isOnlyDecimalMark(count, best, text, start));
  if (left.length !== 1) throw tie(left, text, start);
  return left[0]!;
}

/** When this many records agree on the only delimiter in a text, counting the others is unnecessary. */
const CLEAR_RECORDS = 1000;

interface FieldCount extends Dialect {
  /** Records that have `width` fields, and all records examined. */
  readonly records: number;
  readonly all: number;
}

function counted(
  text: TextBeginning,
  start: TableStart,
  grammar: CsvGrammar,
  maxRecords = text.limits.sampleRecords,
): FieldCount {
  const byWidth = new Map<number, number>();
  eachRecord(
    text,
    start,
    grammar,
    (scan, record) => {
      const fields = scan.recordFirst[record + 1]! - scan.recordFirst[record]!;
      byWidth.set(fields, (byWidth.get(fields) ?? 0) + 1);
    },
    undefined,
    maxRecords,
  );
  let width = 1;
  let records = byWidth.get(1) ?? 0;
  for (const [fields, times] of byWidth) {
    if (fields === 1) continue;
    // Of two equally frequent widths take the larger, so that the order of records does not matter.
    if (width === 1 || times > records || (times === records && fields > width))
      [width, records] = [fields, times];
  }
  const all = [...byWidth.values()].reduce((sum, times) => sum + times, 0);
  return { grammar, width, records, all };
}

/**
 * Records of a sample per batch. They are few, so that batches have ended before the compiler optimises the
 * scanner: it would do so again at each branch that was not taken before.
 */
const RECORDS_PER_BATCH = 256;

/**
 * Visits the first well-formed records of a text. It stops at a wrong quote, because what follows tells
 * nothing: under the right grammar the file is refused for it.
 *
 * @param onOversizeFirst called when the first record is too large, and so not visited
 */
export function eachRecord(
  { bytes, isWhole, limits }: TextBeginning,
  start: TableStart,
  grammar: CsvGrammar,
  visit: (scan: CsvScanner, record: number) => void,
  onOversizeFirst: (verdict: OversizeVerdict) => void = () => undefined,
  maxRecords = limits.sampleRecords,
): RefusedFileError | undefined {
  const scan = new CsvScanner(limits, grammar, start.skippedLines + 1, RECORDS_PER_BATCH);
  let left = maxRecords + 1;
  let at = start.from;
  let isFirst = true;
  try {
    for (;;) {
      at = scan.scan(bytes, at, bytes.length, isWhole);
      const oversize = isFirst ? (scan.skipped ?? scan.oversize.get(0)) : undefined;
      if (oversize) onOversizeFirst(oversize);
      isFirst &&= scan.records === 0 && scan.skipped === undefined;
      for (let record = 0; record < scan.records && left > 0; record++, left--)
        if (!scan.oversize.has(record)) visit(scan, record);
      if (left === 0 || scan.drained) return undefined;
    }
  } catch (error) {
    if (error instanceof RefusedFileError) return error;
    throw error;
  }
}

const SPACE = ' '.charCodeAt(0);
const COMMA = ','.charCodeAt(0);
const DECIMAL_COMMA = /^[+-]?(?:\d{1,3}(?:[. \u00a0\u202f]\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?$/;

/** Whether every comma is a decimal mark inside a field of another delimiter. */
function isOnlyDecimalMark(
  { grammar }: FieldCount,
  best: readonly FieldCount[],
  text: TextBeginning,
  start: TableStart,
): boolean {
  if (grammar.delimiter !== COMMA) return false;
  return best.some((other) => other.grammar !== grammar && hasOnlyDecimalCommas(text, start, other.grammar));
}

function hasOnlyDecimalCommas(text: TextBeginning, start: TableStart, grammar: CsvGrammar): boolean {
  let isOnly = true;
  eachRecord(text, start, grammar, (scan, record) => {
    for (let field = scan.recordFirst[record]!; field < scan.recordFirst[record + 1]! && isOnly; field++) {
      const bytes = text.bytes.subarray(scan.starts[field], scan.ends[field]);
      if (bytes.includes(COMMA)) isOnly = bytes.length < 64 && DECIMAL_COMMA.test(decodeUtf8(bytes));
    }
  });
  return isOnly;
}

function spacesPart(text: TextBeginning, start: TableStart): RefusedFileError {
  const line = start.skippedLines + 1;
  return new RefusedFileError(
    'columns',
    `line ${line}: expected fields that a comma, semicolon, tab or vertical bar parts; the line is ${firstLine(text, start)}`,
    { line, fix: 'if spaces part the fields, write "delimiter": " " into schema.json' },
  );
}

/** First line of the table as written, for a message. */
function firstLine({ bytes }: TextBeginning, start: TableStart): string {
  const end = bytes.indexOf(RFC_4180.lineEnd, start.from);
  return shown(new TextDecoder().decode(bytes.subarray(start.from, end < 0 ? undefined : end)).trimEnd());
}

function tie(counts: readonly FieldCount[], text: TextBeginning, start: TableStart): RefusedFileError {
  const names = counts
    .map(({ grammar, width }) => `a ${delimiterName(grammar)} (${width} fields)`)
    .join(' or ');
  const first = String.fromCharCode(counts[0]!.grammar.delimiter);
  return new RefusedFileError(
    'columns',
    `line ${start.skippedLines + 1}: the fields may be parted by ${names}: as many records have one number of fields with each; the line is ${firstLine(text, start)}`,
    {
      line: start.skippedLines + 1,
      fix: `say which it is in schema.json, such as "delimiter": ${JSON.stringify(first)}`,
    },
  );
}

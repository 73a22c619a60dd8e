/**
 * The ingestion's rules once more, written for clarity alone: whole file in memory, one character at a time,
 * no code shared with lib/dataset. Fast code is right when it agrees with this on every file. It knows plain
 * numbers, with a point or a comma; columns of amounts, percentages and dates are others' to test.
 */

/** What a file gets: refused as a whole, or a verdict for each record. */
export type ReferenceVerdict =
  | { readonly kind: 'refused'; readonly code: string }
  | {
      readonly kind: 'accepted';
      readonly read: number;
      readonly accepted: number;
      readonly blank: number;
      /** In file order. */
      readonly rejected: readonly { readonly line: number; readonly code: string }[];
    };

export interface ReferenceLimits {
  readonly fieldBytes: number;
  readonly rowBytes: number;
  readonly columns: number;
}

/** What a contract says of how fields are parted. */
export interface ReferenceContract {
  readonly delimiter?: string;
  readonly quote?: string;
}

interface ReferenceRecord {
  readonly line: number;
  readonly fields: readonly string[];
  /** The largest field's, quotes undone, without the spaces around it. */
  readonly fieldBytes: number;
  readonly rowBytes: number;
  readonly isBlank: boolean;
}

/** The marks that a text is cut by. */
interface Marks {
  readonly delimiter: string;
  readonly quote: string;
}

class Refusal extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The usual gaps, apart from lib/columns/gaps.ts: a reference that used that list would share its faults. */
export const TEXT_GAPS = ['', 'NA', 'N/A', 'NaN', 'nan', 'NULL', 'null', 'n/a', '#N/A', '<NA>', '?'];
export const NUMBER_GAPS = [...TEXT_GAPS, 'None', '-', '.', '\\N'];
const DELIMITERS = [',', ';', '\t', '|'];

export function referenceVerdict(
  bytes: Uint8Array,
  limits: ReferenceLimits,
  contract: ReferenceContract = {},
): ReferenceVerdict {
  try {
    return judge(bytes, limits, contract);
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', code: error.code };
    throw error;
  }
}

function judge(bytes: Uint8Array, limits: ReferenceLimits, contract: ReferenceContract): ReferenceVerdict {
  if (bytes.length === 0) throw new Refusal('empty');
  refuseBinary(bytes);
  const decoded = decodeValidPrefix(bytes);
  const start = tableStart(decoded.text);
  const text = { ...decoded, ...start };
  if (start.rest === '' && decoded.isWhole) throw new Refusal('empty');
  const marks = { quote: contract.quote ?? '"', delimiter: delimiterOf(text, limits, contract) };
  const { records, quotingFault } = splitRecords(text, marks);
  const filled = records.filter((record) => !record.isBlank);
  const blank = records.length - filled.length;
  const fault = quotingFault ? 'quoting' : decoded.isWhole ? undefined : 'encoding';
  return judgeTable(filled, { limits, marks, start, blank, fault });
}

function refuseBinary(bytes: Uint8Array): void {
  const hex = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  const types = [
    ...['1f8b', '504b0304', '504b0506', 'd0cf11e0', '50415231', '50415245', '4152524f5731', '4f626a01'],
    ...['53514c69746520666f726d6174203300', '89484446', '934e554d5059', '28b52ffd', '04224d18', '425a68'],
    ...['fd377a585a', '377abcaf', '255044462d'],
  ];
  const texts =
    /^(?:insert into |create table |drop table |-- mysql dump|-- phpmyadmin|<head|<table|<!doctype|<html|<\?xml|\{"|\[\{|[[{]\r?\n|@relation)/i;
  const isOtherText = texts.test(Buffer.from(bytes.subarray(0, 16)).toString('latin1'));
  if (isOtherText || types.some((type) => hex.startsWith(type))) throw new Refusal('type');
  if (['fffe0000', '0000feff'].some((mark) => hex.startsWith(mark))) throw new Refusal('encoding');
}

/** The text up to what is none, with LF where lines end in CR alone. */
function decodeValidPrefix(bytes: Uint8Array): { text: string; isWhole: boolean } {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: lineFeeds(utf16(bytes)), isWhole: true };
  if (first === 0xfe && second === 0xff)
    return { text: lineFeeds(utf16(Buffer.from(bytes).swap16())), isWhole: true };
  const hasMark = first === 0xef && second === 0xbb && bytes[2] === 0xbf;
  const hasLineFeed = bytes.includes(0x0a);
  let text = '';
  for (let at = hasMark ? 3 : 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    if (character === undefined || character === '\0')
      return { text: hasLineFeed ? text : lineFeeds(text), isWhole: false };
    text += character;
    at += Buffer.byteLength(character);
  }
  return { text: hasLineFeed ? text : lineFeeds(text), isWhole: true };
}

/** Only whole, valid texts are written so. */
const utf16 = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf16le').slice(1);

const lineFeeds = (text: string) => (text.includes('\n') ? text : text.replaceAll('\r', '\n'));

function characterAt(bytes: Uint8Array, at: number): string | undefined {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        bytes.subarray(at, at + length),
      );
    } catch {
      // Too short, or invalid at any length: the loop tells which.
    }
  }
  return undefined;
}

interface Start {
  /** What follows the lines before the table. */
  readonly rest: string;
  readonly firstLine: number;
  readonly separator: string | undefined;
  readonly comment: string | undefined;
}

function tableStart(text: string): Start {
  let rest = text;
  let firstLine = 1;
  let separator: string | undefined;
  let comment: string | undefined;
  while (rest !== '') {
    const end = rest.indexOf('\n');
    const line = (end < 0 ? rest : rest.slice(0, end)).replace(end < 0 ? /\r?$/ : /\r$/, '');
    const named = firstLine === 1 ? /^"?sep=([\t !#-,./:-@[-`{-~])"?$/i.exec(line)?.[1] : undefined;
    const isComment = line.startsWith('#');
    if (named === undefined && !isComment && !/^[ \t]*$/.test(line)) break;
    separator ??= named;
    comment = isComment ? line.slice(1) : undefined;
    rest = end < 0 ? '' : rest.slice(end + 1);
    firstLine++;
  }
  return { rest, firstLine, separator, comment };
}

/** The delimiter with which most records have one and the same number, at least two, of fields. */
function delimiterOf(
  text: Start & { readonly isWhole: boolean },
  limits: ReferenceLimits,
  { delimiter, quote = '"' }: ReferenceContract,
): string {
  const named = delimiter ?? text.separator;
  if (named !== undefined) return named;
  const counts = DELIMITERS.filter((mark) => text.rest.includes(mark)).map((mark) => {
    const { records } = splitRecords(text, { delimiter: mark, quote });
    const sampled = records.filter((record) => !record.isBlank && !sizeFault(record, limits));
    const width = usualWidth(sampled);
    const fitting = sampled.filter(({ fields }) => fields.length === width);
    return { mark, sampled, times: width > 1 ? fitting.length : 0 };
  });
  const most = Math.max(0, ...counts.map(({ times }) => times));
  if (most === 0) {
    const [comma, space] = [',', ' '].map((mark) => {
      const { records } = splitRecords(text, { delimiter: mark, quote });
      return records.filter((record) => !record.isBlank && !sizeFault(record, limits));
    });
    if (comma!.length === 0 && usualWidth(space!) > 1) throw new Refusal('columns');
    return ',';
  }
  const best = counts.filter(({ times }) => times === most);
  const decimalComma = /^[+-]?(?:\d{1,3}(?:[. \u00a0\u202f]\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?$/;
  const hasOnlyDecimalCommas = ({ sampled }: (typeof counts)[number]) =>
    sampled.every(({ fields }) => fields.every((field) => !field.includes(',') || decimalComma.test(field)));
  const left = best.filter(
    ({ mark }) => mark !== ',' || !best.some((other) => other.mark !== ',' && hasOnlyDecimalCommas(other)),
  );
  if (left.length !== 1) throw new Refusal('columns');
  return left[0]!.mark;
}

/** The number of fields, two or more, that most records have; the larger of two that are as frequent. */
function usualWidth(records: readonly ReferenceRecord[]): number {
  const times = new Map<number, number>();
  for (const { fields } of records) times.set(fields.length, (times.get(fields.length) ?? 0) + 1);
  const wide = [...times].filter(([width]) => width > 1).sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  return wide[0]?.[0] ?? 1;
}

const isPadding = (character: string | undefined) => character === ' ' || character === '\t';

function splitRecords(
  { rest: text, firstLine, isWhole }: Pick<Start, 'rest' | 'firstLine'> & { readonly isWhole: boolean },
  { delimiter, quote }: Marks,
): { records: ReferenceRecord[]; quotingFault: boolean } {
  const records: ReferenceRecord[] = [];
  let line = firstLine;
  let at = 0;
  while (at < text.length) {
    const start = at;
    const startLine = line;
    const fields: string[] = [];
    for (;;) {
      let field = '';
      let opening = at;
      while (isPadding(text[opening]) && text[opening] !== delimiter) opening++;
      if (text[opening] === quote) {
        at = opening + 1;
        for (;;) {
          if (at >= text.length) return { records, quotingFault: isWhole };
          if (text[at] === quote && text[at + 1] === quote) {
            field += quote;
            at += 2;
          } else if (text[at] === quote) break;
          else {
            if (text[at] === '\n') line++;
            field += text[at++];
          }
        }
        at++;
        while (isPadding(text[at]) && text[at] !== delimiter) at++;
        if (!isWhole && at >= text.length) return { records, quotingFault: false };
        if (!isWhole && text[at] === '\r' && at + 1 >= text.length) return { records, quotingFault: false };
        if (at < text.length && text[at] !== delimiter && !startsLineEnd(text, at))
          return { records, quotingFault: true };
      } else {
        while (at < text.length && text[at] !== delimiter && !startsLineEnd(text, at)) {
          if (text[at] === quote) return { records, quotingFault: true };
          field += text[at++];
        }
        field = field.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
      }
      fields.push(field);
      if (text[at] !== delimiter) break;
      at++;
    }
    const isEnded = at < text.length;
    if (!isEnded && !isWhole) break;
    records.push({
      line: startLine,
      fields,
      fieldBytes: Math.max(...fields.map((field) => Buffer.byteLength(field))),
      rowBytes: Buffer.byteLength(text.slice(start, at)),
      isBlank: fields.every((field) => field === ''),
    });
    if (isEnded) {
      at += text[at] === '\r' ? 2 : 1;
      line++;
    }
  }
  return { records, quotingFault: false };
}

const startsLineEnd = (text: string, at: number) =>
  text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n');

function sizeFault({ fieldBytes, rowBytes }: ReferenceRecord, limits: ReferenceLimits): string | undefined {
  if (fieldBytes > limits.fieldBytes) return 'field_size';
  return rowBytes > limits.rowBytes ? 'row_size' : undefined;
}

interface Circumstances {
  readonly limits: ReferenceLimits;
  readonly marks: Marks;
  readonly start: Start;
  readonly blank: number;
  readonly fault: string | undefined;
}

/** The decimal mark, and what parts thousands: nothing where it is empty. */
interface NumberMarks {
  readonly decimal: '.' | ',';
  readonly group: '' | '.' | ',' | ' ' | "'";
}

const PLAIN: NumberMarks = { decimal: '.', group: '' };
const FORMATS: readonly NumberMarks[] = [
  PLAIN,
  { decimal: ',', group: '' },
  { decimal: '.', group: ',' },
  { decimal: ',', group: '.' },
  { decimal: '.', group: ' ' },
  { decimal: ',', group: ' ' },
  { decimal: '.', group: "'" },
  { decimal: ',', group: "'" },
];

/** A column of the sample: its cells, and how they are read. */
interface Column {
  readonly cells: readonly string[];
  readonly kind: 'numeric' | 'categorical';
  /** How a numeric column's numbers are written. */
  readonly marks: NumberMarks;
}

function judgeTable(filled: readonly ReferenceRecord[], about: Circumstances): ReferenceVerdict {
  const { limits, marks, fault } = about;
  const sampled = filled.filter((record) => !sizeFault(record, limits));
  const [first, ...others] = sampled;
  if (!first) throw new Refusal(fault ?? 'empty');
  const width = usualWidth(sampled);
  const fitting = others.filter(({ fields }) => fields.length === width);
  const columns = Array.from({ length: Math.max(width, first.fields.length) }, (_, at) =>
    // A header may have more names than the rows have fields: of those columns the sample has no cell.
    columnOf(at < width ? fitting.map(({ fields }) => inner(fields[at]!)) : [], marks),
  );
  const header = headerOf({ first, others, fitting, width, columns, filled }, about);
  const reasons = header.names.map((name, at) =>
    reasonWithoutName(
      name,
      columns[at],
      header.isTrailing === true && at === width - 1,
      header.isRowNames === true && at === 0,
    ),
  );
  judgeNames(
    header.names.map((name, at) => (reasons[at] === undefined ? name : undefined)),
    limits,
  );
  if (fault) throw new Refusal(fault);
  const rows = header.isFirst ? filled.slice(1) : filled;
  if (header.isFirst && others.length === 0) throw new Refusal('no_rows');
  return judgeRows(
    rows,
    { ...about, columns, names: header.names, reasons, hasSample: fitting.length > 0 },
    new Set(),
  );
}

/** Numeric in the first format that reads most of the cells, if one does. */
function columnOf(cells: readonly string[], { delimiter }: Marks): Column {
  // A mark between thousands must occur: without it, the format would only admit decimal commas.
  const formats = FORMATS.filter(({ decimal, group }) =>
    group === ''
      ? decimal === '.' || delimiter !== ','
      : cells.some((cell) => isNumber(cell, { decimal, group }) && new RegExp(markPattern(group)).test(cell)),
  );
  const numeric = formats.filter((marks) => isNumeric(cells, marks));
  const readBy = (marks: NumberMarks) => cells.filter((cell) => isNumber(cell, marks)).length;
  const [best] = numeric.sort((a, b) => readBy(b) - readBy(a));
  return best ? { cells, kind: 'numeric', marks: best } : { cells, kind: 'categorical', marks: PLAIN };
}

/**
 * At least 95% of the present cells are numbers; or half of them, and at most three other texts occur. Codes
 * are none.
 */
function isNumeric(cells: readonly string[], marks: NumberMarks): boolean {
  const present = cells.filter((cell) => !NUMBER_GAPS.includes(cell));
  const strict = present.filter((cell) => isNumber(cell, PLAIN));
  if (strict.some((cell) => /^[+-]?0\d+$/.test(cell))) return false;
  const large = strict.filter((cell) => /^[+-]?\d+$/.test(cell) && !Number.isSafeInteger(Number(cell)));
  if (large.length * 2 > strict.length) return false;
  const numbers = present.filter((cell) => isNumber(cell, marks));
  const others = new Set(present.filter((cell) => !isNumber(cell, marks)));
  if (numbers.length === 0) return false;
  return (
    numbers.length >= 0.95 * present.length || (numbers.length >= 0.5 * present.length && others.size <= 3)
  );
}

const isNumber = (text: string, marks: NumberMarks) => numberFault(text, marks) !== 'number';

/** Why a column needs no name, where it has none. */
function reasonWithoutName(
  name: string,
  column: Column | undefined,
  isTrailing: boolean,
  isRowNames: boolean,
): string | undefined {
  if (!/^(Unnamed: \d+)?$/.test(name) || !column) return undefined;
  const { cells } = column;
  if (isTrailing || cells.every((cell) => TEXT_GAPS.includes(cell))) return 'empty';
  const isDistinct = new Set(cells).size === cells.length;
  if (isDistinct && integersOf(cells)) return 'row_number';
  return isRowNames || (isDistinct && cells.length > 1) ? 'identifier' : undefined;
}

/** The values of cells that are all common integers. */
function integersOf(cells: readonly string[]): number[] | undefined {
  const isCommon = (cell: string) => /^-?\d+(\.0+)?$/.test(cell) && cell.replace(/[-.]/g, '').length <= 15;
  return cells.length > 0 && cells.every(isCommon) ? cells.map(Number) : undefined;
}

/** Distinct integers that are dense, and no years, in 20 rows or more. */
function areRowNumbers(cells: readonly string[]): boolean {
  const integers = integersOf(cells);
  if (!integers || cells.length < 20 || new Set(cells).size < cells.length) return false;
  const [low, high] = [Math.min(...integers), Math.max(...integers)];
  return !(low >= 1000 && high <= 2999) && high - low < 1.1 * cells.length;
}

interface Header {
  readonly names: readonly string[];
  /** Whether the first record is it. */
  readonly isFirst: boolean;
  readonly isTrailing?: boolean;
  readonly isRowNames?: boolean;
}

interface Sample {
  readonly first: ReferenceRecord;
  readonly others: readonly ReferenceRecord[];
  readonly fitting: readonly ReferenceRecord[];
  readonly width: number;
  readonly columns: readonly Column[];
  readonly filled: readonly ReferenceRecord[];
}

function headerOf(sample: Sample, { limits, marks, start }: Circumstances): Header {
  const { first, others, fitting, width, columns, filled } = sample;
  if (sizeFault(filled[0]!, limits)) throw new Refusal('header');
  const { fields } = first;
  const named = { names: fields, isFirst: true };
  const isClear = fitting.length > 0 && fitting.length >= 0.95 * others.length;
  if (fields.length !== width && isClear) return headerOfOtherWidth(sample);
  if (fields.length !== width || fitting.length === 0) return named;
  const unlike = columns.filter((column, at) => !isPlausible(fields[at]!, column));
  const comment =
    start.comment === undefined
      ? []
      : (splitRecords({ rest: start.comment, firstLine: 1, isWhole: true }, marks).records.findLast(
          (record) => !record.isBlank && !sizeFault(record, limits),
        )?.fields ?? []);
  if (unlike.length <= 1 && comment.length === width)
    return { names: [comment[0] || '#', ...comment.slice(1)], isFirst: false };
  if (unlike.length > 1 || standsAgain(fields, columns)) return named;
  if (holdsNames(fitting[0]!.fields, columns)) throw new Refusal('header');
  if (unlike.length === 0) return { names: fields.map((_, at) => `column_${at + 1}`), isFirst: false };
  if (width === 1) return named;
  const isTitle = unlike[0] === columns[0] && fields.slice(1).every((field) => field === '');
  throw new Refusal(isTitle ? 'header' : 'no_header');
}

function headerOfOtherWidth({ first: { fields }, fitting, width }: Sample): Header {
  if (fields.length === width - 1) {
    const isTrailing = fitting.every((record) => record.fields[width - 1] === '');
    if (isTrailing) return { names: [...fields, ''], isFirst: true, isTrailing };
    return { names: ['', ...fields], isFirst: true, isRowNames: true };
  }
  if (fields.length > width && fields.slice(width).every((name) => name === ''))
    return { names: fields.slice(0, width), isFirst: true };
  throw new Refusal('header');
}

/** Without the blanks in its quotes. */
const inner = (field: string) => field.replaceAll(/^[ \t]+|[ \t]+$/g, '');

/** Whether a text of the first record may be a value of its column. */
function isPlausible(field: string, { cells, kind, marks }: Column): boolean {
  const text = inner(field);
  if (TEXT_GAPS.includes(text) || cells.includes(text)) return true;
  return kind === 'numeric' && (NUMBER_GAPS.includes(text) || numberFault(text, marks) === undefined);
}

/** Whether each text of a record is equally often in its column, and none is what that holds elsewhere. */
function standsAgain(fields: readonly string[], columns: readonly Column[]): boolean {
  const isSmall = columns.length < 4 && columns.every(({ kind }) => kind !== 'numeric');
  const times = new Set(
    columns.map(({ cells, kind, marks }, at) => {
      const text = inner(fields[at]!);
      if (NUMBER_GAPS.includes(text)) return 0;
      if (kind === 'numeric' && numberFault(text, marks) === undefined) return 0;
      const count = cells.filter((cell) => cell === text).length;
      return cells.length > 10 * count ? count : 0;
    }),
  );
  return !isSmall && times.size === 1 && !times.has(0);
}

/** Whether texts stand where most columns of numbers have none: a header below a title. */
function holdsNames(fields: readonly string[], columns: readonly Column[]): boolean {
  const numeric = columns.flatMap(({ kind, marks }, at) => (kind === 'numeric' ? [{ at, marks }] : []));
  const texts = numeric.filter(
    ({ at, marks }) =>
      !NUMBER_GAPS.includes(inner(fields[at]!)) && numberFault(inner(fields[at]!), marks) !== undefined,
  );
  return texts.length > 1 && texts.length * 2 > numeric.length;
}

function judgeNames(names: readonly (string | undefined)[], limits: ReferenceLimits): void {
  if (names.length > limits.columns || names.length < 2) throw new Refusal('columns');
  const normal = names.flatMap((name) => (name === undefined ? [] : [name.normalize('NFC')]));
  if (new Set(normal).size < normal.length) throw new Refusal('header');
  if (normal.some((name) => name.trim() === '' || isUnsafe(name) || [...name].length > 128))
    throw new Refusal('header');
}

function isUnsafe(text: string): boolean {
  return [...text].some((character) => {
    const code = character.codePointAt(0)!;
    const ranges = [
      [0, 0x1f],
      [0x7f, 0x9f],
      [0x61c, 0x61c],
      [0x180e, 0x180e],
      [0x200b, 0x200f],
      [0x2028, 0x202e],
      [0x2060, 0x2069],
      [0xfeff, 0xfeff],
    ];
    return ranges.some(([low, high]) => code >= low! && code <= high!);
  });
}

interface Planned extends Circumstances {
  readonly names: readonly string[];
  readonly columns: readonly Column[];
  readonly reasons: readonly (string | undefined)[];
  readonly hasSample: boolean;
}

/** How a column is read in the end. */
type Role =
  | Pick<Column, 'kind' | 'marks'>
  | { readonly kind: 'label' | 'ignored'; readonly marks: NumberMarks };

/** @param widened columns that are categories after all, as an earlier reading found */
function judgeRows(
  rows: readonly ReferenceRecord[],
  planned: Planned,
  widened: ReadonlySet<number>,
): ReferenceVerdict {
  const { names, limits, blank } = planned;
  const label = labelColumn(planned);
  const labelKind = planned.columns[label];
  if (labelKind?.kind === 'numeric') {
    const isValue = (cell: string) => !TEXT_GAPS.includes(cell) && isNumber(cell, labelKind.marks);
    refuseQuantity(labelKind.cells.filter(isValue), labelKind.marks, labelKind.cells.length);
  }
  const roles = names.map(
    (_, at): Role => (at === label ? { kind: 'label', marks: PLAIN } : roleOf(at, planned, widened)),
  );
  if (roles.every(({ kind }) => kind === 'label' || kind === 'ignored')) throw new Refusal('columns');
  const verdicts = rows.map((row) => ({
    line: row.line,
    faults: sizeFault(row, limits)
      ? [{ at: -1, code: sizeFault(row, limits)! }]
      : rowFaults(row.fields, roles),
  }));
  const rejected = verdicts.flatMap(({ line, faults }) =>
    faults[0] ? [{ line, code: faults[0].code }] : [],
  );
  const accepted = rows.filter((_, row) => verdicts[row]!.faults.length === 0);
  const most = 0.05 * rows.length;
  if (accepted.length === 0 || rejected.length > most) {
    const codes = roles.flatMap(({ kind, marks }, at) => {
      if (kind !== 'numeric') return [];
      const faults = verdicts.flatMap(({ faults: all }) =>
        all.filter((fault) => fault.at === at && fault.code === 'number').slice(0, 1),
      );
      const ranges = verdicts.flatMap(({ faults: all }) =>
        all.filter((fault) => fault.at === at && fault.code === 'range').slice(0, 1),
      );
      if (faults.length <= most && ranges.length <= most) return [];
      const values = new Set(accepted.flatMap(({ fields }) => numbersIn(fields[at]!, marks)));
      const wasShown = planned.columns[at]!.cells.some(
        (cell) => !NUMBER_GAPS.includes(cell) && !isNumber(cell, marks),
      );
      return values.size <= 20 || !wasShown ? [at] : [];
    });
    if (codes.length > 0) return judgeRows(rows, planned, new Set([...widened, ...codes]));
    throw new Refusal(accepted.length === 0 ? 'all_rejected' : 'rejected_share');
  }
  judgeClasses(
    accepted.map(({ fields }) => fields[label]!),
    labelKind,
  );
  return { kind: 'accepted', read: rows.length + blank, accepted: accepted.length, blank, rejected };
}

const numbersIn = (cell: string, marks: NumberMarks) =>
  NUMBER_GAPS.includes(cell.trim()) ? [] : [Number(plainDecimal(cell.trim(), marks))];

function roleOf(at: number, { columns, reasons, hasSample }: Planned, widened: ReadonlySet<number>): Role {
  const column = columns[at];
  if (reasons[at] !== undefined) return { kind: 'ignored', marks: PLAIN };
  if (widened.has(at) || !column) return { kind: 'categorical', marks: PLAIN };
  if (hasSample && column.cells.every((cell) => TEXT_GAPS.includes(cell)))
    return { kind: 'ignored', marks: PLAIN };
  if (column.kind === 'numeric' && areRowNumbers(column.cells)) return { kind: 'ignored', marks: PLAIN };
  const distinct = new Set(column.cells.filter((cell) => !TEXT_GAPS.includes(cell))).size;
  if (column.kind === 'categorical' && distinct > 100 && distinct > column.cells.length / 2)
    return { kind: 'ignored', marks: PLAIN };
  return column;
}

function labelColumn({ names, columns, reasons, hasSample }: Planned): number {
  for (const usual of ['label', 'class', 'target', 'species']) {
    const found = names.filter((name) => name.toLowerCase() === usual).sort((a, b) => (a < b ? -1 : 1));
    if (found.length > 0) return names.indexOf(found[0]!);
  }
  const mayBe = names.map((_, at) => {
    const cells = columns[at]?.cells ?? [];
    const says =
      !hasSample ||
      cells.length === 0 ||
      !(cells.every((cell) => TEXT_GAPS.includes(cell)) || areRowNumbers(cells));
    return reasons[at] === undefined && says;
  });
  const last = mayBe.lastIndexOf(true);
  return last < 0 ? names.length - 1 : last;
}

/** A label of many numbers, or of fractions, is a quantity. */
function refuseQuantity(texts: readonly string[], marks: NumberMarks, rows: number): void {
  const numbers = new Set(texts.map((text) => Number(plainDecimal(text, marks))));
  if ([...numbers].some((value) => !Number.isInteger(value))) throw new Refusal('regression');
  if (numbers.size > 50 || (numbers.size > 10 && numbers.size > 0.1 * rows)) throw new Refusal('regression');
}

function judgeClasses(labels: readonly string[], column: Column | undefined): void {
  const { decimal, group } = column?.marks ?? PLAIN;
  const isNumbers = column?.kind === 'numeric' && group === '';
  const same = (text: string) => {
    const value = Number(decimal === ',' ? text.replace(',', '.') : text);
    return isNumbers && Number.isFinite(value) ? String(value + 0) : text;
  };
  const classes = new Set(labels.map(same));
  if (isNumbers) {
    const numbers = [...classes].filter((text) => isNumber(text, PLAIN));
    const fraction = numbers.some((text) => !Number.isInteger(Number(text)));
    if (fraction || numbers.length > 50 || (numbers.length > 10 && numbers.length > 0.1 * labels.length))
      throw new Refusal('regression');
  }
  if (classes.size < 2) throw new Refusal('classes');
  if (labels.length > 2 && classes.size === labels.length) throw new Refusal('cardinality');
  if (labels.length >= 100 && classes.size > labels.length / 2) throw new Refusal('cardinality');
}

/** Every faulty number of a row, or its faulty label, the first first. */
function rowFaults(fields: readonly string[], roles: readonly Role[]): { at: number; code: string }[] {
  if (fields.length !== roles.length) return [{ at: -1, code: 'width' }];
  const numbers = roles.flatMap(({ kind, marks }, at) => {
    const cell = fields[at]!.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
    if (kind !== 'numeric' || NUMBER_GAPS.includes(cell)) return [];
    const code = numberFault(cell, marks);
    return code === undefined ? [] : [{ at, code }];
  });
  if (numbers.length > 0) return numbers;
  const label = roles.findIndex(({ kind }) => kind === 'label');
  const text = fields[label]!;
  const isLabel =
    !TEXT_GAPS.includes(text) && text.trim() !== '' && !isUnsafe(text) && [...text].length <= 128;
  return isLabel ? [] : [{ at: label, code: 'label' }];
}

const markPattern = (mark: string) =>
  mark === '.' ? '\\.' : mark === ' ' ? '[ \u00a0\u2007\u2009\u202f]' : mark;

/** The plain decimal that a text means; a text that is none where it is not written so. */
function plainDecimal(text: string, { decimal, group }: NumberMarks): string {
  if (decimal === '.' && group === '') return text;
  const [point, between] = [markPattern(decimal), markPattern(group)];
  const fraction = `(?:${point}\\d*)?`;
  const grouped = group === '' ? '' : `[1-9]\\d{0,2}(?:${between}\\d{3})+${fraction}|`;
  const exponent = group === '' ? '(?:[eE][+-]?\\d+)?' : '';
  const pattern = new RegExp(`^[+-]?(?:${grouped}\\d+${fraction}${exponent}|${point}\\d+${exponent})$`);
  if (!pattern.test(text)) return 'no number';
  const whole = group === '' ? text : text.replaceAll(new RegExp(between, 'g'), '');
  return whole.replace(decimal, '.');
}

function numberFault(written: string, marks: NumberMarks): 'number' | 'range' | undefined {
  const text = plainDecimal(written, marks);
  const match = /^[+-]?(\d*)(?:(\.)(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return 'number';
  const [, whole = '', point, fraction = '', exponent] = match;
  if (whole === '' && fraction === '') return 'number';
  const value = Number(text);
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return 'number';
  if (Math.abs(value) > 1e150) return 'range';
  if (value === 0 && /[1-9]/.test(whole + fraction)) return 'range';
  const isInteger = point === undefined && exponent === undefined;
  return isInteger && BigInt(whole) !== BigInt(Math.abs(value)) ? 'range' : undefined;
}

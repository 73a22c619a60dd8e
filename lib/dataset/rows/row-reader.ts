import { parseNumbersCell } from '../../columns/file-kinds.ts';
import type { GapTexts } from '../../columns/gaps.ts';
import { fastDecimal, readDecimal } from '../../columns/numeric/decimal.ts';
import type { CellVerdict } from '../../columns/reading.ts';
import { RefusedFileError } from '../../errors.ts';
import { shown, unsafeCharacter } from '../../text-safety.ts';
import type { RejectionCode } from '../csv/codes.ts';
import { type CsvScanner, fieldText } from '../csv/csv-scanner.ts';
import type { IngestLimits } from '../csv/limits.ts';
import type { OversizeVerdict } from '../csv/oversize-record.ts';
import { decodeUtf8 } from '../csv/utf8.ts';
import { FAULTY_CODE, FAULTY_NUMBER } from '../kernels/row-kernel.ts';
import type { CellHooks } from '../kernels/table-kernel.ts';
import { anotherLabel } from './another-label.ts';
import { ABSENT } from './category-table.ts';
import { checkNumericLabel, isZeroLed, numberLabel } from './numeric-label.ts';
import { type Rejection, shortened } from './rejects-writer.ts';
import type { NumbersFeature, RowGroup, TextsFeature } from './row-group.ts';

const MISSING = -1;
const ZERO = 0x30;
const NINE = 0x39;
/** Stands for a code when the cell is faulty; #fault then says why. */
const FAULTY = FAULTY_CODE;

/**
 * Takes faults: a row's first faulty cell, for which it is rejected, and the other faulty numbers of that
 * row.
 */
export interface Rejections {
  add(rejection: Rejection): void;
  addCell(cell: Rejection): void;
  /** Called for an integer of a column or label of numbers that begins with a zero, as codes do. */
  noteCode(column: string, text: string): void;
}

/**
 * Validates scanned records and writes the good ones into a row group. A row has one verdict, its first fault
 * in this order: a size limit, the number of fields, numbers, categories (each in file order), the label. The
 * label comes last so that a class exists only if a row with it was otherwise good.
 */
export class RowReader {
  readonly #group: RowGroup;
  readonly #names: readonly string[];
  readonly #limits: IngestLimits;
  readonly #otherLabels: readonly string[];
  readonly #rejections: Rejections;
  readonly #numeric: readonly NumbersFeature[];
  readonly #categorical: readonly TextsFeature[];
  readonly #textsOf = new Map<number, TextsFeature>();
  readonly #numbersOf = new Map<number, NumbersFeature>();
  readonly #missing: readonly Uint8Array[];
  /** Whether a text that looks like a number may mean "missing", as -999 often does. */
  readonly #hasNumericTokens: boolean;
  #fault: RejectionCode = 'number';
  #unquoted = new Uint8Array(256);

  constructor(
    group: RowGroup,
    names: readonly string[],
    gaps: GapTexts,
    limits: IngestLimits,
    rejections: Rejections,
    otherLabels: readonly string[] = [],
  ) {
    this.#otherLabels = otherLabels;
    this.#group = group;
    this.#names = names;
    this.#limits = limits;
    this.#rejections = rejections;
    const inFileOrder = [...group.features, ...group.watched].toSorted((a, b) => a.fileColumn - b.fileColumn);
    this.#numeric = inFileOrder.filter((feature) => feature.storage === 'numbers');
    this.#categorical = inFileOrder.filter((feature) => feature.storage === 'texts');
    for (const feature of [...this.#categorical, group.label]) this.#textsOf.set(feature.fileColumn, feature);
    for (const feature of this.#numeric) this.#numbersOf.set(feature.fileColumn, feature);
    this.#missing = gaps.numbers.map((token) => new TextEncoder().encode(token));
    this.#hasNumericTokens = gaps.numbers.some((token) => 'value' in readDecimal(token));
  }

  /**
   * Reads the scanner's records from number `from` on, until the row group is full.
   *
   * @returns the number of the first record not read
   * @throws RefusedFileError `cardinality` when a column has too many distinct texts
   */
  read(scan: CsvScanner, bytes: Uint8Array, from: number): number {
    const { capacity } = this.#group;
    const width = this.#names.length;
    const { recordFirst, oversize } = scan;
    const hasOversize = oversize.size > 0;
    let record = from;
    for (; record < scan.records && this.#group.rows < capacity; record++) {
      const first = recordFirst[record]!;
      if (hasOversize && oversize.has(record)) this.rejectOversize(oversize.get(record)!);
      else if (recordFirst[record + 1]! - first !== width) this.#rejectWidth(scan, record);
      else if (this.#readRow(scan, bytes, record, first)) this.#group.rows++;
    }
    return record;
  }

  /**
   * Decides cells of plain records: bytes[start, end) of `bytes`, without quotes, in a column of the file.
   */
  hooksOn(bytes: Uint8Array): CellHooks {
    return {
      number: (column, start, end) => {
        const feature = this.#numbersOf.get(column)!;
        const verdict = this.#parse(bytes.subarray(start, end), feature);
        return 'value' in verdict ? verdict.value : FAULTY_NUMBER;
      },
      category: (column, start, end) =>
        // Quoted cells keep their spaces, others lose them. Only the scanner can tell which this cell is.
        isPadded(bytes, start, end) ? FAULTY : this.#lookUp(bytes, start, end, this.#textsOf.get(column)!),
    };
  }

  /** Rejects a record of which only the verdict is known. */
  rejectOversize({ line, code, column, prefix }: OversizeVerdict): void {
    const name = column < 0 ? '' : (this.#names[column] ?? '');
    this.#rejections.add({
      line,
      column: name,
      code,
      value: shortened(`${new TextDecoder().decode(prefix)}…`),
    });
  }

  #rejectWidth(scan: CsvScanner, record: number): void {
    const fields = scan.recordFirst[record + 1]! - scan.recordFirst[record]!;
    const value = `${fields} fields instead of ${this.#names.length}`;
    this.#rejections.add({ line: scan.recordLine[record]!, column: '', code: 'width', value });
  }

  #readRow(scan: CsvScanner, bytes: Uint8Array, record: number, first: number): boolean {
    const { starts, ends } = scan;
    const row = this.#group.rows;
    const numeric = this.#numeric;
    for (let i = 0; i < numeric.length; i++) {
      const feature = numeric[i]!;
      const field = first + feature.fileColumn;
      const isFast = feature.isPlain && !this.#hasNumericTokens && !beginsLikeCode(bytes, starts[field]!);
      const value = isFast ? fastDecimal(bytes, starts[field]!, ends[field]!) : Number.NaN;
      if (value >= feature.min && value <= feature.max) feature.values[row] = value;
      else if (!this.#readNumber(scan, bytes, field, feature, row))
        return this.#rejectNumbers(scan, bytes, record, i);
    }
    const categorical = this.#categorical;
    for (let i = 0; i < categorical.length; i++) {
      const feature = categorical[i]!;
      const code = this.#codeOf(scan, bytes, first + feature.fileColumn, feature);
      if (code === FAULTY) return this.#rejectCell(scan, bytes, record, feature.fileColumn);
      feature.codes[row] = code;
    }
    const { fileColumn, codes } = this.#group.label;
    const label = this.#codeOf(scan, bytes, first + fileColumn, this.#group.label);
    if (label < 0) {
      this.#fault = 'label';
      return this.#rejectCell(scan, bytes, record, fileColumn);
    }
    codes[row] = label;
    return true;
  }

  /**
   * Reads what the fast path leaves: gaps, long and unusual decimals, values to check against bounds, and
   * text that is no number.
   */
  #readNumber(
    scan: CsvScanner,
    bytes: Uint8Array,
    field: number,
    feature: NumbersFeature,
    row: number,
  ): boolean {
    const verdict = this.#parse(fieldBytes(scan, bytes, field), feature);
    if ('fault' in verdict) {
      this.#fault = verdict.fault;
      return false;
    }
    this.#fault = 'range';
    feature.values[row] = verdict.value;
    return Number.isNaN(verdict.value) || (verdict.value >= feature.min && verdict.value <= feature.max);
  }

  /** Value of a cell, NaN where it is missing. A column that is only watched has no faulty cell. */
  #parse(cell: Uint8Array, feature: NumbersFeature): CellVerdict {
    const bytes = withoutPadding(cell);
    if (bytes.length === 0 || this.#isMissingToken(bytes, 0, bytes.length)) return { value: Number.NaN };
    const text = decodeUtf8(bytes);
    if (feature.isPlain && !feature.isWatched && isZeroLed(text))
      this.#rejections.noteCode(feature.name, text);
    const verdict = parseNumbersCell(text, feature.plan);
    return 'fault' in verdict && feature.isWatched ? { value: Number.NaN } : verdict;
  }

  #isMissingToken(bytes: Uint8Array, start: number, end: number): boolean {
    for (const token of this.#missing) if (equals(token, bytes, start, end)) return true;
    return false;
  }

  #codeOf(scan: CsvScanner, bytes: Uint8Array, field: number, feature: TextsFeature): number {
    const start = scan.starts[field]!;
    const end = scan.ends[field]!;
    if (start === end) return MISSING;
    if (scan.escapes[field]! > 0) {
      const length = this.#unquote(bytes, start, end, scan.grammar.quote);
      return this.#lookUp(this.#unquoted, 0, length, feature);
    }
    return this.#lookUp(bytes, start, end, feature);
  }

  #lookUp(bytes: Uint8Array, start: number, end: number, feature: TextsFeature): number {
    const { texts } = feature;
    const entry = texts.table.find(bytes, start, end);
    if (entry !== ABSENT) return entry < texts.firstCode ? MISSING : entry - texts.firstCode;
    if (texts.closed) {
      this.#fault = 'category';
      return FAULTY;
    }
    const isLabel = feature === this.#group.label;
    const text = isLabel ? decodeUtf8(bytes.subarray(start, end)) : '';
    if (isLabel && !this.#isLabel(text)) return FAULTY;
    if (feature.isNumberLabel) {
      if (isZeroLed(text)) this.#rejections.noteCode(feature.name, text);
      const label = numberLabel(text, feature.decimal);
      if (label !== text) return this.#lookUpText(label, feature);
    }
    this.#checkRoom(feature, isLabel);
    return texts.table.add(bytes, start, end) - texts.firstCode;
  }

  #lookUpText(text: string, feature: TextsFeature): number {
    const bytes = new TextEncoder().encode(text);
    return this.#lookUp(bytes, 0, bytes.length, feature);
  }

  #isLabel(text: string): boolean {
    if (unsafeCharacter(text) !== undefined || text.trim() === '') return false;
    return text.length <= this.#limits.nameCharacters || [...text].length <= this.#limits.nameCharacters;
  }

  #checkRoom({ texts, name, isNumberLabel }: TextsFeature, isLabel: boolean): void {
    const most = isLabel ? this.#limits.classes : this.#limits.categories;
    if (texts.size < most) return;
    if (isNumberLabel) {
      const values = Array.from({ length: texts.size }, (_, code) => texts.textOf(code));
      checkNumericLabel(name, new Set(values), 0, this.#otherLabels);
    }
    throw isLabel ? tooManyClasses(name, most, this.#otherLabels) : tooManyCategories(name, most);
  }

  /** Copies a field into #unquoted with doubled quotes undone, and returns its length. */
  #unquote(bytes: Uint8Array, start: number, end: number, quote: number): number {
    if (this.#unquoted.length < end - start) this.#unquoted = new Uint8Array(end - start);
    let length = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      this.#unquoted[length++] = byte;
      if (byte === quote) at++;
    }
    return length;
  }

  /**
   * Rejects a row for its number `from`, and notes the row's other faulty numbers: they show whether their
   * columns are numbers at all.
   */
  #rejectNumbers(scan: CsvScanner, bytes: Uint8Array, record: number, from: number): false {
    const columns = this.#numeric;
    this.#rejectCell(scan, bytes, record, columns[from]!.fileColumn);
    for (let i = from + 1; i < columns.length; i++) {
      const feature = columns[i]!;
      const field = scan.recordFirst[record]! + feature.fileColumn;
      if (!this.#readNumber(scan, bytes, field, feature, this.#group.rows))
        this.#rejections.addCell(this.#faultyCell(scan, bytes, record, feature.fileColumn));
    }
    return false;
  }

  #rejectCell(scan: CsvScanner, bytes: Uint8Array, record: number, column: number): false {
    this.#rejections.add(this.#faultyCell(scan, bytes, record, column));
    return false;
  }

  #faultyCell(scan: CsvScanner, bytes: Uint8Array, record: number, column: number): Rejection {
    const value = shortened(fieldText(scan, bytes, scan.recordFirst[record]! + column));
    return { line: scan.recordLine[record]!, column: this.#names[column]!, code: this.#fault, value };
  }
}

/** Bytes of one field, with doubled quotes undone. */
function fieldBytes(scan: CsvScanner, bytes: Uint8Array, field: number): Uint8Array {
  if (scan.escapes[field]! > 0) return new TextEncoder().encode(fieldText(scan, bytes, field));
  return bytes.subarray(scan.starts[field]!, scan.ends[field]!);
}

/** Whether a zero and a digit begin at an offset. Behind a field there is no digit. */
const beginsLikeCode = (bytes: Uint8Array, at: number) =>
  bytes[at] === ZERO && bytes[at + 1]! >= ZERO && bytes[at + 1]! <= NINE;

const isBlank = (byte: number | undefined) => byte === 0x20 || byte === 0x09;
const isPadded = (bytes: Uint8Array, start: number, end: number) =>
  isBlank(bytes[start]) || isBlank(bytes[end - 1]);

function withoutPadding(bytes: Uint8Array): Uint8Array {
  let [from, to] = [0, bytes.length];
  while (from < to && isBlank(bytes[from])) from++;
  while (to > from && isBlank(bytes[to - 1])) to--;
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
}

function tooManyClasses(name: string, most: number, others: readonly string[]): RefusedFileError {
  return new RefusedFileError(
    'cardinality',
    `the label ${shown(name)} has more than ${most} different values; expected a few classes, each with many rows`,
    { fix: anotherLabel(others) },
  );
}

function tooManyCategories(name: string, most: number): RefusedFileError {
  return new RefusedFileError(
    'cardinality',
    `column ${shown(name)}: expected at most ${most} categories, got more`,
    { fix: `leave it out: "ignore": [${JSON.stringify(name)}] in schema.json` },
  );
}

function equals(token: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (token.length !== end - start) return false;
  for (let i = 0; i < token.length; i++) if (token[i] !== bytes[start + i]) return false;
  return true;
}

import { fastDecimal, readDecimal } from '../../columns/numeric/decimal.ts';
import { RefusedFileError } from '../../errors.ts';
import { shown, unsafeCharacter } from '../../text-safety.ts';
import type { RejectionCode } from '../csv/codes.ts';
import type { CsvScanner } from '../csv/csv-scanner.ts';
import type { IngestLimits } from '../csv/limits.ts';
import type { OversizeVerdict } from '../csv/oversize-record.ts';
import { decodeUtf8 } from '../csv/utf8.ts';
import { FAULTY_CODE, FAULTY_NUMBER } from '../kernels/row-kernel.ts';
import type { CellHooks } from '../kernels/table-kernel.ts';
import { ABSENT } from './category-table.ts';
import { type Rejection, shortened } from './rejects-writer.ts';
import type { NumbersFeature, RowGroup, TextColumn, TextsFeature } from './row-group.ts';
import { cellText } from './sample.ts';

const MISSING = -1;
/** Instead of a code: the cell is at fault, and #fault says why. */
const FAULTY = FAULTY_CODE;

/**
 * Validates scanned records and writes the good ones into a row group. A row has one verdict, its first fault in this order: a
 * size limit, the number of fields, numbers, categories (each in file order), the label. The label comes last so that a class
 * exists only where a row with it was otherwise good.
 */
export class RowReader {
  readonly #group: RowGroup;
  readonly #names: readonly string[];
  readonly #limits: IngestLimits;
  readonly #reject: (rejection: Rejection) => void;
  readonly #numeric: readonly NumbersFeature[];
  readonly #categorical: readonly TextsFeature[];
  readonly #textsOf = new Map<number, TextsFeature>();
  readonly #missing: readonly Uint8Array[];
  /** Whether a text that looks like a number may mean "missing", as -999 often does. */
  readonly #hasNumericTokens: boolean;
  #fault: RejectionCode = 'number';
  #unquoted = new Uint8Array(256);

  constructor(
    group: RowGroup,
    names: readonly string[],
    missingTokens: readonly string[],
    limits: IngestLimits,
    reject: (rejection: Rejection) => void,
  ) {
    this.#group = group;
    this.#names = names;
    this.#limits = limits;
    this.#reject = reject;
    const inFileOrder = group.features.toSorted((a, b) => a.fileColumn - b.fileColumn);
    this.#numeric = inFileOrder.filter((feature) => feature.storage === 'numbers');
    this.#categorical = inFileOrder.filter((feature) => feature.storage === 'texts');
    for (const feature of [...this.#categorical, group.label]) this.#textsOf.set(feature.fileColumn, feature);
    this.#missing = missingTokens.map((token) => new TextEncoder().encode(token));
    this.#hasNumericTokens = missingTokens.some((token) => 'value' in readDecimal(token));
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

  /** Decides cells of plain records: bytes[start, end) of `bytes`, quotes left out, in a column of the file. */
  hooksOn(bytes: Uint8Array): CellHooks {
    return {
      number: (_, start, end) => {
        if (this.#isMissingToken(bytes, start, end)) return Number.NaN;
        const verdict = readDecimal(decodeUtf8(bytes.subarray(start, end)));
        return 'value' in verdict ? verdict.value : FAULTY_NUMBER;
      },
      category: (column, start, end) => {
        const { texts, name } = this.#textsOf.get(column)!;
        return this.#lookUp(bytes, start, end, texts, name);
      },
    };
  }

  /** Rejects a record of which only the verdict is known. */
  rejectOversize({ line, code, column, prefix }: OversizeVerdict): void {
    const name = column < 0 ? '' : (this.#names[column] ?? '');
    this.#reject({ line, column: name, code, value: shortened(`${new TextDecoder().decode(prefix)}…`) });
  }

  #rejectWidth(scan: CsvScanner, record: number): void {
    const fields = scan.recordFirst[record + 1]! - scan.recordFirst[record]!;
    const value = `${fields} fields instead of ${this.#names.length}`;
    this.#reject({ line: scan.recordLine[record]!, column: '', code: 'width', value });
  }

  #readRow(scan: CsvScanner, bytes: Uint8Array, record: number, first: number): boolean {
    const { starts, ends } = scan;
    const row = this.#group.rows;
    const numeric = this.#numeric;
    for (let i = 0; i < numeric.length; i++) {
      const feature = numeric[i]!;
      const field = first + feature.fileColumn;
      const value = this.#hasNumericTokens ? Number.NaN : fastDecimal(bytes, starts[field]!, ends[field]!);
      if (value >= feature.min && value <= feature.max) feature.values[row] = value;
      else if (!this.#readNumber(scan, bytes, field, feature, row))
        return this.#rejectCell(scan, bytes, record, feature.fileColumn);
    }
    const categorical = this.#categorical;
    for (let i = 0; i < categorical.length; i++) {
      const feature = categorical[i]!;
      const code = this.#codeOf(scan, bytes, first + feature.fileColumn, feature.texts, feature.name);
      if (code === FAULTY) return this.#rejectCell(scan, bytes, record, feature.fileColumn);
      feature.codes[row] = code;
    }
    const { fileColumn, name, texts, codes } = this.#group.label;
    const label = this.#codeOf(scan, bytes, first + fileColumn, texts, name);
    if (label < 0) {
      this.#fault = 'label';
      return this.#rejectCell(scan, bytes, record, fileColumn);
    }
    codes[row] = label;
    return true;
  }

  /** All that the fast path leaves: gaps, long and unusual decimals, bounds, and everything that is no number. */
  #readNumber(
    scan: CsvScanner,
    bytes: Uint8Array,
    field: number,
    feature: NumbersFeature,
    row: number,
  ): boolean {
    const start = scan.starts[field]!;
    const end = scan.ends[field]!;
    if (start === end || this.#isMissingToken(bytes, start, end)) {
      feature.values[row] = Number.NaN;
      return true;
    }
    const verdict = readDecimal(cellText(scan, bytes, field));
    if ('fault' in verdict) {
      this.#fault = verdict.fault;
      return false;
    }
    this.#fault = 'range';
    feature.values[row] = verdict.value;
    return verdict.value >= feature.min && verdict.value <= feature.max;
  }

  #isMissingToken(bytes: Uint8Array, start: number, end: number): boolean {
    for (const token of this.#missing) if (equals(token, bytes, start, end)) return true;
    return false;
  }

  #codeOf(scan: CsvScanner, bytes: Uint8Array, field: number, texts: TextColumn, name: string): number {
    const start = scan.starts[field]!;
    const end = scan.ends[field]!;
    if (start === end) return MISSING;
    if (scan.escapes[field]! > 0) {
      const length = this.#unquote(bytes, start, end, scan.grammar.quote);
      return this.#lookUp(this.#unquoted, 0, length, texts, name);
    }
    return this.#lookUp(bytes, start, end, texts, name);
  }

  #lookUp(bytes: Uint8Array, start: number, end: number, texts: TextColumn, name: string): number {
    const entry = texts.table.find(bytes, start, end);
    if (entry !== ABSENT) return entry < texts.firstCode ? MISSING : entry - texts.firstCode;
    if (texts.closed) {
      this.#fault = 'category';
      return FAULTY;
    }
    const isLabel = texts === this.#group.label.texts;
    if (isLabel && !this.#isLabel(decodeUtf8(bytes.subarray(start, end)))) return FAULTY;
    this.#checkRoom(texts, isLabel, name);
    return texts.table.add(bytes, start, end) - texts.firstCode;
  }

  #isLabel(text: string): boolean {
    if (unsafeCharacter(text) !== undefined || text.trim() === '') return false;
    return text.length <= this.#limits.nameCharacters || [...text].length <= this.#limits.nameCharacters;
  }

  #checkRoom(texts: TextColumn, isLabel: boolean, name: string): void {
    const most = isLabel ? this.#limits.classes : this.#limits.categories;
    if (texts.size < most) return;
    const message = isLabel
      ? `the label ${shown(name)} has more than ${most} different values; expected a few classes, each with many rows: name another label column in schema.json`
      : `column ${shown(name)}: expected at most ${most} categories, got more; list it under "ignore" in schema.json`;
    throw new RefusedFileError('cardinality', message);
  }

  /** Copies a field with doubled quotes undone into #unquoted, and gives its length. */
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

  #rejectCell(scan: CsvScanner, bytes: Uint8Array, record: number, column: number): false {
    const value = shortened(cellText(scan, bytes, scan.recordFirst[record]! + column));
    this.#reject({ line: scan.recordLine[record]!, column: this.#names[column]!, code: this.#fault, value });
    return false;
  }
}

function equals(token: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (token.length !== end - start) return false;
  for (let i = 0; i < token.length; i++) if (token[i] !== bytes[start + i]) return false;
  return true;
}

import { MAX_MAGNITUDE, readDecimal } from '../../columns/numeric/decimal.ts';
import type { IngestLimits } from '../csv/limits.ts';
import type { PlainRecords } from '../csv/record-feed.ts';
import { CACHE_SLOT_BYTES, CACHE_SLOTS, PROGRAM, PROGRAM_BYTES, STATE } from '../kernels/row-kernel.ts';
import { RECORD, RECORD_BYTES } from '../kernels/separator-kernel.ts';
import { STATE_AT } from '../kernels/table-memory.ts';
import type { NumbersFeature, RowGroup, TextsFeature } from './row-group.ts';
import type { TablePlan } from './table-plan.ts';

/** After this many plain rows in one call, records that are not plain count as rare exceptions. */
const MANY_ROWS = 32;
/** Records passed to the scanner at a time where nothing is plain. */
const MAX_HANDED_OVER = 1024;

/**
 * Reads plain records from text into a row group's columns, in WebAssembly. It stops before every other
 * record, which the strict scanner and the row reader then judge. What it accepts, they would accept with the
 * same values.
 */
export class PlainRows implements PlainRecords {
  /** Line feeds passed and blank records found by the last `read`. */
  lines = 0;
  blanks = 0;
  readonly #group: RowGroup;
  /** Positions in the index of records: after the last record read, and the end of the index. */
  #record = 0;
  #recordsEnd = 0;
  #handOver = 1;
  #bank: number;

  constructor(group: RowGroup, plan: TablePlan, limits: IngestLimits) {
    this.#group = group;
    this.#bank = group.bank;
    this.#writeState(plan, limits);
    this.#writePrograms();
  }

  /** Whether it can read a table: all numbers must be plain decimals. */
  static reads({ features, watched }: RowGroup): boolean {
    return [...features, ...watched].every((feature) => feature.storage === 'texts' || feature.isPlain);
  }

  /** Memory that the text must be in to be read. */
  get text(): Uint8Array {
    const { at, bytes } = this.#group.text;
    return this.#group.kernel.bytes.subarray(at, at + bytes);
  }

  #writeState(plan: TablePlan, limits: IngestLimits): void {
    const { kernel, text, capacity, features } = this.#group;
    const tokens = plan.gaps.numbers.flatMap((token) => {
      const verdict = readDecimal(token);
      return 'value' in verdict ? [verdict.value] : [];
    });
    kernel.doubles.set(tokens, text.tokensAt / 8);
    const put = (field: number, value: number) => {
      kernel.words[(STATE_AT + field) / 4] = value;
    };
    put(STATE.capacity, capacity);
    put(STATE.width4, 4 * plan.names.length);
    put(STATE.plainBytes, Math.min(limits.fieldBytes, limits.rowBytes));
    put(STATE.startsAt, text.startsAt);
    put(STATE.endsAt, text.endsAt);
    put(STATE.tokensAt, text.tokensAt);
    put(STATE.tokensEnd, text.tokensAt + 8 * tokens.length);
    const hasRange = features.some(
      (feature) =>
        feature.storage === 'numbers' && (Number.isFinite(feature.min) || Number.isFinite(feature.max)),
    );
    put(STATE.looksAgain, tokens.length > 0 || hasRange ? 1 : 0);
  }

  #writePrograms(): void {
    const { features, watched, label, kernel, text } = this.#group;
    const inFileOrder = [...features, ...watched].toSorted((a, b) => a.fileColumn - b.fileColumn);
    const numbers = inFileOrder.filter((feature) => feature.storage === 'numbers');
    const texts = [...inFileOrder.filter((feature) => feature.storage === 'texts'), label];
    for (const [i, feature] of numbers.entries())
      this.#writeNumber(text.numbersAt + i * PROGRAM_BYTES, feature);
    for (const [i, feature] of texts.entries()) {
      const cacheAt = text.cachesAt + i * CACHE_SLOTS * CACHE_SLOT_BYTES;
      this.#writeText(text.textsAt + i * PROGRAM_BYTES, feature, cacheAt, feature === label);
    }
    kernel.words[(STATE_AT + STATE.numbersAt) / 4] = text.numbersAt;
    kernel.words[(STATE_AT + STATE.numbersEnd) / 4] = text.numbersAt + numbers.length * PROGRAM_BYTES;
    kernel.words[(STATE_AT + STATE.textsAt) / 4] = text.textsAt;
    kernel.words[(STATE_AT + STATE.textsEnd) / 4] = text.textsAt + texts.length * PROGRAM_BYTES;
  }

  #writeNumber(at: number, { fileColumn, at: valuesAt, min, max }: NumbersFeature): void {
    const { words, doubles } = this.#group.kernel;
    words[(at + PROGRAM.field4) / 4] = 4 * fileColumn;
    words[(at + PROGRAM.valuesAt) / 4] = valuesAt;
    words[(at + PROGRAM.column) / 4] = fileColumn;
    doubles[(at + PROGRAM.min) / 8] = Math.max(min, -MAX_MAGNITUDE);
    doubles[(at + PROGRAM.max) / 8] = Math.min(max, MAX_MAGNITUDE);
  }

  #writeText(at: number, { fileColumn, at: codesAt }: TextsFeature, cacheAt: number, isLabel: boolean): void {
    const { words } = this.#group.kernel;
    words[(at + PROGRAM.field4) / 4] = 4 * fileColumn;
    words[(at + PROGRAM.valuesAt) / 4] = codesAt;
    words[(at + PROGRAM.column) / 4] = fileColumn;
    words[(at + PROGRAM.cacheAt) / 4] = cacheAt;
    words[(at + PROGRAM.isLabel) / 4] = isLabel ? 1 : 0;
  }

  /** Finds the records in text[from, to), which begins with one. */
  index(from: number, to: number): void {
    const { kernel, text } = this.#group;
    this.#record = text.recordsAt;
    this.#recordsEnd =
      to > from
        ? kernel.reading.index(text.at + from, text.at + to, text.placesAt, text.recordsAt)
        : text.recordsAt;
    this.#recordsEnd -= to > from ? RECORD_BYTES : 0;
  }

  /**
   * Continues from text[from], up to which the scanner read. False when no record in the index begins there.
   */
  seek(from: number): boolean {
    while (this.#record < this.#recordsEnd && this.next < from) this.#record += RECORD_BYTES;
    return this.next === from;
  }

  /** Offset of the record after the last one read. */
  get next(): number {
    return this.#endOf(this.#record);
  }

  #endOf(record: number): number {
    const { kernel, text } = this.#group;
    return kernel.words[kernel.words[(record + RECORD.end) / 4]! / 4]! + 1 - text.at;
  }

  /**
   * Reads rows into the group until the group is full, the index ends or a record is not plain. Returns the
   * number of rows.
   */
  read(): number {
    const { kernel } = this.#group;
    if (this.#bank !== this.#group.bank) {
      this.#bank = this.#group.bank;
      this.#writePrograms();
    }
    const { words } = kernel;
    const rowAt = (STATE_AT + STATE.row) / 4;
    const blanksAt = (STATE_AT + STATE.blanks) / 4;
    const linesBefore = words[(this.#record + RECORD.lines) / 4]!;
    words[rowAt] = this.#group.rows;
    words[blanksAt] = 0;
    this.#record = kernel.reading.readRows(this.#record, this.#recordsEnd);
    const rows = words[rowAt]! - this.#group.rows;
    this.#group.rows += rows;
    this.blanks = words[blanksAt]!;
    this.lines = words[(this.#record + RECORD.lines) / 4]! - linesBefore;
    this.#handOver = rows >= MANY_ROWS ? 1 : Math.min(MAX_HANDED_OVER, this.#handOver * 2);
    return rows;
  }

  /**
   * Offset up to which the scanner should read: a few records, or more where little is plain. Undefined when
   * the index is used up.
   */
  get handOverTo(): number | undefined {
    if (this.#record >= this.#recordsEnd) return undefined;
    return this.#endOf(Math.min(this.#recordsEnd, this.#record + this.#handOver * RECORD_BYTES));
  }
}

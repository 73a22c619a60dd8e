import { fastDecimal } from '../../columns/numeric/decimal.ts';
import type { ColumnSample } from '../../columns/reading.ts';
import { ABSENT, CategoryTable } from '../rows/category-table.ts';

const INITIAL_CELLS = 256;
const SPACE = 0x20;
const TAB = 0x09;

/**
 * Texts of one column in a sample of rows. Common decimals are kept as values and positions, because most
 * columns of numbers need no more to be judged. Their texts are created on request.
 */
export class ColumnTexts implements ColumnSample {
  rows = 0;
  plainCells = 0;
  hasLeadingZeros = false;
  /** The bytes that the positions of decimals refer to. */
  readonly #bytes: Uint8Array;
  #values = new Float64Array(INITIAL_CELLS);
  #starts = new Int32Array(INITIAL_CELLS);
  #ends = new Int32Array(INITIAL_CELLS);
  readonly #others = new CountedTexts();
  #all: CountedTexts | undefined;

  /** @param bytes the sample's text; it must not change while texts are requested */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get plainValues(): Float64Array {
    return this.#values.subarray(0, this.plainCells);
  }

  get others() {
    return this.#others;
  }

  get texts() {
    this.#all ??= this.#withDecimals();
    return this.#all;
  }

  countOfText(text: string): number {
    const isDecimal = this.plainCells > 0 && !Number.isNaN(Number(text));
    return (isDecimal ? this.texts : this.#others).countOfText(text);
  }

  /** Adds the cell bytes[start, end) of the sample's text, without quotes. */
  add(cellStart: number, cellEnd: number): void {
    this.rows++;
    let start = cellStart;
    let end = cellEnd;
    while (start < end && isBlank(this.#bytes[start]!)) start++;
    while (end > start && isBlank(this.#bytes[end - 1]!)) end--;
    const value = fastDecimal(this.#bytes, start, end);
    if (Number.isNaN(value)) {
      this.#others.add(this.#bytes, start, end);
      return;
    }
    if (this.plainCells === this.#values.length) this.#grow();
    this.hasLeadingZeros ||= isZeroLed(this.#bytes, start, end);
    this.#values[this.plainCells] = value;
    this.#starts[this.plainCells] = start;
    this.#ends[this.plainCells++] = end;
  }

  /** Adds a cell whose text differs from the bytes of the sample. */
  addText(text: string): void {
    this.rows++;
    const bytes = new TextEncoder().encode(withoutBlanks(text));
    this.#others.add(bytes, 0, bytes.length);
  }

  #withDecimals(): CountedTexts {
    const all = new CountedTexts();
    for (let i = 0; i < this.plainCells; i++) all.add(this.#bytes, this.#starts[i]!, this.#ends[i]!);
    all.addAll(this.#others);
    return all;
  }

  #grow(): void {
    const values = new Float64Array(2 * this.#values.length);
    values.set(this.#values);
    this.#values = values;
    this.#starts = doubled(this.#starts);
    this.#ends = doubled(this.#ends);
  }
}

const isBlank = (byte: number) => byte === SPACE || byte === TAB;

/**
 * A text without the spaces and tabs around it. Those inside of quotes are part of a text, and no part of a
 * number, a date or a gap.
 */
export function withoutBlanks(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Distinct texts, and how often each occurs. */
class CountedTexts {
  readonly #table = new CategoryTable();
  readonly #counts: number[] = [];

  get size(): number {
    return this.#table.size;
  }

  textOf(index: number): string {
    return this.#table.textOf(index);
  }

  countOf(index: number): number {
    return this.#counts[index]!;
  }

  countOfText(text: string): number {
    const bytes = new TextEncoder().encode(text);
    const index = this.#table.find(bytes, 0, bytes.length);
    return index === ABSENT ? 0 : this.#counts[index]!;
  }

  add(bytes: Uint8Array, start: number, end: number, count = 1): void {
    const known = this.#table.find(bytes, start, end);
    if (known === ABSENT) {
      this.#table.add(bytes, start, end);
      this.#counts.push(count);
    } else this.#counts[known]! += count;
  }

  addAll(other: CountedTexts): void {
    for (let i = 0; i < other.size; i++) {
      const bytes = other.#table.bytesOf(i);
      this.add(bytes, 0, bytes.length, other.countOf(i));
    }
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

const [MINUS, POINT, ZERO, NINE] = [0x2d, 0x2e, 0x30, 0x39];

/** Whether a decimal without a fraction begins with a superfluous zero. */
function isZeroLed(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] === MINUS ? start + 1 : start;
  if (bytes[first] !== ZERO || first + 1 >= end) return false;
  const next = bytes[first + 1]!;
  return next >= ZERO && next <= NINE && !bytes.subarray(start, end).includes(POINT);
}

import { fastDecimal } from '../../columns/numeric/decimal.ts';
import type { ColumnSample } from '../../columns/reading.ts';
import { ABSENT, CategoryTable } from '../rows/category-table.ts';

/** The distinct texts of one column in a sample of rows, and how often each occurs. */
export class ColumnTexts implements ColumnSample {
  rows = 0;
  hasLeadingZeros = false;
  readonly #table = new CategoryTable();
  readonly #counts: number[] = [];
  readonly #decimals: number[] = [];

  get size(): number {
    return this.#table.size;
  }

  textOf(index: number): string {
    return this.#table.textOf(index);
  }

  countOf(index: number): number {
    return this.#counts[index]!;
  }

  decimalOf(index: number): number {
    return this.#decimals[index]!;
  }

  /** How often a text occurs. */
  countOfText(text: string): number {
    const bytes = new TextEncoder().encode(text);
    const index = this.#table.find(bytes, 0, bytes.length);
    return index === ABSENT ? 0 : this.#counts[index]!;
  }

  /** Adds a cell: bytes[start, end), without quotes. */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.rows++;
    const known = this.#table.find(bytes, start, end);
    if (known !== ABSENT) {
      this.#counts[known]!++;
      return;
    }
    this.#table.add(bytes, start, end);
    const value = fastDecimal(bytes, start, end);
    this.hasLeadingZeros ||= Number.isInteger(value) && isZeroLed(bytes, start, end);
    this.#counts.push(1);
    this.#decimals.push(value);
  }

  addText(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.add(bytes, 0, bytes.length);
  }
}

const [MINUS, ZERO, NINE] = [0x2d, 0x30, 0x39];

/** Whether a decimal without a fraction begins with a zero that it does not need. */
function isZeroLed(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] === MINUS ? start + 1 : start;
  if (bytes[first] !== ZERO || first + 1 >= end) return false;
  const next = bytes[first + 1]!;
  return next >= ZERO && next <= NINE && !bytes.subarray(start, end).includes(0x2e);
}

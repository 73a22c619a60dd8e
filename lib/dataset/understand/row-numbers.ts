import type { ColumnSample, ReadingContext } from '../../columns/reading.ts';

/** Fewer rows show nothing: in a small table any column of integers may be dense. */
const MIN_ROWS = 20;
/** Row numbers leave few gaps: their span is at most this many times the number of rows. */
const MAX_SPAN = 1.1;
/** Years are not row numbers. */
const FIRST_YEAR = 1000;
const LAST_YEAR = 2999;

/** The integers of a column: their number, range and whether all differ. */
export interface IntegerFacts {
  readonly rows: number;
  readonly isDistinct: boolean;
  readonly min: number;
  readonly max: number;
}

/**
 * Whether integers number the rows: all are distinct and they are dense. Integers from 1000 to 2999 may be
 * years, unless they begin at 0 or 1.
 */
export function areRowNumbers({ rows, isDistinct, min, max }: IntegerFacts): boolean {
  if (rows < MIN_ROWS || !isDistinct) return false;
  const mayBeYears = min >= FIRST_YEAR && max <= LAST_YEAR;
  return !mayBeYears && max - min < MAX_SPAN * rows;
}

/** The integers of a sample; undefined when a cell is missing or not an integer. */
export function sampledIntegers(sample: ColumnSample, { gaps }: ReadingContext): IntegerFacts | undefined {
  const values = sample.plainValues;
  if (sample.rows === 0 || values.length < sample.rows || !values.every(Number.isSafeInteger))
    return undefined;
  if ([...gaps].some((text) => sample.countOfText(text) > 0)) return undefined;
  let min = values[0]!;
  let max = values[0]!;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { rows: sample.rows, isDistinct: new Set(values).size === values.length, min, max };
}

const PAGE_BITS = 65_536;
/** Maximum pages of marks, 32 MiB: integers that need more are not dense in any file within the limits. */
const MAX_PAGES = 4096;

/** Watches a column of numbers over the whole file: whether they are distinct integers, and how dense. */
export class RowNumberWatch {
  #rows = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #isPossible = true;
  /** Marks of the integers that occurred, by page. */
  readonly #pages = new Map<number, Uint8Array>();

  /** Adds the column's numbers of further rows, NaN where missing. */
  add(values: Float64Array): void {
    if (!this.#isPossible) return;
    for (const value of values) {
      if (!Number.isSafeInteger(value) || !this.#mark(value)) {
        this.#isPossible = false;
        this.#pages.clear();
        return;
      }
    }
    this.#rows += values.length;
  }

  /** Whether the column numbers all rows so far. */
  get numbersRows(): boolean {
    return (
      this.#isPossible &&
      areRowNumbers({ rows: this.#rows, isDistinct: true, min: this.#min, max: this.#max })
    );
  }

  /** @returns false when the integer occurred before, or the marks take too much memory */
  #mark(value: number): boolean {
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    const page = Math.floor(value / PAGE_BITS);
    let marks = this.#pages.get(page);
    if (!marks) {
      if (this.#pages.size === MAX_PAGES) return false;
      marks = new Uint8Array(PAGE_BITS / 8);
      this.#pages.set(page, marks);
    }
    const bit = value - page * PAGE_BITS;
    const mask = 1 << (bit & 7);
    if (marks[bit >> 3]! & mask) return false;
    marks[bit >> 3]! |= mask;
    return true;
  }
}

/**
 * Numbers that are close to a guess, stored without loss: each as its difference from the guess, in units in
 * the last place of the guess. A number takes little more than one byte instead of eight.
 */
export interface PackedNumbers {
  /**
   * Per row the difference in units in the last place, or a mark: MISSING for NaN; ZERO, because zero has no
   * usable last place; LISTED when the number is far from its guess.
   */
  readonly steps: Int8Array;
  /** The listed rows, ascending, and their numbers. */
  readonly rows: Uint32Array;
  readonly values: Float64Array;
}

const MISSING = -128;
const ZERO = -127;
const LISTED = 127;
const MAX_STEPS = 126;
/** The bytes of a listed row, without its step. */
const LISTED_BYTES = 12;

/**
 * Packs numbers. Returns undefined when this would save less than half of their bytes. Every NaN is unpacked
 * as the canonical NaN.
 */
export function packNumbers(values: Float64Array, guess: (row: number) => number): PackedNumbers | undefined {
  const steps = new Int8Array(values.length);
  const rows: number[] = [];
  const maxListed = ((values.length / 2) * 8 - values.length) / LISTED_BYTES;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const step = stepOf(value, () => guess(row));
    steps[row] = step;
    if (step !== LISTED) continue;
    if (rows.push(row) > maxListed) return undefined;
  }
  return { steps, rows: Uint32Array.from(rows), values: Float64Array.from(rows, (row) => values[row]!) };
}

/**
 * The number of a row. The guess must be the one that it was packed with. Returns undefined when steps and
 * list do not fit each other.
 */
export function unpackNumber(
  { steps, rows, values }: PackedNumbers,
  row: number,
  guess: number,
): number | undefined {
  const step = steps[row]!;
  if (step === MISSING) return Number.NaN;
  if (step === ZERO) return 0;
  if (step !== LISTED) return guess + step * lastPlace(guess);
  const at = indexOfRow(rows, row);
  return at < 0 ? undefined : values[at]!;
}

/** Whether the list is valid: ascending rows that are marked as listed, each with a number. */
export function isPacked({ steps, rows, values }: PackedNumbers): boolean {
  if (rows.length !== values.length) return false;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row >= steps.length || steps[row] !== LISTED || (i > 0 && row <= rows[i - 1]!)) return false;
  }
  return true;
}

function stepOf(value: number, guess: () => number): number {
  if (Number.isNaN(value)) return MISSING;
  return Object.is(value, 0) ? ZERO : stepsFrom(guess(), value);
}

/** The exact number of steps from a guess to a value, or LISTED when there are too many. */
function stepsFrom(guess: number, value: number): number {
  const unit = lastPlace(guess);
  const step = (value - guess) / unit;
  const isExact =
    Number.isInteger(step) && Math.abs(step) <= MAX_STEPS && Object.is(guess + step * unit, value);
  return isExact ? step : LISTED;
}

const bits = new DataView(new ArrayBuffer(8));

/**
 * The unit in the last place of a double; NaN when it is too small to compute with, or when the value is not
 * finite.
 */
function lastPlace(value: number): number {
  bits.setFloat64(0, value);
  const exponent = (bits.getUint32(0) >>> 20) & 0x7ff;
  if (exponent <= 52 || exponent === 0x7ff) return Number.NaN;
  bits.setUint32(0, (exponent - 52) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** The index of a row in an ascending list, or -1. */
function indexOfRow(rows: Uint32Array, row: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (rows[middle] === row) return middle;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

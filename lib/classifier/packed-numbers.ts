/**
 * Numbers that are nearly known, without loss: by how many units in its last place each differs from a guess. Takes a byte
 * and a little per number instead of eight.
 */
export interface PackedNumbers {
  /** Per row the difference; or MISSING for NaN, ZERO, whose last place is nothing to count with, or LISTED for what is far from its guess. */
  readonly steps: Int8Array;
  /** Rows that are listed, ascending, and their numbers. */
  readonly rows: Uint32Array;
  readonly values: Float64Array;
}

const MISSING = -128;
const ZERO = -127;
const LISTED = 127;
const MOST_STEPS = 126;
/** Bytes of a listed row, beside its step. */
const LISTED_BYTES = 12;

/** Packs numbers; undefined where that would not save half of their bytes. Any NaN comes back as the usual one. */
export function packNumbers(values: Float64Array, guess: (row: number) => number): PackedNumbers | undefined {
  const steps = new Int8Array(values.length);
  const rows: number[] = [];
  const mostListed = ((values.length / 2) * 8 - values.length) / LISTED_BYTES;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const step = stepOf(value, () => guess(row));
    steps[row] = step;
    if (step !== LISTED) continue;
    if (rows.push(row) > mostListed) return undefined;
  }
  return { steps, rows: Uint32Array.from(rows), values: Float64Array.from(rows, (row) => values[row]!) };
}

/** The number of a row. The guess has to be the one that it was packed with; undefined where steps and list do not fit each other. */
export function unpackNumber(
  { steps, rows, values }: PackedNumbers,
  row: number,
  guess: number,
): number | undefined {
  const step = steps[row]!;
  if (step === MISSING) return Number.NaN;
  if (step === ZERO) return 0;
  if (step !== LISTED) return guess + step * lastPlace(guess);
  const at = placeOf(rows, row);
  return at < 0 ? undefined : values[at]!;
}

/** Whether the list is one: ascending rows that are marked as listed, each with a number. */
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

/** Steps from a guess to a value, exactly; LISTED where it takes too many. */
function stepsFrom(guess: number, value: number): number {
  const unit = lastPlace(guess);
  const step = (value - guess) / unit;
  const isExact =
    Number.isInteger(step) && Math.abs(step) <= MOST_STEPS && Object.is(guess + step * unit, value);
  return isExact ? step : LISTED;
}

const bits = new DataView(new ArrayBuffer(8));

/** A unit in the last place of a double; NaN where that is too small to count with, or the double is none. */
function lastPlace(value: number): number {
  bits.setFloat64(0, value);
  const exponent = (bits.getUint32(0) >>> 20) & 0x7ff;
  if (exponent <= 52 || exponent === 0x7ff) return Number.NaN;
  bits.setUint32(0, (exponent - 52) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** Where a row stands in an ascending list, or -1. */
function placeOf(rows: Uint32Array, row: number): number {
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

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/**
 * Longest fast-path text: 15 digits and a point. 15 digits are below 2^53, and 10^0 to 10^22 are exact
 * doubles. So one division of two exact doubles rounds once, correctly: Clinger, "How to Read Floating Point
 * Numbers Accurately", 1990, section 4.
 */
const FAST_LENGTH = 16;

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

const STRICT_DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const DIGITS_ONLY = /^[+-]?\d+$/;
const NONZERO_MANTISSA = /^[^eE]*[1-9]/;

/**
 * Largest accepted magnitude. Distances sum squares of differences over up to 1,000 columns in a double: (2 *
 * 1e150)^2 * 1000 = 4e303 stays below 1.8e308.
 */
export const MAX_MAGNITUDE = 1e150;

/**
 * A decimal's value, or the fault: `number` when it is not a decimal, `range` when a double cannot represent
 * it.
 */
export type DecimalVerdict = { readonly value: number } | { readonly fault: 'number' | 'range' };

/**
 * Reads the common form of a decimal (an optional minus, digits, perhaps a point and digits; at most 15
 * digits) from bytes[start, end). The result equals `Number()` of the text, with -0 as 0.
 *
 * @returns NaN for another form: it may still be a decimal, which `readDecimal` decides
 */
export function fastDecimal(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  if (first >= end || end - first > FAST_LENGTH) return Number.NaN;
  // Nine digits fit into a 32-bit integer, whose arithmetic is faster; the rest go into a second one.
  const middle = end - first > 9 ? first + 9 : end;
  let pointAt = -1;
  let high = 0;
  for (let at = first; at < middle; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >>> 0 <= 9) high = (Math.imul(high, 10) + digit) | 0;
    else if (digit === POINT - ZERO && pointAt < 0) pointAt = at;
    else return Number.NaN;
  }
  let low = 0;
  let lowDigits = 0;
  for (let at = middle; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >>> 0 <= 9) {
      low = (Math.imul(low, 10) + digit) | 0;
      lowDigits++;
    } else if (digit === POINT - ZERO && pointAt < 0) pointAt = at;
    else return Number.NaN;
  }
  if (pointAt < 0 && end - first === FAST_LENGTH) return Number.NaN;
  // readDecimal handles ".5" and "5.".
  if (pointAt === first || pointAt === end - 1) return Number.NaN;
  let value = lowDigits > 0 ? high * POWERS_OF_TEN[lowDigits]! + low : high;
  if (pointAt >= 0) value /= POWERS_OF_TEN[end - 1 - pointAt]!;
  // Subtracting keeps 0 for "-0"; negating would not.
  return negative ? 0 - value : value;
}

/**
 * Reads any strict decimal: optional sign, digits with an optional point that may be first or last, optional
 * exponent; ASCII only, no spaces, no separators.
 *
 * @returns the value equal to `Number(text)`, with -0 as 0; `number` for other text and for overflow of a
 *   double; `range` for underflow to 0, for an integer written in full that a double cannot hold exactly, and
 *   beyond MAX_MAGNITUDE
 */
export function readDecimal(text: string): DecimalVerdict {
  if (!STRICT_DECIMAL.test(text)) return { fault: 'number' };
  const value = Number(text) + 0;
  if (!Number.isFinite(value)) return { fault: 'number' };
  if (Math.abs(value) > MAX_MAGNITUDE) return { fault: 'range' };
  if (value === 0 && NONZERO_MANTISSA.test(text)) return { fault: 'range' };
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER && DIGITS_ONLY.test(text) && !isExact(text, value)) {
    return { fault: 'range' };
  }
  return { value };
}

// BigInt("+5") throws, unlike Number("+5").
const isExact = (text: string, value: number) => BigInt(text.replace('+', '')) === BigInt(value);

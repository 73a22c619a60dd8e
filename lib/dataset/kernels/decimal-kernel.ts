import {
  block,
  br_if,
  type Code,
  doWhile,
  F64,
  f64,
  get,
  I32,
  I64,
  i8x16,
  i16x8,
  i32,
  i32x4,
  i64,
  if_,
  increase,
  return_,
  select,
  set,
  tee,
  V128,
  v128,
} from '../../wasm/instructions.ts';
import { Locals, type WasmFunction } from '../../wasm/module.ts';
import {
  DECIMAL_VECTORS_AT,
  GAP_SHUFFLES_AT,
  LAST_BYTES_AT,
  POINT_POWERS_AT,
  POWERS_OF_FIVE_AT,
  POWERS_OF_TEN_AT,
} from './table-memory.ts';

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const SMALL_E = 0x65;
const NAN = f64.const(Number.NaN);

/** Integers up to this are exact doubles. */
const EXACT = 2n ** 53n;

/** Greatest exponent of a power of ten that is an exact double; the last in POWERS_OF_TEN. */
const EXACT_POWER = 22;

/** 19 digits are below 2^64. */
const MAX_DIGITS = 19;

/** Decimal exponents in the table of powers. No result is subnormal, because 1e-300 is not. */
const MIN_EXPONENT = -300;
const MAX_EXPONENT = 150;

const bytesOf = (byte: number) => new Array<number>(16).fill(byte);
const shortsOf = (...shorts: number[]) =>
  Array.from({ length: 16 }, (_, i) => (shorts[(i >> 1) % shorts.length]! >> (8 * (i & 1))) & 0xff);

/**
 * Vectors that are loaded from memory. V8 keeps no constant in a register across a loop that may call a hook,
 * and would build each anew with three instructions.
 */
const VECTORS = {
  zeros: bytesOf(ZERO),
  points: bytesOf((POINT - ZERO) & 0xff),
  /** What takes more than 9 to the highest bit. */
  toHighBit: bytesOf(0x80 - 10),
  lowBytes: shortsOf(0xff),
  tens: shortsOf(10),
  hundreds: shortsOf(100, 1),
  tenThousands: shortsOf(10_000, 1),
};

const vector = (name: keyof typeof VECTORS): Code =>
  v128.load(DECIMAL_VECTORS_AT + 16 * Object.keys(VECTORS).indexOf(name), i32.const(0));

/**
 * Code that reads the bytes [start, end) as a decimal of the common form: an optional minus, then at most 16
 * characters, digits with or without a point before the last of them, together at most 2^53. It leaves the
 * block around it with `otherwise` when they have another form.
 *
 * The characters are loaded so that they end a vector. A shuffle closes the gap of the point. Then neighbours
 * are added in pairs: 16 digits to 8 numbers below 100, 4 below 10^4, 2 below 10^8 (Lemire and Mula, "Number
 * parsing at a gigabyte per second", 2021, section 2). An integer up to 2^53 divided by a power of ten up to
 * 10^22 rounds once, so it is the nearest double: Clinger, "How to Read Floating Point Numbers Accurately",
 * 1990, section 4.
 */
export function shortDecimal(
  locals: Locals,
  start: number,
  end: number,
  value: number,
  otherwise: number,
): Code {
  const [minus, length, point] = locals.some(I32, 3);
  const [whole, sign] = locals.some(I64, 2);
  const digits = locals.one(V128);
  const row = (table: number, index: number) => v128.load(table, i32.shl(get(index), i32.const(4)));
  return [
    set(minus, i32.eq(i32.load8_u(0, get(start)), i32.const(MINUS))),
    set(length, i32.sub(i32.sub(get(end), get(start)), get(minus))),
    // No characters at all are too few: 0 - 1 wraps around, so this check covers them.
    br_if(otherwise, i32.gt_u(i32.sub(get(length), i32.const(1)), i32.const(15))),
    set(
      digits,
      v128.and(
        i8x16.sub(v128.load(0, i32.sub(get(end), i32.const(16))), vector('zeros')),
        row(LAST_BYTES_AT, length),
      ),
    ),
    // Offset of the point, or 16.
    set(point, i32.ctz(i32.or(i8x16.bitmask(i8x16.eq(get(digits), vector('points'))), i32.const(1 << 16)))),
    set(digits, i8x16.swizzle(get(digits), row(GAP_SHUFFLES_AT, point))),
    br_if(otherwise, i8x16.bitmask(i8x16.add_sat_u(get(digits), vector('toHighBit')))),
    // A lone point is also a point at the end, and is no number.
    br_if(otherwise, i32.eq(get(point), i32.const(15))),
    set(
      digits,
      i16x8.add(
        i16x8.mul(v128.and(get(digits), vector('lowBytes')), vector('tens')),
        i16x8.shr_u(get(digits), i32.const(8)),
      ),
    ),
    set(digits, i32x4.dot_i16x8_s(get(digits), vector('hundreds'))),
    set(digits, i32x4.dot_i16x8_s(i16x8.narrow_i32x4_u(get(digits), get(digits)), vector('tenThousands'))),
    set(
      whole,
      i64.add(
        i64.mul(i64.extend_i32_u(i32x4.extract_lane(0, get(digits))), i64.const(100_000_000n)),
        i64.extend_i32_u(i32x4.extract_lane(1, get(digits))),
      ),
    ),
    br_if(otherwise, i64.gt_u(get(whole), i64.const(EXACT))),
    // The sign of the integer: "-0" is 0, and there is no branch, which would often be mispredicted.
    set(sign, i64.sub(i64.const(0n), i64.extend_i32_u(get(minus)))),
    set(whole, i64.sub(i64.xor(get(whole), get(sign)), get(sign))),
    set(
      value,
      f64.div(f64.convert_i64_s(get(whole)), f64.load(POINT_POWERS_AT, i32.shl(get(point), i32.const(3)))),
    ),
  ];
}

/** shortDecimal(start, end): for tests; NaN for another form. */
export function shortDecimalFunction(): WasmFunction {
  const locals = new Locals(2);
  const value = locals.one(F64);
  const body = [set(value, NAN), block(shortDecimal(locals, 0, 1, value, 0)), get(value)];
  return { name: 'shortDecimal', parameters: [I32, I32], results: [F64], locals: locals.types, body };
}

/**
 * longDecimal(start, end): a decimal of up to 19 digits, with sign, point and exponent. NaN when it has
 * another form, is an integer above 2^53, or its exponent is far outside the accepted range: the row reader
 * then decides.
 *
 * Beyond Clinger's case it multiplies by a 128-bit approximation of the power of five: Lemire, "Number
 * Parsing at a Gigabyte per Second", 2021, section 5. Mushtak and Lemire, "Fast Number Parsing Without
 * Fallback", 2023, prove that this always suffices for 19 digits.
 */
export function longDecimalFunction(): WasmFunction {
  const [start, end] = [0, 1];
  const locals = new Locals(2);
  const [at, digit, minus, digits, pointAt, exponent, written, writtenMinus] = locals.some(I32, 8);
  const [significant, exponentFrom] = locals.some(I32, 2);
  const mantissa = locals.one(I64);
  const value = locals.one(F64);
  const peek = i32.load8_u(0, get(at));
  const fail = return_(NAN);
  const failIf = (condition: Code) => if_(condition, fail);
  const isMore = i32.lt_u(get(at), get(end));
  const skip = increase(at, i32.const(1));
  const sign = (local: number): Code =>
    if_(isMore, [
      set(local, i32.eq(peek, i32.const(MINUS))),
      if_(i32.or(get(local), i32.eq(peek, i32.const(PLUS))), skip),
    ]);
  const oneDigit: Code = [
    set(mantissa, i64.add(i64.mul(get(mantissa), i64.const(10n)), i64.extend_i32_u(get(digit)))),
    increase(digits, i32.const(1)),
    increase(significant, i32.eqz(i64.eqz(get(mantissa)))),
    set(exponent, i32.sub(get(exponent), i32.ne(get(pointAt), i32.const(0)))),
    failIf(i32.gt_u(get(significant), i32.const(MAX_DIGITS))),
  ];
  const isPoint = i32.and(i32.eq(peek, i32.const(POINT)), i32.eqz(get(pointAt)));
  const readDigits = block(
    doWhile(
      i32.const(1),
      br_if(1, i32.eqz(isMore)),
      if_(
        i32.lt_u(tee(digit, i32.sub(peek, i32.const(ZERO))), i32.const(10)),
        oneDigit,
        // Two levels up from within the branch is outside the block.
        [br_if(2, i32.eqz(isPoint)), set(pointAt, get(at))],
      ),
      skip,
    ),
  );
  const readExponent = if_(isMore, [
    failIf(i32.ne(i32.or(peek, i32.const(0x20)), i32.const(SMALL_E))),
    skip,
    sign(writtenMinus),
    set(exponentFrom, get(at)),
    failIf(i32.eqz(isMore)),
    doWhile(
      isMore,
      failIf(i32.eqz(i32.lt_u(tee(digit, i32.sub(peek, i32.const(ZERO))), i32.const(10)))),
      set(written, i32.add(i32.mul(get(written), i32.const(10)), get(digit))),
      failIf(i32.gt_u(get(written), i32.const(9999))),
      skip,
    ),
    increase(exponent, select(i32.sub(i32.const(0), get(written)), get(written), get(writtenMinus))),
  ]);
  const powerAt = (exponentCode: Code) => f64.load(POWERS_OF_TEN_AT, i32.shl(exponentCode, i32.const(3)));
  const isInteger = i32.eqz(i32.or(get(pointAt), get(exponentFrom)));
  const exactly = if_(
    i32.lt_u(i32.add(get(exponent), i32.const(EXACT_POWER)), i32.const(EXACT_POWER)),
    set(value, f64.div(f64.convert_i64_u(get(mantissa)), powerAt(i32.sub(i32.const(0), get(exponent))))),
    if_(
      i32.lt_u(get(exponent), i32.const(EXACT_POWER + 1)),
      set(value, f64.mul(f64.convert_i64_u(get(mantissa)), powerAt(get(exponent)))),
    ),
  );
  const body: Code = [
    set(at, get(start)),
    sign(minus),
    readDigits,
    failIf(i32.eqz(get(digits))),
    readExponent,
    if_(i64.eqz(get(mantissa)), return_(f64.const(0))),
    set(value, NAN),
    if_(i64.gt_u(get(mantissa), i64.const(EXACT)), failIf(isInteger), exactly),
    if_(f64.ne(get(value), get(value)), [
      failIf(
        i32.gt_u(i32.sub(get(exponent), i32.const(MIN_EXPONENT)), i32.const(MAX_EXPONENT - MIN_EXPONENT)),
      ),
      byPowerOfFive(locals, mantissa, exponent, value),
    ]),
    select(f64.neg(get(value)), get(value), get(minus)),
  ];
  return { name: 'longDecimal', parameters: [I32, I32], results: [F64], locals: locals.types, body };
}

/** Sets `value` to the double nearest to mantissa times 10^exponent. The mantissa is not 0. */
function byPowerOfFive(locals: Locals, mantissa: number, exponent: number, value: number): Code {
  const [zeros, factor, high, low, secondHigh, scratch, rounded, power] = locals.some(I64, 8);
  const entry = i32.shl(i32.sub(get(exponent), i32.const(MIN_EXPONENT)), i32.const(4));
  const shiftOf = i64.add(get(scratch), i64.const(64n - 52n - 3n));
  return [
    set(zeros, i64.clz(get(mantissa))),
    set(factor, i64.shl(get(mantissa), get(zeros))),
    product(locals, factor, i64.load(POWERS_OF_FIVE_AT, entry), high, low),
    // The lower 9 bits of the upper half decide the rounding. Unless they are all ones, the lower half cannot
    // change it.
    if_(i64.eq(i64.and(get(high), i64.const(0x1ffn)), i64.const(0x1ffn)), [
      product(locals, factor, i64.load(POWERS_OF_FIVE_AT + 8, entry), secondHigh, scratch),
      set(low, i64.add(get(low), get(secondHigh))),
      if_(i64.lt_u(get(low), get(secondHigh)), set(high, i64.add(get(high), ONE))),
    ]),
    set(scratch, i64.shr_u(get(high), i64.const(63n))),
    set(rounded, i64.shr_u(get(high), shiftOf)),
    // floor(log2(10^exponent)), for which this formula is right for all exponents of doubles, and the bias.
    set(
      power,
      i64.sub(
        i64.add(
          i64.add(
            i64.shr_s(
              i64.mul(i64.extend_i32_s(get(exponent)), i64.const(152_170n + 65_536n)),
              i64.const(16n),
            ),
            i64.const(63n + 1023n),
          ),
          get(scratch),
        ),
        get(zeros),
      ),
    ),
    // Exactly between two doubles: round to the even one. Only these exponents allow it, because 5^23 has
    // more than 53 bits.
    if_(
      i32.and(
        i32.and(
          i64.lt_u(get(low), i64.const(2n)),
          i32.lt_u(i32.add(get(exponent), i32.const(4)), i32.const(28)),
        ),
        i32.and(
          i64.eq(i64.and(get(rounded), i64.const(3n)), ONE),
          i64.eq(i64.shl(get(rounded), shiftOf), get(high)),
        ),
      ),
      set(rounded, i64.and(get(rounded), i64.const(-2n))),
    ),
    set(rounded, i64.shr_u(i64.add(get(rounded), i64.and(get(rounded), ONE)), ONE)),
    // Adding the leading bit's carry to the exponent rounds up to the next power of two.
    set(
      value,
      f64.reinterpret_i64(
        i64.add(i64.sub(get(rounded), i64.const(1n << 52n)), i64.shl(get(power), i64.const(52n))),
      ),
    ),
  ];
}

const ONE = i64.const(1n);

/** 128-bit product of a local and `b`, from the four products of their halves. */
function product(locals: Locals, a: number, b: Code, high: number, low: number): Code {
  const [other, middle, lows] = locals.some(I64, 3);
  const lower = (local: number) => i64.and(get(local), i64.const(0xffffffffn));
  const upper = (local: number) => i64.shr_u(get(local), i64.const(32n));
  return [
    set(other, b),
    set(lows, i64.mul(lower(a), lower(other))),
    set(middle, i64.add(i64.mul(upper(a), lower(other)), upper(lows))),
    set(low, i64.add(i64.mul(lower(a), upper(other)), lower(middle))),
    set(high, i64.add(i64.add(i64.mul(upper(a), upper(other)), upper(middle)), upper(low))),
    set(low, i64.or(i64.shl(get(low), i64.const(32n)), lower(lows))),
  ];
}

/** Writes the tables for these functions into a kernel's memory. */
export function writeDecimalTables(memory: ArrayBufferLike): void {
  const bytes = new Uint8Array(memory);
  for (let n = 0; n <= 16; n++) {
    bytes.fill(0xff, LAST_BYTES_AT + 16 * n + 16 - n, LAST_BYTES_AT + 16 * n + 16);
    // Without a digit in front, the first source byte is -1: out of range, for which a shuffle gives 0.
    for (let i = 0; i < 16; i++) bytes[GAP_SHUFFLES_AT + 16 * n + i] = n < 16 && i <= n ? i - 1 : i;
  }
  const powers = Float64Array.from({ length: EXACT_POWER + 1 }, (_, exponent) => Number(`1e${exponent}`));
  new Float64Array(memory, POWERS_OF_TEN_AT).set(powers);
  new Float64Array(memory, POINT_POWERS_AT).set([...powers.subarray(0, 16).toReversed(), 1]);
  bytes.set(Object.values(VECTORS).flat(), DECIMAL_VECTORS_AT);
  new BigUint64Array(memory, POWERS_OF_FIVE_AT).set(POWERS_OF_FIVE);
}

const POWERS_OF_FIVE = BigUint64Array.from(
  Array.from({ length: MAX_EXPONENT - MIN_EXPONENT + 1 }, (_, i) => leadingBits(i + MIN_EXPONENT)).flatMap(
    (bits) => [bits >> 64n, BigInt.asUintN(64, bits)],
  ),
);

/**
 * First 128 bits of 5^exponent, truncated. The inverses 5^-1 to 5^-27 are rounded up instead: a 64-bit
 * integer may be divisible by these powers of five, and exact quotients must come out exact: section 5 of the
 * paper.
 */
function leadingBits(exponent: number): bigint {
  const power = 5n ** BigInt(Math.abs(exponent));
  const length = BigInt(power.toString(2).length);
  if (exponent >= 0) return length > 128n ? power >> (length - 128n) : power << (128n - length);
  return (1n << (length + 127n)) / power + (exponent >= -27 ? 1n : 0n);
}

import {
  type Code,
  F64,
  f64,
  f64x2,
  get,
  I32,
  i8x16,
  i32,
  if_,
  increase,
  set,
  tee,
  V128,
  v128,
  whileDo,
} from '../../wasm/instructions.ts';
import { Locals, type WasmFunction } from '../../wasm/module.ts';
import {
  SKETCH_COUNTS_AT,
  SKETCH_MET_AT,
  SKETCH_PAGE_BYTES,
  SKETCH_PLACES_AT,
  STATE_AT,
} from './table-memory.ts';

/** Address of the results of `survey`: minimum, maximum, sum and number of missing values, all as doubles. */
export const SURVEY_AT = STATE_AT + 128;

/** Values per step: pairs in four accumulators, so that no addition waits for the previous one. */
const STEP = 8;

/** Shuffle that swaps a vector's two doubles. */
const SWAPPED = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** Runs the body for each step of values. The caller pads the last step with NaN. */
const eachStep = (at: number, end: number, body: readonly Code[]): Code =>
  whileDo(i32.lt_u(get(at), get(end)), [body, increase(at, i32.const(STEP * 8))]);

/** Adds accumulators in pairs, and then their two lanes. */
const total = ([a, b, c, d]: readonly number[], both: number): Code => [
  set(both, f64x2.add(f64x2.add(get(a!), get(b!)), f64x2.add(get(c!), get(d!)))),
  f64.add(f64x2.extract_lane(0, get(both)), f64x2.extract_lane(1, get(both))),
];

/**
 * survey(at, end): minimum, maximum, sum and number of missing values of the doubles in [at, end). NaN is
 * skipped.
 */
export function surveyFunction(): WasmFunction {
  const [at, end] = [0, 1];
  const locals = new Locals(2);
  const [min, max, missing, value, same, both] = locals.some(V128, 6);
  const sums = locals.some(V128, 4);
  const step = sums.map((sum, i) => [
    set(value, v128.load(16 * i, get(at))),
    set(min, f64x2.pmin(get(min), get(value))),
    set(max, f64x2.pmax(get(max), get(value))),
    set(same, f64x2.eq(get(value), get(value))),
    set(sum, f64x2.add(get(sum), v128.and(get(value), get(same)))),
    set(missing, f64x2.add(get(missing), v128.andnot(f64x2.splat(f64.const(1)), get(same)))),
  ]);
  const lanes = (local: number, choose: (...operands: Code[]) => Code) =>
    f64x2.extract_lane(0, choose(i8x16.shuffle(SWAPPED, get(local), get(local)), get(local)));
  const put = (index: number, value: Code) => f64.store(SURVEY_AT + 8 * index, i32.const(0), value);
  const body: Code = [
    set(min, f64x2.splat(f64.const(Number.POSITIVE_INFINITY))),
    set(max, f64x2.splat(f64.const(Number.NEGATIVE_INFINITY))),
    eachStep(at, end, step),
    put(0, lanes(min, f64x2.pmin)),
    put(1, lanes(max, f64x2.pmax)),
    put(2, total(sums, both)),
    put(3, f64.add(f64x2.extract_lane(0, get(missing)), f64x2.extract_lane(1, get(missing)))),
  ];
  return { name: 'survey', parameters: [I32, I32], results: [], locals: locals.types, body };
}

/** squares(at, end, mean): the sum of squared differences to the mean. NaN is skipped. */
export function squaresFunction(): WasmFunction {
  const [at, end, mean] = [0, 1, 2];
  const locals = new Locals(3);
  const [means, difference, both] = locals.some(V128, 3);
  const sums = locals.some(V128, 4);
  const step = sums.map((sum, i) => [
    set(difference, f64x2.sub(v128.load(16 * i, get(at)), get(means))),
    set(difference, v128.and(get(difference), f64x2.eq(get(difference), get(difference)))),
    set(sum, f64x2.add(get(sum), f64x2.mul(get(difference), get(difference)))),
  ]);
  const body: Code = [set(means, f64x2.splat(get(mean))), eachStep(at, end, step), total(sums, both)];
  return { name: 'squares', parameters: [I32, I32, F64], results: [F64], locals: locals.types, body };
}

/**
 * sketch(at, end): counts the doubles in [at, end) by sign, exponent and first 8 bits of mantissa, in pages
 * at SKETCH_COUNTS_AT, and returns the number of pages. The sign and exponent of each page are at
 * SKETCH_MET_AT. NaN is counted like any other.
 */
export function sketchFunction(): WasmFunction {
  const [at, end] = [0, 1];
  const locals = new Locals(2);
  const [high, page, place, pages] = locals.some(I32, 4);
  const scaled = (local: number) => i32.shl(get(local), i32.const(2));
  const newPage: Code = [
    set(page, i32.add(i32.const(SKETCH_COUNTS_AT), i32.mul(get(pages), i32.const(SKETCH_PAGE_BYTES)))),
    i32.store(SKETCH_PLACES_AT, get(place), get(page)),
    i32.store(SKETCH_MET_AT, scaled(pages), i32.shr_u(get(high), i32.const(20))),
    increase(pages, i32.const(1)),
  ];
  const count = (value: number): Code => [
    set(high, i32.load(8 * value + 4, get(at))),
    set(place, i32.and(i32.shr_u(get(high), i32.const(18)), i32.const(~3))),
    if_(i32.eqz(tee(page, i32.load(SKETCH_PLACES_AT, get(place)))), newPage),
    set(page, i32.add(get(page), i32.and(i32.shr_u(get(high), i32.const(10)), i32.const(0x3fc)))),
    i32.store(0, get(page), i32.add(i32.load(0, get(page)), i32.const(1))),
  ];
  const step = Array.from({ length: STEP }, (_, value) => count(value));
  const body: Code = [eachStep(at, end, step), get(pages)];
  return { name: 'sketch', parameters: [I32, I32], results: [I32], locals: locals.types, body };
}

/**
 * count(at, end, countsAt): counts the codes in [at, end), including -1. There are four 32-bit counts for
 * each code, from countsAt on; those of -1 are before. Four successive codes are counted apart, because an
 * addition to a count waits for the previous one.
 */
export function countFunction(): WasmFunction {
  const [at, end, counts] = [0, 1, 2];
  const locals = new Locals(3);
  const place = locals.one(I32);
  const countOne = (lane: number): Code => [
    set(place, i32.add(get(counts), i32.shl(i32.load(4 * lane, get(at)), i32.const(4)))),
    i32.store(4 * lane, get(place), i32.add(i32.load(4 * lane, get(place)), i32.const(1))),
  ];
  const body: Code = [
    whileDo(i32.lt_u(i32.add(get(at), i32.const(12)), get(end)), [
      [0, 1, 2, 3].map(countOne),
      increase(at, i32.const(16)),
    ]),
    whileDo(i32.lt_u(get(at), get(end)), [countOne(0), increase(at, i32.const(4))]),
  ];
  return { name: 'count', parameters: [I32, I32, I32], results: [], locals: locals.types, body };
}

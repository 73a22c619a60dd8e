import {
  SKETCH_COUNTS_AT,
  SKETCH_MET_AT,
  SKETCH_PAGE_BYTES,
  SKETCH_PLACES_AT,
  STATE_AT,
} from '../../wasm/memory-plan.ts';
import {
  type Code,
  F64,
  f64,
  get,
  I32,
  i32,
  Locals,
  set,
  tee,
  V128,
  v128,
  type WasmFunction,
  when,
  whileLoop,
} from '../../wasm/module.ts';

/** Where `survey` puts its findings: least, largest and sum as doubles, and how many values are missing, as a double too. */
export const SURVEY_AT = STATE_AT + 128;

/** Values per step: pairs in four accumulators, so that no addition has to wait for the one before. */
const STEP = 8;

const add = (local: number, value: number): Code => set(local, i32.add(get(local), i32.const(value)));

/** A vector's two doubles, exchanged. */
const SWAPPED = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** Values are taken in steps; the last one is filled up with NaN by the caller. */
const eachStep = (at: number, end: number, body: readonly Code[]): Code =>
  whileLoop(i32.below(get(at), get(end)), [...body.flat(), ...add(at, STEP * 8)]);

/** Adds accumulators in pairs, and then their two lanes. */
const total = ([a, b, c, d]: readonly number[], both: number): Code => [
  ...set(both, v128.addF64(v128.addF64(get(a!), get(b!)), v128.addF64(get(c!), get(d!)))),
  ...f64.add(v128.laneF64(0, get(both)), v128.laneF64(1, get(both))),
];

/** survey(at, end): least, largest, sum and number of missing ones of the doubles in [at, end), NaN passed over. */
export function surveyFunction(): WasmFunction {
  const [at, end] = [0, 1];
  const locals = new Locals(2);
  const [min, max, missing, value, same, both] = [0, 1, 2, 3, 4, 5].map(() => locals.of(V128)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const sums = [0, 1, 2, 3].map(() => locals.of(V128));
  const step = sums.map((sum, i) => [
    ...set(value, v128.load(16 * i, get(at))),
    ...set(min, v128.minF64(get(min), get(value))),
    ...set(max, v128.maxF64(get(max), get(value))),
    ...set(same, v128.equalF64(get(value), get(value))),
    ...set(sum, v128.addF64(get(sum), v128.and(get(value), get(same)))),
    ...set(missing, v128.addF64(get(missing), v128.andNot(v128.splatF64(f64.const(1)), get(same)))),
  ]);
  const lanes = (local: number, choose: (...operands: Code[]) => Code) =>
    v128.laneF64(0, choose(v128.shuffle(SWAPPED, get(local), get(local)), get(local)));
  const put = (index: number, value: Code) => f64.store(SURVEY_AT + 8 * index, i32.const(0), value);
  const body: Code = [
    ...set(min, v128.splatF64(f64.const(Number.POSITIVE_INFINITY))),
    ...set(max, v128.splatF64(f64.const(Number.NEGATIVE_INFINITY))),
    ...eachStep(at, end, step),
    ...put(0, lanes(min, v128.minF64)),
    ...put(1, lanes(max, v128.maxF64)),
    ...put(2, total(sums, both)),
    ...put(3, f64.add(v128.laneF64(0, get(missing)), v128.laneF64(1, get(missing)))),
  ];
  return { name: 'survey', parameters: [I32, I32], results: [], locals: locals.types, body };
}

/** squares(at, end, mean): the sum of squared differences to the mean, NaN passed over. */
export function squaresFunction(): WasmFunction {
  const [at, end, mean] = [0, 1, 2];
  const locals = new Locals(3);
  const [means, difference, both] = [locals.of(V128), locals.of(V128), locals.of(V128)];
  const sums = [0, 1, 2, 3].map(() => locals.of(V128));
  const step = sums.map((sum, i) => [
    ...set(difference, v128.subF64(v128.load(16 * i, get(at)), get(means))),
    ...set(difference, v128.and(get(difference), v128.equalF64(get(difference), get(difference)))),
    ...set(sum, v128.addF64(get(sum), v128.mulF64(get(difference), get(difference)))),
  ]);
  const body: Code = [
    ...set(means, v128.splatF64(get(mean))),
    ...eachStep(at, end, step),
    ...total(sums, both),
  ];
  return { name: 'squares', parameters: [I32, I32, F64], results: [F64], locals: locals.types, body };
}

/**
 * sketch(at, end): counts the doubles in [at, end) by sign, exponent and first 8 bits of mantissa in pages at SKETCH_COUNTS_AT, and
 * gives how many pages it took; what sign and exponent each page has, is at SKETCH_MET_AT. NaN is counted like any other.
 */
export function sketchFunction(): WasmFunction {
  const [at, end] = [0, 1];
  const locals = new Locals(2);
  const [high, page, place, pages] = [0, 1, 2, 3].map(() => locals.of(I32)) as [
    number,
    number,
    number,
    number,
  ];
  const scaled = (local: number) => i32.shl(get(local), i32.const(2));
  const newPage: Code = [
    ...set(page, i32.add(i32.const(SKETCH_COUNTS_AT), i32.mul(get(pages), i32.const(SKETCH_PAGE_BYTES)))),
    ...i32.store(SKETCH_PLACES_AT, get(place), get(page)),
    ...i32.store(SKETCH_MET_AT, scaled(pages), i32.shr(get(high), i32.const(20))),
    ...add(pages, 1),
  ];
  const count = (value: number): Code => [
    ...set(high, i32.load(8 * value + 4, get(at))),
    ...set(place, i32.and(i32.shr(get(high), i32.const(18)), i32.const(~3))),
    ...when(i32.eqz(tee(page, i32.load(SKETCH_PLACES_AT, get(place)))), newPage),
    ...set(page, i32.add(get(page), i32.and(i32.shr(get(high), i32.const(10)), i32.const(0x3fc)))),
    ...i32.store(0, get(page), i32.add(i32.load(0, get(page)), i32.const(1))),
  ];
  const step = Array.from({ length: STEP }, (_, value) => count(value));
  const body: Code = [...eachStep(at, end, step), ...get(pages)];
  return { name: 'sketch', parameters: [I32, I32], results: [I32], locals: locals.types, body };
}

/**
 * count(at, end, countsAt): counts the codes in [at, end), -1 among them: four 32-bit counts for each code, from countsAt on, and for
 * -1 before. Four codes in a row are counted apart, as an addition to a count has to wait for the one before.
 */
export function countFunction(): WasmFunction {
  const [at, end, counts] = [0, 1, 2];
  const locals = new Locals(3);
  const place = locals.of(I32);
  const countOne = (lane: number): Code => [
    ...set(place, i32.add(get(counts), i32.shl(i32.load(4 * lane, get(at)), i32.const(4)))),
    ...i32.store(4 * lane, get(place), i32.add(i32.load(4 * lane, get(place)), i32.const(1))),
  ];
  const body: Code = [
    ...whileLoop(i32.below(i32.add(get(at), i32.const(12)), get(end)), [
      ...[0, 1, 2, 3].flatMap(countOne),
      ...add(at, 16),
    ]),
    ...whileLoop(i32.below(get(at), get(end)), [...countOne(0), ...add(at, 4)]),
  ];
  return { name: 'count', parameters: [I32, I32, I32], results: [], locals: locals.types, body };
}

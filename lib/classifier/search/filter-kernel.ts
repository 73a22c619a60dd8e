import { compiled, wasmEngine } from '../../wasm/engine.ts';
import {
  type Code,
  doWhile,
  f64,
  f64x2,
  get,
  I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  if_,
  increase,
  set,
  V128,
  v128,
} from '../../wasm/instructions.ts';
import { assemble, Locals, type WasmFunction } from '../../wasm/module.ts';
import type { Metric } from './types.ts';

/** No sum of codes is larger. */
export const MAX_SUM = 2 ** 31 - 1;
/** Far more than the relative sum of all roundings of doubles between limits and sums. */
export const ROUNDINGS = 1 + 1e-9;

/** Rows whose codes are stored side by side. */
export const TILE_ROWS = 8;
/**
 * Bytes of one tile's codes for a pair of features: four rows to a vector, the pair side by side in each
 * 32-bit lane.
 */
const PAIR_BYTES = 2 * 16;
/** Up to this many pairs, a query's codes stay in registers during a pass over the rows. */
const REGISTER_PAIRS = 8;
/** With more pairs, this many are processed per turn. Codes are filled up with zeros to a multiple of it. */
const TURN_PAIRS = 4;

/** The exports of a filter's module, documented where each function is generated. */
export interface FilterFunctions {
  encode(
    tiles: number,
    rowsAt: number,
    codesAt: number,
    centresAt: number,
    scalesAt: number,
    extremesAt: number,
  ): void;
  survivors(
    from: number,
    to: number,
    codesAt: number,
    queryAt: number,
    maxSum: number,
    listAt: number,
  ): number;
}

/** Pairs of features in a tile, including the pairs of zeros that fill it up. */
export function pairsOf(dimension: number): number {
  const pairs = Math.ceil(dimension / 2);
  return pairs <= REGISTER_PAIRS ? pairs : Math.ceil(pairs / TURN_PAIRS) * TURN_PAIRS;
}

export function tileBytes(dimension: number): number {
  return pairsOf(dimension) * PAIR_BYTES;
}

/** With this bound, two codes differ by a 16-bit number, and 65,535 such differences sum to less than 2³¹. */
const LARGEST_CODE = 2 ** 14 - 1;

/**
 * The largest code. It keeps the sum over all features of two codes' differences, or of their squares, at
 * most MAX_SUM.
 */
export function largestCode(metric: Metric, dimension: number): number {
  if (metric === 'manhattan') return LARGEST_CODE;
  return Math.min(Math.floor(Math.sqrt(MAX_SUM / dimension) / 2), LARGEST_CODE);
}

/** The functions for a metric and dimension, on a memory. */
export function filterFunctions(metric: Metric, dimension: number, memory: object): FilterFunctions {
  const module = compiled(`filter ${metric} ${dimension}`, () =>
    assemble([
      encodeFunction(dimension, largestCode(metric, dimension)),
      survivorsFunction(metric, dimension),
    ]),
  );
  return new wasmEngine.Instance<FilterFunctions>(module, { env: { memory } }).exports;
}

/** When added to a double below 2⁵¹, leaves its nearest integer in the low bits. */
const ROUNDING = 1.5 * 2 ** 52;
/** The low 16 bits of the doubles of two vectors, as the first four 16-bit lanes. */
const LOW_LANES = [0, 1, 8, 9, 16, 17, 24, 25, 0, 0, 0, 0, 0, 0, 0, 0];
/** The first halves of two vectors. */
const FIRST_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/**
 * encode(tiles, rowsAt, codesAt, centresAt, scalesAt, extremesAt): writes the codes of whole tiles of rows,
 * which are row-major doubles.
 *
 * A code is (coordinate − centre) × scale, clamped to ±largestCode and rounded. The two doubles at extremesAt
 * are raised to the largest magnitudes before clamping, one for the even features and one for the odd ones.
 * Centres and scales are pairs of doubles. For an odd dimension the last scale is 0, so that a value read
 * beyond a row gives the code 0.
 */
function encodeFunction(dimension: number, maxCode: number): WasmFunction {
  const [tiles, rows, codes, centres, scales, extremesAt] = [0, 1, 2, 3, 4, 5];
  const locals = new Locals(6);
  const [row, pair, end] = locals.some(I32, 3);
  const [value, centre, scale, extremes] = locals.some(V128, 4);
  const [min, max, rounding] = locals.some(V128, 3);
  const both = (local: number, value: number) => set(local, f64x2.splat(f64.const(value)));
  const code = (index: number): Code => [
    set(value, v128.load(8 * dimension * index, get(row))),
    set(value, f64x2.mul(f64x2.sub(get(value), get(centre)), get(scale))),
    set(extremes, f64x2.pmax(get(extremes), f64x2.abs(get(value)))),
    f64x2.add(f64x2.pmax(get(min), f64x2.pmin(get(max), get(value))), get(rounding)),
  ];
  const two = (index: number) => i8x16.shuffle(LOW_LANES, code(index), code(index + 1));
  const four = (index: number) => i8x16.shuffle(FIRST_HALVES, two(index), two(index + 2));
  const pairs = Math.ceil(dimension / 2);
  const onePair: Code = [
    set(centre, v128.load(0, i32.add(get(centres), get(pair)))),
    set(scale, v128.load(0, i32.add(get(scales), get(pair)))),
    v128.store(0, get(codes), four(0)),
    v128.store(16, get(codes), four(4)),
    increase(codes, i32.const(PAIR_BYTES)),
    increase(row, i32.const(16)),
    increase(pair, i32.const(16)),
  ];
  const body: Code = [
    both(max, maxCode),
    both(min, -maxCode),
    both(rounding, ROUNDING),
    set(extremes, v128.load(0, get(extremesAt))),
    set(end, i32.const(16 * pairs)),
    doWhile(get(tiles), [
      set(row, get(rows)),
      set(pair, i32.const(0)),
      doWhile(i32.lt_u(get(pair), get(end)), onePair),
      increase(codes, i32.const(PAIR_BYTES * (pairsOf(dimension) - pairs))),
      increase(rows, i32.const(8 * TILE_ROWS * dimension)),
      increase(tiles, i32.const(-1)),
    ]),
    v128.store(0, get(extremesAt), get(extremes)),
  ];
  const parameters = [I32, I32, I32, I32, I32, I32];
  return { name: 'encode', parameters, results: [], locals: locals.types, body };
}

/** Code that sums the differences between the codes of a tile's rows and a query's. */
export interface TileSums {
  /** The locals of the sums, of four rows each. */
  readonly lower: number;
  readonly upper: number;
  /** Runs once per query. `query` holds the address of its codes. */
  readonly begin: Code;
  /** Sums the tile at the address in `at`, and moves `at` to the next tile. */
  readonly sum: Code;
}

/** @param query, at 32-bit integer locals */
export function tileSums(
  metric: Metric,
  dimension: number,
  locals: Locals,
  { query, at }: { readonly query: number; readonly at: number },
): TileSums {
  const pair = locals.one(I32);
  const [difference, lower, upper] = locals.some(V128, 3);
  const pairs = pairsOf(dimension);
  const isInRegisters = pairs <= REGISTER_PAIRS;
  const wanted = locals.some(V128, isInRegisters ? pairs : 1);
  const term: Code =
    metric === 'euclidean'
      ? i32x4.dot_i16x8_s(get(difference), get(difference))
      : i32x4.extadd_pairwise_i16x8_s(i16x8.abs(get(difference)));
  const addPair = (index: number, code: number): Code =>
    [lower, upper].map((sum, half) => [
      set(difference, i16x8.sub(v128.load(PAIR_BYTES * index + 16 * half, get(at)), get(code))),
      set(sum, i32x4.add(get(sum), term)),
    ]);
  const loadPair = (code: number, index: number, base: number): Code =>
    set(code, v128.load32_splat(4 * index, get(base)));
  const zero = v128.const(new Array<number>(16).fill(0));
  const clear: Code = [set(lower, zero), set(upper, zero)];
  if (isInRegisters) {
    return {
      lower,
      upper,
      begin: wanted.map((code, index) => loadPair(code, index, query)),
      sum: [
        clear,
        wanted.map((code, index) => addPair(index, code)),
        increase(at, i32.const(PAIR_BYTES * pairs)),
      ],
    };
  }
  const turn: Code = Array.from({ length: TURN_PAIRS }, (_, index) => [
    loadPair(wanted[0]!, index, pair),
    addPair(index, wanted[0]!),
  ]);
  const sum: Code = [
    clear,
    set(pair, get(query)),
    doWhile(i32.lt_u(get(pair), i32.add(get(query), i32.const(4 * pairs))), [
      turn,
      increase(pair, i32.const(4 * TURN_PAIRS)),
      increase(at, i32.const(PAIR_BYTES * TURN_PAIRS)),
    ]),
  ];
  return { lower, upper, begin: [], sum };
}

/** The address of the codes of the tile that begins at a position. */
export const tileAt = (dimension: number, codes: number, position: Code): Code =>
  i32.add(
    get(codes),
    i32.mul(i32.shr_u(position, i32.const(Math.log2(TILE_ROWS))), i32.const(tileBytes(dimension))),
  );

/**
 * survivors(from, to, codesAt, queryAt, maxSum, listAt): lists, ascending, the positions in [from, to) whose
 * codes differ from the query's by a sum (of squares or of magnitudes) of at most `maxSum`, and returns their
 * number. The range must not be empty.
 *
 * It never stops within a tile: whether it could is unpredictable, and a mispredicted branch costs the
 * processor more than the rest of a tile.
 */
function survivorsFunction(metric: Metric, dimension: number): WasmFunction {
  const [from, to, codes, query, maxSum, list] = [0, 1, 2, 3, 4, 5];
  const locals = new Locals(6);
  const [position, at, out, found, row] = locals.some(I32, 5);
  const bound = locals.one(V128);
  const { lower, upper, begin, sum } = tileSums(metric, dimension, locals, { query, at });
  const isNear = (sums: number) => i32x4.le_s(get(sums), get(bound));
  // Rows of the tile outside [from, to) are found and dropped.
  const listOne: Code = [
    set(row, i32.add(get(position), i32.ctz(get(found)))),
    if_(i32.lt_u(i32.sub(get(row), get(from)), i32.sub(get(to), get(from))), [
      i32.store(0, get(out), get(row)),
      increase(out, i32.const(4)),
    ]),
    set(found, i32.and(get(found), i32.sub(get(found), i32.const(1)))),
  ];
  const body: Code = [
    set(bound, i32x4.splat(get(maxSum))),
    begin,
    set(out, get(list)),
    set(position, i32.and(get(from), i32.const(-TILE_ROWS))),
    set(at, tileAt(dimension, codes, get(position))),
    doWhile(i32.lt_u(get(position), get(to)), [
      sum,
      if_(v128.any_true(v128.or(isNear(lower), isNear(upper))), [
        set(found, rowsOf(isNear(lower), isNear(upper))),
        doWhile(get(found), listOne),
      ]),
      increase(position, i32.const(TILE_ROWS)),
    ]),
    i32.shr_u(i32.sub(get(out), get(list)), i32.const(2)),
  ];
  const parameters = [I32, I32, I32, I32, I32, I32];
  return { name: 'survivors', parameters, results: [I32], locals: locals.types, body };
}

/** The set lanes of two vectors, as the bits of an integer. */
export const rowsOf = (lower: Code, upper: Code): Code =>
  i32.or(i32x4.bitmask(lower), i32.shl(i32x4.bitmask(upper), i32.const(TILE_ROWS / 2)));

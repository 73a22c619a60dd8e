import { compiled, type WasmMemory, wasmEngine } from '../../wasm/engine.ts';
import {
  type Code,
  doWhile,
  F64,
  f64,
  f64x2,
  get,
  I32,
  i8x16,
  i32,
  i64x2,
  if_,
  increase,
  set,
  V128,
  v128,
  whileDo,
} from '../../wasm/instructions.ts';
import { assemble, Locals, type WasmFunction } from '../../wasm/module.ts';
import type { Metric } from './types.ts';

/** The exports of a staged filter's module, documented where each function is generated. */
export interface StagedFunctions {
  isInRange(at: number, bytes: number, largest: number): number;
  survivors(
    from: number,
    to: number,
    rowsAt: number,
    queryAt: number,
    dimension: number,
    maxSum: number,
    listAt: number,
  ): number;
}

/**
 * The functions for a metric, on a memory. They serve any dimension, because a first prediction waits until
 * they are generated.
 */
export function stagedFunctions(metric: Metric, memory: WasmMemory): StagedFunctions {
  const module = compiled(`staged ${metric}`, () =>
    assemble([isInRangeFunction(), survivorsFunction(metric)]),
  );
  return new wasmEngine.Instance<StagedFunctions>(module, { env: { memory } }).exports;
}

/** Bytes of the vectors that isInRange reads per turn. */
export const STRIDE_BYTES = 64;

/**
 * isInRange(at, bytes, largest): 1 if the magnitude of every double in the strides that begin at [at, at +
 * bytes) is at most `largest`, else 0 (for NaN too).
 */
function isInRangeFunction(): WasmFunction {
  const [at, bytes, largest] = [0, 1, 2];
  const locals = new Locals(3);
  const [end, bound, inRange] = [locals.one(I32), locals.one(V128), locals.one(V128)];
  const one = (offset: number): Code =>
    set(inRange, v128.and(get(inRange), f64x2.le(f64x2.abs(v128.load(offset, get(at))), get(bound))));
  const body: Code = [
    set(bound, f64x2.splat(get(largest))),
    set(inRange, i8x16.eq(get(bound), get(bound))),
    set(end, i32.add(get(at), get(bytes))),
    whileDo(i32.lt_u(get(at), get(end)), [[0, 16, 32, 48].map(one), increase(at, i32.const(STRIDE_BYTES))]),
    i64x2.all_true(get(inRange)),
  ];
  return { name: 'isInRange', parameters: [I32, I32, F64], results: [I32], locals: locals.types, body };
}

/**
 * survivors(from, to, rowsAt, queryAt, dimension, maxSum, listAt): lists, ascending, the positions in [from,
 * to) of rows whose differences from the query have a sum (of squares or of magnitudes) of at most `maxSum`,
 * and returns their number. The range must not be empty. The rows at rowsAt are row-major doubles; the first
 * has the position `from`.
 */
function survivorsFunction(metric: Metric): WasmFunction {
  const [from, to, row, query, dimension, maxSum, list] = [0, 1, 2, 3, 4, 5, 6];
  const locals = new Locals(7);
  const [out, at, pairsEnd] = locals.some(I32, 3);
  const [one, sum, difference, sums] = [locals.one(F64), locals.one(F64), locals.one(V128), locals.one(V128)];
  const isEuclidean = metric === 'euclidean';
  const pair = (code: Code): Code => (isEuclidean ? f64x2.mul(code, code) : f64x2.abs(code));
  const single = (code: Code): Code => (isEuclidean ? f64.mul(code, code) : f64.abs(code));
  const zero = v128.const(new Array<number>(16).fill(0));
  const body: Code = [
    set(out, get(list)),
    set(pairsEnd, i32.add(get(query), i32.shl(i32.shr_u(get(dimension), i32.const(1)), i32.const(4)))),
    doWhile(i32.lt_u(get(from), get(to)), [
      set(sums, zero),
      set(at, get(query)),
      whileDo(i32.lt_u(get(at), get(pairsEnd)), [
        set(difference, f64x2.sub(v128.load(0, get(row)), v128.load(0, get(at)))),
        set(sums, f64x2.add(get(sums), pair(get(difference)))),
        increase(row, i32.const(16)),
        increase(at, i32.const(16)),
      ]),
      set(sum, f64.add(f64x2.extract_lane(0, get(sums)), f64x2.extract_lane(1, get(sums)))),
      if_(i32.and(get(dimension), i32.const(1)), [
        set(one, f64.sub(f64.load(0, get(row)), f64.load(0, get(at)))),
        set(sum, f64.add(get(sum), single(get(one)))),
        increase(row, i32.const(8)),
      ]),
      if_(f64.le(get(sum), get(maxSum)), [i32.store(0, get(out), get(from)), increase(out, i32.const(4))]),
      increase(from, i32.const(1)),
    ]),
    i32.shr_u(i32.sub(get(out), get(list)), i32.const(2)),
  ];
  const parameters = [I32, I32, I32, I32, I32, F64, I32];
  return { name: 'survivors', parameters, results: [I32], locals: locals.types, body };
}

import {
  assemble,
  type Code,
  compiled,
  F64,
  f64,
  get,
  I32,
  i32,
  Locals,
  loopWhile,
  set,
  V128,
  v128,
  type WasmFunction,
  type WasmMemory,
  wasmEngine,
  when,
  whileLoop,
} from '../../wasm/module.ts';
import { add } from './filter-kernel.ts';
import type { Metric } from './metric.ts';

/** What a staged filter's module exports, documented where it is generated. */
export interface StagedFunctions {
  isInRange(at: number, bytes: number, largest: number): number;
  survivors(
    from: number,
    to: number,
    rowsAt: number,
    queryAt: number,
    dimension: number,
    most: number,
    listAt: number,
  ): number;
}

/** The functions for a metric, on a memory. They serve any dimension: a first prediction waits until they are generated. */
export function stagedFunctions(metric: Metric, memory: WasmMemory): StagedFunctions {
  const module = compiled(`staged ${metric}`, () =>
    assemble([isInRangeFunction(), survivorsFunction(metric)]),
  );
  return new wasmEngine.Instance<StagedFunctions>(module, { env: { memory } }).exports;
}

/** Of the vectors that isInRange looks at per turn. */
export const STRIDE_BYTES = 64;

/** isInRange(at, bytes, largest): 1 if the magnitude of every double in the strides that begin at [at, at + bytes) is at most `largest`, else 0 (for NaN too). */
function isInRangeFunction(): WasmFunction {
  const [at, bytes, largest] = [0, 1, 2];
  const locals = new Locals(3);
  const [end, bound, inRange] = [locals.of(I32), locals.of(V128), locals.of(V128)];
  const one = (offset: number): Code =>
    set(inRange, v128.and(get(inRange), v128.atMostF64(v128.absF64(v128.load(offset, get(at))), get(bound))));
  const body: Code = [
    ...set(bound, v128.splatF64(get(largest))),
    ...set(inRange, v128.equal8(get(bound), get(bound))),
    ...set(end, i32.add(get(at), get(bytes))),
    ...whileLoop(i32.below(get(at), get(end)), [
      ...[0, 16, 32, 48].flatMap(one),
      ...add(at, i32.const(STRIDE_BYTES)),
    ]),
    ...v128.allTrue64(get(inRange)),
  ];
  return { name: 'isInRange', parameters: [I32, I32, F64], results: [I32], locals: locals.types, body };
}

/**
 * survivors(from, to, rowsAt, queryAt, dimension, most, listAt): lists the positions in [from, to), at least one, of rows whose sum of squares, or of
 * magnitudes, of differences from the query is at most `most`, ascending, and gives how many there are. Rows are those at rowsAt, row-major
 * doubles, the first at the position `from`.
 */
function survivorsFunction(metric: Metric): WasmFunction {
  const [from, to, row, query, dimension, most, list] = [0, 1, 2, 3, 4, 5, 6];
  const locals = new Locals(7);
  const integers = Array.from({ length: 3 }, () => locals.of(I32));
  const [out, at, pairsEnd] = integers as [number, number, number];
  const [one, sum, difference, sums] = [locals.of(F64), locals.of(F64), locals.of(V128), locals.of(V128)];
  const isEuclidean = metric === 'euclidean';
  const pair = (code: Code): Code => (isEuclidean ? v128.mulF64(code, code) : v128.absF64(code));
  const single = (code: Code): Code => (isEuclidean ? f64.mul(code, code) : f64.abs(code));
  const zero = v128.const(new Array<number>(16).fill(0));
  const body: Code = [
    ...set(out, get(list)),
    ...set(pairsEnd, i32.add(get(query), i32.shl(i32.shr(get(dimension), i32.const(1)), i32.const(4)))),
    ...loopWhile(i32.below(get(from), get(to)), [
      ...set(sums, zero),
      ...set(at, get(query)),
      ...whileLoop(i32.below(get(at), get(pairsEnd)), [
        ...set(difference, v128.subF64(v128.load(0, get(row)), v128.load(0, get(at)))),
        ...set(sums, v128.addF64(get(sums), pair(get(difference)))),
        ...add(row, i32.const(16)),
        ...add(at, i32.const(16)),
      ]),
      ...set(sum, f64.add(v128.laneF64(0, get(sums)), v128.laneF64(1, get(sums)))),
      ...when(i32.and(get(dimension), i32.const(1)), [
        ...set(one, f64.sub(f64.load(0, get(row)), f64.load(0, get(at)))),
        ...set(sum, f64.add(get(sum), single(get(one)))),
        ...add(row, i32.const(8)),
      ]),
      ...when(f64.atMost(get(sum), get(most)), [
        ...i32.store(0, get(out), get(from)),
        ...add(out, i32.const(4)),
      ]),
      ...add(from, i32.const(1)),
    ]),
    ...i32.shr(i32.sub(get(out), get(list)), i32.const(2)),
  ];
  const parameters = [I32, I32, I32, I32, I32, F64, I32];
  return { name: 'survivors', parameters, results: [I32], locals: locals.types, body };
}

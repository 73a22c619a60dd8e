import { BUCKET_SHIFT, ROW_BYTES, SORT_COUNTS_AT, SORT_COUNTS_BYTES } from '../../wasm/memory-plan.ts';
import {
  block,
  type Code,
  get,
  I32,
  I64,
  i32,
  i64,
  Locals,
  leaveIf,
  loopWhile,
  set,
  V128,
  v128,
  type WasmFunction,
  whileLoop,
} from '../../wasm/module.ts';

/** What is sorted: the first word of a row, and where the row lies. */
export const PAIR_BYTES = 8;

/** Bits of the first word that a bucket's rows do not share. */
const SORTED_BITS = BUCKET_SHIFT;
const DIGIT_BITS = 8;
const COUNTER_BYTES = 4;

const add = (local: number, ...value: Code[]): Code => set(local, i32.add(get(local), ...value));

/** listRows(at, end, pairsAt): writes a pair for each row in [at, end). */
export function listRowsFunction(): WasmFunction {
  const [at, end, pairs] = [0, 1, 2];
  const body = whileLoop(i32.below(get(at), get(end)), [
    ...i32.store(0, get(pairs), i32.load(0, get(at))),
    ...i32.store(4, get(pairs), get(at)),
    ...add(at, i32.const(ROW_BYTES)),
    ...add(pairs, i32.const(PAIR_BYTES)),
  ]);
  return { name: 'listRows', parameters: [I32, I32, I32], results: [], locals: [], body };
}

/**
 * sortPairs(pairsAt, end, otherAt): sorts the pairs in [pairsAt, end) by the first word's lowest 24 bits into otherAt, and leaves
 * something else where they were. A radix sort, stable, a byte at a time.
 */
export function sortPairsFunction(): WasmFunction {
  const [pairs, end, other] = [0, 1, 2];
  const locals = new Locals(3);
  const [at, slot, to, next] = [0, 1, 2, 3].map(() => locals.of(I32)) as [number, number, number, number];
  const pair = locals.of(I64);
  const digit = (word: Code, shift: number): Code =>
    i32.shl(
      i32.and(i32.shr(word, i32.const(shift)), i32.const(2 ** DIGIT_BITS - 1)),
      i32.const(Math.log2(COUNTER_BYTES)),
    );
  const eachPair = (...body: Code[]): Code[] => [
    set(at, get(pairs)),
    whileLoop(i32.below(get(at), get(end)), [...body.flat(), ...add(at, i32.const(PAIR_BYTES))]),
  ];
  const eachCounter = (...body: Code[]): Code[] => [
    set(slot, i32.const(0)),
    loopWhile(
      i32.below(get(slot), i32.const(SORT_COUNTS_BYTES)),
      ...body,
      add(slot, i32.const(COUNTER_BYTES)),
    ),
  ];
  const pass = (shift: number): Code[] => [
    ...eachCounter(i32.store(SORT_COUNTS_AT, get(slot), i32.const(0))),
    ...eachPair(
      set(slot, digit(i32.load(0, get(at)), shift)),
      i32.store(
        SORT_COUNTS_AT,
        get(slot),
        i32.add(i32.load(SORT_COUNTS_AT, get(slot)), i32.const(PAIR_BYTES)),
      ),
    ),
    // From how many bytes have each digit to where the first of them goes.
    set(to, get(other)),
    ...eachCounter(
      set(next, i32.add(get(to), i32.load(SORT_COUNTS_AT, get(slot)))),
      i32.store(SORT_COUNTS_AT, get(slot), get(to)),
      set(to, get(next)),
    ),
    ...eachPair(
      set(pair, i64.load(0, get(at))),
      set(slot, digit(i32.fromI64(get(pair)), shift)),
      set(to, i32.load(SORT_COUNTS_AT, get(slot))),
      i64.store(0, get(to), get(pair)),
      i32.store(SORT_COUNTS_AT, get(slot), i32.add(get(to), i32.const(PAIR_BYTES))),
    ),
    // The next pass goes back.
    set(end, i32.add(get(other), i32.sub(get(end), get(pairs)))),
    set(at, get(pairs)),
    set(pairs, get(other)),
    set(other, get(at)),
  ];
  const passes = Array.from({ length: SORTED_BITS / DIGIT_BITS }, (_, i) => pass(i * DIGIT_BITS));
  const body = passes.flat(2);
  return { name: 'sortPairs', parameters: [I32, I32, I32], results: [], locals: locals.types, body };
}

/** findRun(pairsAt, last): the first of the pairs from pairsAt on whose first word is that of the next one, or the last pair. */
export function findRunFunction(): WasmFunction {
  const [pairs, last] = [0, 1];
  const body: Code = [
    ...block(
      loopWhile(
        i32.const(1),
        leaveIf(1, i32.eqz(i32.below(get(pairs), get(last)))),
        leaveIf(1, i32.equal(i32.load(0, get(pairs)), i32.load(PAIR_BYTES, get(pairs)))),
        add(pairs, i32.const(PAIR_BYTES)),
      ),
    ),
    ...get(pairs),
  ];
  return { name: 'findRun', parameters: [I32, I32], results: [I32], locals: [], body };
}

/** gatherRows(pairsAt, end, ranksAt, outAt): copies the rows of the pairs in [pairsAt, end), their codes replaced by ranks. */
export function gatherRowsFunction(): WasmFunction {
  const [pairs, end, ranks, out] = [0, 1, 2, 3];
  const locals = new Locals(4);
  const row = locals.of(I32);
  const [low, high] = [locals.of(V128), locals.of(V128)];
  const rank = i32.load(0, i32.add(get(ranks), i32.shl(i32.load(32, get(row)), i32.const(2))));
  const body = whileLoop(i32.below(get(pairs), get(end)), [
    ...set(row, i32.load(4, get(pairs))),
    ...set(low, v128.load(0, get(row))),
    ...set(high, v128.load(16, get(row))),
    ...v128.store(0, get(out), get(low)),
    ...v128.store(16, get(out), get(high)),
    ...i32.store(32, get(out), rank),
    ...add(pairs, i32.const(PAIR_BYTES)),
    ...add(out, i32.const(ROW_BYTES)),
  ]);
  return {
    name: 'gatherRows',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: locals.types,
    body,
  };
}

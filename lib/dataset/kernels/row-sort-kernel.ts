import {
  block,
  br_if,
  type Code,
  doWhile,
  get,
  I32,
  I64,
  i32,
  i64,
  increase,
  set,
  V128,
  v128,
  whileDo,
} from '../../wasm/instructions.ts';
import { Locals, type WasmFunction } from '../../wasm/module.ts';
import { BUCKET_SHIFT, ROW_BYTES, SORT_COUNTS_AT, SORT_COUNTS_BYTES } from './table-memory.ts';

/** Bytes of one pair to sort: the first word of a row, and the row's address. */
export const PAIR_BYTES = 8;

/** Bits of the first word in which a bucket's rows can differ. */
const SORTED_BITS = BUCKET_SHIFT;
const DIGIT_BITS = 8;
const COUNTER_BYTES = 4;

/** listRows(at, end, pairsAt): writes a pair for each row in [at, end). */
export function listRowsFunction(): WasmFunction {
  const [at, end, pairs] = [0, 1, 2];
  const body = whileDo(i32.lt_u(get(at), get(end)), [
    i32.store(0, get(pairs), i32.load(0, get(at))),
    i32.store(4, get(pairs), get(at)),
    increase(at, i32.const(ROW_BYTES)),
    increase(pairs, i32.const(PAIR_BYTES)),
  ]);
  return { name: 'listRows', parameters: [I32, I32, I32], results: [], locals: [], body };
}

/**
 * sortPairs(pairsAt, end, otherAt): sorts the pairs in [pairsAt, end) by the first word's lowest 24 bits into
 * otherAt, and overwrites the originals. A stable radix sort, one byte at a time.
 */
export function sortPairsFunction(): WasmFunction {
  const [pairs, end, other] = [0, 1, 2];
  const locals = new Locals(3);
  const [at, slot, to, next] = locals.some(I32, 4);
  const pair = locals.one(I64);
  const digit = (word: Code, shift: number): Code =>
    i32.shl(
      i32.and(i32.shr_u(word, i32.const(shift)), i32.const(2 ** DIGIT_BITS - 1)),
      i32.const(Math.log2(COUNTER_BYTES)),
    );
  const eachPair = (...body: Code[]): Code => [
    set(at, get(pairs)),
    whileDo(i32.lt_u(get(at), get(end)), [body, increase(at, i32.const(PAIR_BYTES))]),
  ];
  const eachCounter = (...body: Code[]): Code => [
    set(slot, i32.const(0)),
    doWhile(
      i32.lt_u(get(slot), i32.const(SORT_COUNTS_BYTES)),
      body,
      increase(slot, i32.const(COUNTER_BYTES)),
    ),
  ];
  const pass = (shift: number): Code => [
    eachCounter(i32.store(SORT_COUNTS_AT, get(slot), i32.const(0))),
    eachPair(
      set(slot, digit(i32.load(0, get(at)), shift)),
      i32.store(
        SORT_COUNTS_AT,
        get(slot),
        i32.add(i32.load(SORT_COUNTS_AT, get(slot)), i32.const(PAIR_BYTES)),
      ),
    ),
    // Turns counts of each digit into the address of its first pair.
    set(to, get(other)),
    eachCounter(
      set(next, i32.add(get(to), i32.load(SORT_COUNTS_AT, get(slot)))),
      i32.store(SORT_COUNTS_AT, get(slot), get(to)),
      set(to, get(next)),
    ),
    eachPair(
      set(pair, i64.load(0, get(at))),
      set(slot, digit(i32.wrap_i64(get(pair)), shift)),
      set(to, i32.load(SORT_COUNTS_AT, get(slot))),
      i64.store(0, get(to), get(pair)),
      i32.store(SORT_COUNTS_AT, get(slot), i32.add(get(to), i32.const(PAIR_BYTES))),
    ),
    // The next pass writes back.
    set(end, i32.add(get(other), i32.sub(get(end), get(pairs)))),
    set(at, get(pairs)),
    set(pairs, get(other)),
    set(other, get(at)),
  ];
  const body = Array.from({ length: SORTED_BITS / DIGIT_BITS }, (_, i) => pass(i * DIGIT_BITS));
  return { name: 'sortPairs', parameters: [I32, I32, I32], results: [], locals: locals.types, body };
}

/**
 * findRun(pairsAt, last): the first pair from pairsAt on whose first word equals that of the next one, or the
 * last pair.
 */
export function findRunFunction(): WasmFunction {
  const [pairs, last] = [0, 1];
  const body: Code = [
    block(
      doWhile(
        i32.const(1),
        br_if(1, i32.eqz(i32.lt_u(get(pairs), get(last)))),
        br_if(1, i32.eq(i32.load(0, get(pairs)), i32.load(PAIR_BYTES, get(pairs)))),
        increase(pairs, i32.const(PAIR_BYTES)),
      ),
    ),
    get(pairs),
  ];
  return { name: 'findRun', parameters: [I32, I32], results: [I32], locals: [], body };
}

/**
 * gatherRows(pairsAt, end, ranksAt, outAt): copies the rows of the pairs in [pairsAt, end), with ranks in
 * place of their codes.
 */
export function gatherRowsFunction(): WasmFunction {
  const [pairs, end, ranks, out] = [0, 1, 2, 3];
  const locals = new Locals(4);
  const row = locals.one(I32);
  const [low, high] = locals.some(V128, 2);
  const rank = i32.load(0, i32.add(get(ranks), i32.shl(i32.load(32, get(row)), i32.const(2))));
  const body = whileDo(i32.lt_u(get(pairs), get(end)), [
    set(row, i32.load(4, get(pairs))),
    set(low, v128.load(0, get(row))),
    set(high, v128.load(16, get(row))),
    v128.store(0, get(out), get(low)),
    v128.store(16, get(out), get(high)),
    i32.store(32, get(out), rank),
    increase(pairs, i32.const(PAIR_BYTES)),
    increase(out, i32.const(ROW_BYTES)),
  ]);
  return {
    name: 'gatherRows',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: locals.types,
    body,
  };
}

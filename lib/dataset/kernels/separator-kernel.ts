import {
  type Code,
  doWhile,
  get,
  I32,
  I64,
  i8x16,
  i32,
  i64,
  if_,
  increase,
  set,
  V128,
  v128,
  whileDo,
} from '../../wasm/instructions.ts';
import { Locals, type WasmFunction } from '../../wasm/module.ts';
import type { CsvGrammar } from '../csv/grammar.ts';

/** Bytes of an entry of the index of records. */
export const RECORD_BYTES = 16;
/** The 32-bit words of an entry: the address of its line end's position, quotes so far, line ends so far. */
export const RECORD = { end: 0, quotes: 4, lines: 8 } as const;

/**
 * Positions written without checking whether there are so many: 64 bytes of a table mostly hold about this
 * number.
 */
const UNCHECKED = 8;

/** Bytes per step. */
const STEP_BYTES = 64;

const NONE = i64.const(0n);
const ONE = i64.const(1n);
const isAny = (bits: Code) => i32.eqz(i64.eqz(bits));
const count = (bits: Code) => i32.wrap_i64(i64.popcnt(bits));
const withoutLowest = (local: number) => set(local, i64.and(get(local), i64.sub(get(local), ONE)));

/**
 * index(from, to, placesAt, recordsAt): finds the delimiters and line ends outside quotes in the bytes [from,
 * to). These are at least one byte and begin with a record. Returns the address after the last entry of the
 * index of records.
 *
 * The addresses of the separators are written from placesAt + 4 on, ascending. At placesAt itself is from -
 * 1, as if a separator came before, and the first record entry is for that one.
 *
 * It looks at 64 bytes together. The prefix sum modulo 2 of the quotes tells what is inside quotes: Langdale
 * and Lemire, "Parsing Gigabytes of JSON per Second", 2019, section 3.1.1. A doubled quote closes and opens
 * again, which does no harm. In wrongly quoted text the index means nothing: the caller must check that.
 */
export function indexFunction({ delimiter, quote, lineEnd }: CsvGrammar): WasmFunction {
  const [from, to, placesAt, recordsAt] = [0, 1, 2, 3];
  const locals = new Locals(4);
  const [at, out, place, record, quotes, lines] = locals.some(I32, 6);
  const [inside, separators, feeds, marks, bits, lowest] = locals.some(I64, 6);
  const quarters = locals.some(V128, 4);

  const equals = (vector: number, byte: number): Code =>
    i8x16.eq(get(vector), v128.const(new Array<number>(16).fill(byte)));
  const maskOf = (test: (vector: number) => Code): Code =>
    quarters
      .map((vector, i) => i64.shl(i64.extend_i32_u(i8x16.bitmask(test(vector))), i64.const(BigInt(16 * i))))
      .reduce((all, quarter) => i64.or(all, quarter));
  const keep = (local: number, mask: Code): Code => set(local, i64.and(get(local), mask));

  const load: Code = [
    quarters.map((vector, i) => set(vector, v128.load(16 * i, get(at)))),
    set(
      separators,
      maskOf((vector) => v128.or(equals(vector, delimiter), equals(vector, lineEnd))),
    ),
    set(
      feeds,
      maskOf((vector) => equals(vector, lineEnd)),
    ),
    set(marks, NONE),
    if_(
      v128.any_true(quarters.map((vector) => equals(vector, quote)).reduce((a, b) => v128.or(a, b))),
      set(
        marks,
        maskOf((vector) => equals(vector, quote)),
      ),
    ),
  ];
  // Bytes behind `to` are left over from an earlier block.
  const cut: Code = if_(i32.lt_u(i32.sub(get(to), get(at)), i32.const(STEP_BYTES)), [
    set(bits, i64.sub(i64.shl(ONE, i64.extend_i32_u(i32.sub(get(to), get(at)))), ONE)),
    [separators, feeds, marks].map((local) => keep(local, get(bits))),
  ]);
  const leaveQuoted: Code = if_(isAny(i64.or(get(marks), get(inside))), [
    set(bits, get(marks)),
    [1n, 2n, 4n, 8n, 16n, 32n].map((by) => set(bits, i64.xor(get(bits), i64.shl(get(bits), i64.const(by))))),
    set(bits, i64.xor(get(bits), get(inside))),
    set(inside, i64.shr_s(get(bits), i64.const(63n))),
    keep(separators, i64.xor(get(bits), i64.const(-1n))),
  ]);
  const upTo = (local: number) => i64.and(get(local), i64.or(get(lowest), i64.sub(get(lowest), ONE)));
  const endRecord: Code = [
    set(lowest, i64.and(get(bits), i64.sub(NONE, get(bits)))),
    i32.store(
      RECORD.end,
      get(record),
      i32.add(get(out), i32.shl(i32.sub(count(upTo(separators)), i32.const(1)), i32.const(2))),
    ),
    i32.store(RECORD.quotes, get(record), i32.add(get(quotes), count(upTo(marks)))),
    i32.store(RECORD.lines, get(record), i32.add(get(lines), count(upTo(feeds)))),
    increase(record, i32.const(RECORD_BYTES)),
    withoutLowest(bits),
  ];
  const endRecords: Code = [
    set(bits, i64.and(get(separators), get(feeds))),
    whileDo(isAny(get(bits)), endRecord),
    increase(quotes, count(get(marks))),
    increase(lines, count(get(feeds))),
  ];
  const write = (offset: number): Code => [
    i32.store(offset, get(place), i32.add(get(at), i32.wrap_i64(i64.ctz(get(bits))))),
    withoutLowest(bits),
  ];
  const writePlaces: Code = [
    set(bits, get(separators)),
    set(place, get(out)),
    Array.from({ length: UNCHECKED }, (_, i) => write(4 * i)),
    increase(place, i32.const(4 * UNCHECKED)),
    whileDo(isAny(get(bits)), [write(0), increase(place, i32.const(4))]),
    increase(out, i32.shl(count(get(separators)), i32.const(2))),
  ];
  const body: Code = [
    set(at, get(from)),
    set(out, i32.add(get(placesAt), i32.const(4))),
    set(record, i32.add(get(recordsAt), i32.const(RECORD_BYTES))),
    i32.store(0, get(placesAt), i32.sub(get(from), i32.const(1))),
    i32.store(RECORD.end, get(recordsAt), get(placesAt)),
    i32.store(RECORD.quotes, get(recordsAt), i32.const(0)),
    i32.store(RECORD.lines, get(recordsAt), i32.const(0)),
    doWhile(
      i32.lt_u(get(at), get(to)),
      load,
      cut,
      leaveQuoted,
      endRecords,
      writePlaces,
      increase(at, i32.const(STEP_BYTES)),
    ),
    get(record),
  ];
  return { name: 'index', parameters: [I32, I32, I32, I32], results: [I32], locals: locals.types, body };
}

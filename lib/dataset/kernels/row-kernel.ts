import {
  block,
  br,
  br_if,
  type Code,
  call,
  doWhile,
  F64,
  f64,
  get,
  I32,
  I64,
  i32,
  i64,
  i64x2,
  if_,
  increase,
  set,
  V128,
  v128,
  whileDo,
} from '../../wasm/instructions.ts';
import { Locals, type WasmFunction, type WasmSignature } from '../../wasm/module.ts';
import type { CsvGrammar } from '../csv/grammar.ts';
import { shortDecimal } from './decimal-kernel.ts';
import { RECORD, RECORD_BYTES } from './separator-kernel.ts';
import { FIRST_BYTES_AT, STATE_AT } from './table-memory.ts';

/**
 * What `readRows` needs to know of its table besides its parameters, as 32-bit words at STATE_AT. The first
 * two change; the others are written once. Programs say for each column what to do with its field.
 */
export const STATE = {
  /** Number of the group's next row. */
  row: 0,
  /** Blank records found. */
  blanks: 4,
  /** Rows that the group holds. */
  capacity: 8,
  /** Four times the number of columns. */
  width4: 12,
  /** Maximum bytes of a plain record; longer ones may break a limit. */
  plainBytes: 16,
  /** Room for the positions before and after each field of one record. */
  startsAt: 20,
  endsAt: 24,
  numbersAt: 28,
  numbersEnd: 32,
  textsAt: 36,
  textsEnd: 40,
  /** Numbers that missing tokens spell, as doubles. */
  tokensAt: 44,
  tokensEnd: 48,
  /** 1 where a number of the common form may not be a valid value: there are numeric tokens, or ranges. */
  looksAgain: 52,
} as const;

/** Bytes of a column's entry in a program. */
export const PROGRAM_BYTES = 32;
/** In both programs: four times the column's index in the file, the address of its values, the column. */
export const PROGRAM = {
  field4: 0,
  valuesAt: 4,
  column: 8,
  /** Of numbers. */ min: 16,
  max: 24,
  /** Of texts. */ cacheAt: 12,
  isLabel: 16,
} as const;

/** A column's cache of codes: 16 bytes of text, padded with zeros, its code, and 12 unused bytes. */
export const CACHE_SLOTS = 4096;
export const CACHE_SLOT_BYTES = 32;

/** Returned by the cell hooks for a cell without a value: the caller then handles the row. */
export const FAULTY_NUMBER = Number.POSITIVE_INFINITY;
export const FAULTY_CODE = -2;

/** Decide the cells that the kernel leaves: number(column, start, end) and category(column, start, end). */
export const CELL_HOOKS: readonly WasmSignature[] = [
  { name: 'number', parameters: [I32, I32, I32], results: [F64] },
  { name: 'category', parameters: [I32, I32, I32], results: [I32] },
];
const [NUMBER_HOOK, CATEGORY_HOOK] = [0, 1];

const ZERO = 0x30;

const isNot = (condition: Code) => i32.eqz(condition);

/** First 64 bits of the golden ratio and of pi, made odd: multipliers without a pattern. */
const [MIX_LOW, MIX_HIGH] = [0x9e3779b97f4a7c15n, 0x243f6a8885a308d3n];

/**
 * readRows(record, recordsEnd): reads records into the columns' arrays and returns the entry of the last
 * record read. The records are those of the index that `index` made, from the entry after `record` on.
 *
 * It stops early when the group is full, and before a record that is not plain: of another width, long enough
 * to break a limit, with quotes other than around whole fields, or with a cell that the hooks find faulty.
 * Nothing of that record is read. Numbers are read before texts, and the label last, in file order, as in
 * row-reader.ts.
 */
export function readRowsFunction(longDecimal: number, { quote, lineEndPrefix }: CsvGrammar): WasmFunction {
  const [record, recordsEnd] = [0, 1];
  const locals = new Locals(2);
  const [row, starts, ends, first, last, hasPrefix, quotes, from, to, program, start, end] = locals.some(
    I32,
    12,
  );
  const [code, slot, length, token, field] = locals.some(I32, 5);
  const value = locals.one(F64);
  const hash = locals.one(I64);
  const key = locals.one(V128);
  const state = (field: number) => i32.load(STATE_AT + field, i32.const(0));
  const entry = (field: number) => i32.load(field, get(program));
  const next = increase(record, i32.const(RECORD_BYTES));

  const locate: Code = [
    set(starts, i32.load(RECORD.end, get(record))),
    set(last, i32.load(RECORD_BYTES + RECORD.end, get(record))),
    set(ends, i32.add(get(starts), i32.const(4))),
    set(length, i32.sub(get(last), get(starts))),
    set(first, i32.add(i32.load(0, get(starts)), i32.const(1))),
    set(last, i32.load(0, get(last))),
    set(
      hasPrefix,
      i32.and(
        i32.gt_u(get(last), get(first)),
        i32.eq(i32.load8_u(0, i32.sub(get(last), i32.const(1))), i32.const(lineEndPrefix)),
      ),
    ),
    set(
      quotes,
      i32.sub(i32.load(RECORD_BYTES + RECORD.quotes, get(record)), i32.load(RECORD.quotes, get(record))),
    ),
  ];
  const isBlank = i32.and(
    i32.eq(get(length), i32.const(4)),
    i32.eq(i32.sub(get(last), get(hasPrefix)), get(first)),
  );
  const countBlank: Code = [
    i32.store(STATE.blanks, i32.const(STATE_AT), i32.add(state(STATE.blanks), i32.const(1))),
    next,
    br(2),
  ];

  // Copies the positions of a record's fields. Those of quoted fields move inwards, and that of the line end
  // moves before its prefix.
  const opens = i32.eq(i32.load8_u(1, get(start)), i32.const(quote));
  const strip = (stop: number): Code => [
    br_if(stop, i32.lt_u(get(end), i32.add(get(start), i32.const(3)))),
    br_if(stop, i32.ne(i32.load8_u(0, i32.sub(get(end), i32.const(1))), i32.const(quote))),
    increase(start, i32.const(1)),
    set(end, i32.sub(get(end), i32.const(1))),
    set(quotes, i32.sub(get(quotes), i32.const(2))),
  ];
  const copyPlaces = (stop: number): Code => [
    set(from, i32.const(0)),
    doWhile(
      i32.lt_u(get(from), state(STATE.width4)),
      set(start, i32.load(0, i32.add(get(starts), get(from)))),
      set(end, i32.load(0, i32.add(get(ends), get(from)))),
      if_(i32.eq(get(end), get(last)), set(end, i32.sub(get(end), get(hasPrefix)))),
      if_(opens, strip(stop + 2)),
      i32.store(0, i32.add(state(STATE.startsAt), get(from)), get(start)),
      i32.store(0, i32.add(state(STATE.endsAt), get(from)), get(end)),
      increase(from, i32.const(4)),
    ),
    // Any other quote is doubled, or misplaced.
    br_if(stop, get(quotes)),
    set(starts, state(STATE.startsAt)),
    set(ends, state(STATE.endsAt)),
  ];

  const locateField: Code = [
    set(field, entry(PROGRAM.field4)),
    set(start, i32.add(i32.load(0, i32.add(get(starts), get(field))), i32.const(1))),
    set(end, i32.load(0, i32.add(get(ends), get(field)))),
  ];
  const askForNumber = set(value, call(NUMBER_HOOK, entry(PROGRAM.column), get(start), get(end)));
  const isMissing = f64.ne(get(value), get(value));
  const isToken: Code = [
    set(token, state(STATE.tokensAt)),
    whileDo(i32.lt_u(get(token), state(STATE.tokensEnd)), [
      if_(i32.eqz(f64.ne(get(value), f64.load(0, get(token)))), br(3)),
      increase(token, i32.const(8)),
    ]),
  ];
  const leaveOutOfRange = (stop: number) =>
    br_if(
      stop,
      i32.or(
        f64.lt(get(value), f64.load(PROGRAM.min, get(program))),
        f64.gt(get(value), f64.load(PROGRAM.max, get(program))),
      ),
    );
  // An integer with a superfluous zero in front may be a code. Separators are no digits.
  const isDigit = (at: number) =>
    i32.lt_u(i32.sub(i32.load8_u(at, get(start)), i32.const(ZERO)), i32.const(10));
  const leaveCodes = (asked: Code): Code =>
    if_(i32.eq(i32.load8_u(0, get(start)), i32.const(ZERO)), if_(isDigit(1), asked));
  // Blocks end with the number known. The innermost one continues here; the next one when a hook must decide.
  // The outermost one also ends early, with a number that cannot be invalid.
  const readNumber = (stop: number): Code => [
    block(
      block(
        block(
          block(
            leaveCodes([askForNumber, br(4)]),
            shortDecimal(locals, start, end, value, 0),
            br_if(3, i32.eqz(state(STATE.looksAgain))),
            br(1),
          ),
          if_(i32.eq(get(start), get(end)), [set(value, f64.const(Number.NaN)), br(3)]),
          set(value, call(longDecimal, get(start), get(end))),
          br_if(0, i32.eqz(isMissing)),
          askForNumber,
          br(1),
        ),
        // A missing token may spell this value: its text decides.
        block(isToken, br(1)),
        askForNumber,
      ),
      // A missing number is not out of range.
      leaveOutOfRange(stop + 1),
    ),
    f64.store(0, i32.add(entry(PROGRAM.valuesAt), i32.shl(get(row), i32.const(3))), get(value)),
  ];

  const cached: Code = [
    set(
      key,
      v128.and(v128.load(0, get(start)), v128.load(FIRST_BYTES_AT, i32.shl(get(length), i32.const(4)))),
    ),
    set(
      hash,
      i64.xor(
        i64.mul(i64x2.extract_lane(0, get(key)), i64.const(MIX_LOW)),
        i64.mul(i64x2.extract_lane(1, get(key)), i64.const(MIX_HIGH)),
      ),
    ),
    set(
      slot,
      i32.add(
        entry(PROGRAM.cacheAt),
        i32.mul(
          i32.wrap_i64(i64.shr_u(get(hash), i64.const(BigInt(64 - Math.log2(CACHE_SLOTS))))),
          i32.const(CACHE_SLOT_BYTES),
        ),
      ),
    ),
    set(code, i32.load(16, get(slot))),
    if_(v128.any_true(v128.xor(get(key), v128.load(0, get(slot)))), [
      set(code, call(CATEGORY_HOOK, entry(PROGRAM.column), get(start), get(end))),
      if_(i32.ne(get(code), i32.const(FAULTY_CODE)), [
        v128.store(0, get(slot), get(key)),
        i32.store(16, get(slot), get(code)),
      ]),
    ]),
  ];
  const readText = (stop: number): Code => [
    set(length, i32.sub(get(end), get(start))),
    set(code, i32.const(-1)),
    if_(
      get(length),
      if_(
        i32.gt_u(get(length), i32.const(16)),
        set(code, call(CATEGORY_HOOK, entry(PROGRAM.column), get(start), get(end))),
        cached,
      ),
    ),
    br_if(stop, i32.eq(get(code), i32.const(FAULTY_CODE))),
    br_if(stop, i32.and(i32.lt_s(get(code), i32.const(0)), entry(PROGRAM.isLabel))),
    i32.store(0, i32.add(entry(PROGRAM.valuesAt), i32.shl(get(row), i32.const(2))), get(code)),
  ];
  const eachColumn = (programFrom: number, programTo: number, read: Code): Code => [
    set(program, state(programFrom)),
    set(to, state(programTo)),
    whileDo(i32.lt_u(get(program), get(to)), [
      locateField,
      read,
      increase(program, i32.const(PROGRAM_BYTES)),
    ]),
  ];

  const oneRecord: Code = [
    br_if(1, isNot(i32.lt_u(get(record), get(recordsEnd)))),
    locate,
    if_(i32.ne(get(length), state(STATE.width4)), [if_(isBlank, countBlank), br(2)]),
    br_if(1, i32.gt_u(i32.sub(get(last), get(first)), state(STATE.plainBytes))),
    br_if(1, i32.eq(get(row), state(STATE.capacity))),
    if_(i32.or(get(quotes), get(hasPrefix)), copyPlaces(2)),
    eachColumn(STATE.numbersAt, STATE.numbersEnd, readNumber(3)),
    eachColumn(STATE.textsAt, STATE.textsEnd, readText(3)),
    increase(row, i32.const(1)),
    next,
  ];
  const body: Code = [
    set(row, state(STATE.row)),
    block(doWhile(i32.const(1), oneRecord)),
    i32.store(STATE.row, i32.const(STATE_AT), get(row)),
    get(record),
  ];
  return { name: 'readRows', parameters: [I32, I32], results: [I32], locals: locals.types, body };
}

import { signed, unsigned } from './leb128.ts';

/**
 * Instructions of WebAssembly's core and SIMD specifications, under the specification's names, as the bytes
 * that encode them. Code may nest to any depth: it is flattened once, when its module is assembled.
 *
 * An instruction takes the code of its operands, which comes before it. Omitted operands are on the stack
 * already. A constant offset, lane or depth is the first argument. Names that are reserved words of the
 * language end in an underscore.
 */
export type Code = readonly (number | Code)[];

/** Value types. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F64 = 0x7c;
export const V128 = 0x7b;

const operation =
  (...opcode: number[]) =>
  (...operands: Code[]): Code => [operands, opcode];

const simd = (opcode: number) => operation(0xfd, ...unsigned(opcode));

const access =
  (align: number, ...opcode: number[]) =>
  (offset: number, ...operands: Code[]): Code => [operands, opcode, align, unsigned(offset)];

const lane =
  (...opcode: number[]) =>
  (index: number, vector: Code): Code => [vector, opcode, index];

/** local.get, local.set and local.tee. No kernel has globals. */
export const get = (local: number): Code => (GETS[local] ??= [0x20, ...unsigned(local)]);
/** Cached, because functions consist mostly of it. */
const GETS: Code[] = [];
export const set = (local: number, value?: Code): Code => [value ?? [], 0x21, unsigned(local)];
export const tee = (local: number, value: Code): Code => [value, 0x22, unsigned(local)];

export const select = operation(0x1b);
export const call = (index: number, ...operands: Code[]): Code => [operands, 0x10, unsigned(index)];
export const return_ = operation(0x0f);

/** No block, loop or branch here has a result. */
const NO_RESULT = 0x40;
const END = 0x0b;

export const block = (...body: Code[]): Code => [0x02, NO_RESULT, body, END];
export const loop = (...body: Code[]): Code => [0x03, NO_RESULT, body, END];
export const if_ = (condition: Code, then: Code, otherwise?: Code): Code => [
  condition,
  [0x04, NO_RESULT],
  then,
  otherwise ? [0x05, otherwise] : [],
  END,
];
/** Branches to the end of a block or `if_`, or to the beginning of a loop. Depth 0 is the innermost. */
export const br = (depth: number): Code => [0x0c, depth];
export const br_if = (depth: number, condition: Code): Code => [condition, 0x0d, depth];

/**
 * Repeats the body while the condition holds, which is evaluated after it. `br(0)` in it starts the next turn
 * at once.
 */
export const doWhile = (condition: Code, ...body: Code[]): Code => loop(...body, br_if(0, condition));
/** Repeats the body while the condition holds, which is evaluated before it. */
export const whileDo = (condition: Code, ...body: Code[]): Code =>
  if_(condition, doWhile(condition, ...body));

export const i32 = {
  const: (value: number): Code => [0x41, signed(BigInt(value | 0))],
  load: access(2, 0x28),
  load8_u: access(0, 0x2d),
  load16_u: access(1, 0x2f),
  store: access(2, 0x36),
  eqz: operation(0x45),
  eq: operation(0x46),
  ne: operation(0x47),
  lt_s: operation(0x48),
  lt_u: operation(0x49),
  gt_u: operation(0x4b),
  le_s: operation(0x4c),
  ctz: operation(0x68),
  add: operation(0x6a),
  sub: operation(0x6b),
  mul: operation(0x6c),
  and: operation(0x71),
  or: operation(0x72),
  shl: operation(0x74),
  shr_u: operation(0x76),
  wrap_i64: operation(0xa7),
  /** Truncates towards zero. Values out of range give the nearest integer, NaN gives 0. */
  trunc_sat_f64_s: operation(0xfc, 0x02),
};

/** Adds to a local. */
export const increase = (local: number, by: Code): Code => set(local, i32.add(get(local), by));

export const i64 = {
  const: (value: bigint): Code => [0x42, signed(BigInt.asIntN(64, value))],
  load: access(3, 0x29),
  store: access(3, 0x37),
  eqz: operation(0x50),
  eq: operation(0x51),
  lt_u: operation(0x54),
  gt_u: operation(0x56),
  clz: operation(0x79),
  ctz: operation(0x7a),
  popcnt: operation(0x7b),
  add: operation(0x7c),
  sub: operation(0x7d),
  mul: operation(0x7e),
  and: operation(0x83),
  or: operation(0x84),
  xor: operation(0x85),
  shl: operation(0x86),
  shr_s: operation(0x87),
  shr_u: operation(0x88),
  extend_i32_s: operation(0xac),
  extend_i32_u: operation(0xad),
};

export const f64 = {
  const: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  load: access(3, 0x2b),
  store: access(3, 0x39),
  ne: operation(0x62),
  lt: operation(0x63),
  gt: operation(0x64),
  le: operation(0x65),
  abs: operation(0x99),
  neg: operation(0x9a),
  sqrt: operation(0x9f),
  add: operation(0xa0),
  sub: operation(0xa1),
  mul: operation(0xa2),
  div: operation(0xa3),
  convert_i32_s: operation(0xb7),
  convert_i64_s: operation(0xb9),
  convert_i64_u: operation(0xba),
  reinterpret_i64: operation(0xbf),
};

export const v128 = {
  load: access(4, 0xfd, 0x00),
  /** The same 32 bits of memory in each lane. */
  load32_splat: access(2, 0xfd, 0x09),
  store: access(4, 0xfd, 0x0b),
  const: (bytes: readonly number[]): Code => [0xfd, 0x0c, bytes],
  and: simd(0x4e),
  /** The bits of the first operand that the second does not have. */
  andnot: simd(0x4f),
  or: simd(0x50),
  xor: simd(0x51),
  /** For each bit, the first operand's where the third is set, else the second's. */
  bitselect: simd(0x52),
  any_true: simd(0x53),
};

export const i8x16 = {
  /** Bytes of two vectors, by 16 indices from 0 to 31. */
  shuffle: (lanes: readonly number[], a: Code, b: Code): Code => [a, b, 0xfd, 0x0d, lanes],
  swizzle: simd(0x0e),
  eq: simd(0x23),
  bitmask: simd(0x64),
  /** 255 where the sum is larger. */
  add_sat_u: simd(0x70),
  sub: simd(0x71),
};

export const i16x8 = {
  abs: simd(0x80),
  narrow_i32x4_u: simd(0x86),
  shr_u: simd(0x8d),
  add: simd(0x8e),
  sub: simd(0x91),
  mul: simd(0x95),
};

export const i32x4 = {
  splat: simd(0x11),
  extract_lane: lane(0xfd, 0x1b),
  le_s: simd(0x3d),
  /** Adds neighbours. */
  extadd_pairwise_i16x8_s: simd(0x7e),
  bitmask: simd(0xa4),
  shl: simd(0xab),
  shr_u: simd(0xad),
  add: simd(0xae),
  /** Multiplies, then adds neighbours. */
  dot_i16x8_s: simd(0xba),
};

export const i64x2 = {
  extract_lane: lane(0xfd, 0x1d),
  all_true: simd(0xc3),
};

export const f64x2 = {
  splat: simd(0x14),
  extract_lane: lane(0xfd, 0x21),
  eq: simd(0x47),
  le: simd(0x4b),
  abs: simd(0xec),
  add: simd(0xf0),
  sub: simd(0xf1),
  mul: simd(0xf2),
  /** The second operand where it is smaller (larger), else the first: a NaN in the second is ignored. */
  pmin: simd(0xf6),
  pmax: simd(0xf7),
};

/**
 * Instructions of the WebAssembly core and SIMD specifications, as the bytes that encode them. Code of code is not copied together
 * before the end, which functions of thousands of bytes feel.
 */
export type Code = readonly (number | Code)[];

/** The spec's value types. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F64 = 0x7c;
export const V128 = 0x7b;

/** An instruction after the code of its operands, which may also have been left on the stack. */
const operation =
  (...bytes: number[]) =>
  (...operands: Code[]): Code => [...operands, ...bytes];

const simd = (opcode: number) => operation(0xfd, ...unsigned(opcode));

/** A load or store: address (and value) before it, a constant offset in it. */
const access =
  (align: number, ...opcode: number[]) =>
  (offset: number, ...operands: Code[]): Code => [...operands, ...opcode, align, ...unsigned(offset)];

/** The same code each time: functions consist of it for the most part. */
export const get = (local: number): Code => (GETS[local] ??= [0x20, ...unsigned(local)]);
const GETS: Code[] = [];
export const set = (local: number, ...value: Code[]): Code => [...value, 0x21, ...unsigned(local)];
export const tee = (local: number, ...value: Code[]): Code => [...value, 0x22, ...unsigned(local)];
export const select = operation(0x1b);
export const call = (index: number, ...operands: Code[]): Code => [...operands, 0x10, ...unsigned(index)];
export const giveBack = operation(0x0f);

export const i32 = {
  const: (value: number): Code => [
    0x41,
    ...(-64 <= value && value < 64 ? [value & 0x7f] : signed(BigInt(value | 0))),
  ],
  load: access(2, 0x28),
  load8: access(0, 0x2d),
  load16: access(1, 0x2f),
  store: access(2, 0x36),
  eqz: operation(0x45),
  equal: operation(0x46),
  unequal: operation(0x47),
  negative: (value: Code): Code => [value, 0x41, 0x00, 0x48],
  below: operation(0x49),
  above: operation(0x4b),
  signedBelow: operation(0x48),
  signedAtMost: operation(0x4c),
  ctz: operation(0x68),
  add: operation(0x6a),
  sub: operation(0x6b),
  mul: operation(0x6c),
  and: operation(0x71),
  or: operation(0x72),
  shl: operation(0x74),
  shr: operation(0x76),
  fromI64: operation(0xa7),
  /** Towards zero; the nearest integer there is for what is beyond, 0 for NaN. */
  fromF64: operation(0xfc, 0x02),
};

export const i64 = {
  const: (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))],
  load: access(3, 0x29),
  store: access(3, 0x37),
  eqz: operation(0x50),
  equal: operation(0x51),
  below: operation(0x54),
  above: operation(0x56),
  clz: operation(0x79),
  ctz: operation(0x7a),
  popcount: operation(0x7b),
  add: operation(0x7c),
  sub: operation(0x7d),
  mul: operation(0x7e),
  and: operation(0x83),
  or: operation(0x84),
  xor: operation(0x85),
  shl: operation(0x86),
  shrSigned: operation(0x87),
  shr: operation(0x88),
  fromI32: operation(0xad),
  fromSignedI32: operation(0xac),
};

export const f64 = {
  const: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  load: access(3, 0x2b),
  store: access(3, 0x39),
  unequal: operation(0x62),
  below: operation(0x63),
  above: operation(0x64),
  atMost: operation(0x65),
  abs: operation(0x99),
  negate: operation(0x9a),
  sqrt: operation(0x9f),
  add: operation(0xa0),
  sub: operation(0xa1),
  mul: operation(0xa2),
  div: operation(0xa3),
  fromI32: operation(0xb7),
  fromI64: operation(0xb9),
  fromU64: operation(0xba),
  fromBits: operation(0xbf),
};

export const v128 = {
  load: access(4, 0xfd, 0x00),
  store: access(4, 0xfd, 0x0b),
  const: (bytes: readonly number[]): Code => [0xfd, 0x0c, ...bytes],
  /** Bytes of two vectors, by 16 indices from 0 to 31. */
  shuffle: (lanes: readonly number[], a: Code, b: Code): Code => [a, b, 0xfd, 0x0d, ...lanes],
  swizzle: simd(0x0e),
  splat8: simd(0x0f),
  splat: simd(0x11),
  /** The same 32 bits of memory in each lane. */
  loadSplat32: access(2, 0xfd, 0x09),
  lane64: (lane: number, vector: Code): Code => [vector, 0xfd, 0x1d, lane],
  lane32: (lane: number, vector: Code): Code => [vector, 0xfd, 0x1b, lane],
  equal8: simd(0x23),
  equal64: simd(0xd6),
  equalF64: simd(0x47),
  unequalF64: simd(0x48),
  atMostF64: simd(0x4b),
  /** Of signed lanes. */
  atMost32: simd(0x3d),
  and: simd(0x4e),
  andNot: simd(0x4f),
  or: simd(0x50),
  xor: simd(0x51),
  /** Of each bit, the first operand's where the third is set, else the second's. */
  choose: simd(0x52),
  anyTrue: simd(0x53),
  bitmask8: simd(0x64),
  bitmask32: simd(0xa4),
  allTrue64: simd(0xc3),
  sub8: simd(0x71),
  /** 0 where the first is no larger. */
  subOrZero8: simd(0x73),
  shr16: simd(0x8d),
  add16: simd(0x8e),
  sub16: simd(0x91),
  abs16: simd(0x80),
  /** Signed 16-bit lanes, neighbours added, as 32-bit lanes. */
  addPairs16: simd(0x7e),
  mul16: simd(0x95),
  narrow16: simd(0x86),
  /** Products of signed 16-bit lanes, neighbours added, as 32-bit lanes. */
  dot16: simd(0xba),
  shl32: simd(0xab),
  shr32: simd(0xad),
  add32: simd(0xae),
  sub64: simd(0xd1),
  splatF64: simd(0x14),
  laneF64: (lane: number, vector: Code): Code => [vector, 0xfd, 0x21, lane],
  addF64: simd(0xf0),
  absF64: simd(0xec),
  subF64: simd(0xf1),
  mulF64: simd(0xf2),
  /** Where the second is smaller (larger), it, else the first: a NaN in the second is passed over. */
  minF64: simd(0xf6),
  maxF64: simd(0xf7),
  /**
   * Each 32-bit lane of a local rotated right by a multiple of 8 bits: one byte shuffle. As a swizzle by a constant, which V8 keeps
   * in memory; the mask of a shuffle it would build anew each time, by four instructions.
   */
  rotateBytes: (local: number, bytes: number): Code =>
    v128.swizzle(
      get(local),
      v128.const(Array.from({ length: 16 }, (_, at) => (at & 12) | ((at + bytes) & 3))),
    ),
};

/** A block that `leave` ends, counted from the innermost block, loop or branch around it: 0 is that itself. */
export const block = (...body: Code[]): Code => [0x02, 0x40, ...body, 0x0b];
export const leave = (depth: number): Code => [0x0c, depth];
export const leaveIf = (depth: number, condition: Code): Code => [condition, 0x0d, depth];

/** Repeats `body` while `condition`, which is evaluated after it. `leave(0)` in it goes on with the next turn at once. */
export const loopWhile = (condition: Code, ...body: Code[]): Code => [
  0x03,
  0x40,
  ...body,
  condition,
  0x0d,
  0x00,
  0x0b,
];

/** Like `loopWhile`, but does nothing when the condition is false at once. */
export const whileLoop = (condition: Code, ...body: Code[]): Code =>
  when(condition, loopWhile(condition, ...body));

export const when = (condition: Code, then: Code, otherwise?: Code): Code => [
  condition,
  0x04,
  0x40,
  then,
  ...(otherwise ? [0x05, otherwise] : []),
  0x0b,
];

/** The part of the JavaScript API that is used here: TypeScript declares it for browsers only. */
interface WasmEngine {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new (size: { initial: number }) => WasmMemory;
  /** What a module exports only its maker knows. */
  readonly Instance: new <Exports>(
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Exports };
}
export const wasmEngine = (globalThis as unknown as { readonly WebAssembly: WasmEngine }).WebAssembly;

export interface WasmSignature {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** A function with its locals, by type, numbered after the parameters. */
export interface WasmFunction extends WasmSignature {
  readonly locals: readonly number[];
  readonly body: Code;
}

/**
 * Assembles a module that imports `env.memory` and the given functions of `env`, and exports its own. Functions are
 * numbered for `call` with the imported ones first.
 */
export function assemble(
  functions: readonly WasmFunction[],
  imported: readonly WasmSignature[] = [],
): Uint8Array<ArrayBuffer> {
  const types = [...imported, ...functions].map(({ parameters, results }) => [
    0x60,
    ...vector(parameters.map((type) => [type])),
    ...vector(results.map((type) => [type])),
  ]);
  const imports = imported.map(({ name }, index) => [
    ...text('env'),
    ...text(name),
    0x00,
    ...unsigned(index),
  ]);
  const memory = [...text('env'), ...text('memory'), 0x02, 0x00, 0x01];
  const exported = functions.map(({ name }, index) => [
    ...text(name),
    0x00,
    ...unsigned(imported.length + index),
  ]);
  const bodies = functions.map(({ locals, body }) =>
    flat([vector(locals.map((type) => [0x01, type])), body, 0x0b]),
  );
  const code = [unsigned(bodies.length), ...bodies.flatMap((body) => [unsigned(body.length), body])];
  return bytesOf([
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [flat(vector(types))]),
    ...section(2, [flat(vector([...imports, memory]))]),
    ...section(3, [flat(vector(functions.map((_, index) => unsigned(imported.length + index))))]),
    ...section(7, [flat(vector(exported))]),
    ...section(10, code),
  ]);
}

const modules = new Map<string, object>();

/** A module, generated and compiled once per process, or thread: `name` tells it from all others. */
export function compiled(name: string, generate: () => Uint8Array<ArrayBuffer>): object {
  let module = modules.get(name);
  if (!module) {
    module = new wasmEngine.Module(generate());
    modules.set(name, module);
  }
  return module;
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

const PAGE_BYTES = 65_536;

/** Memory of a size; undefined where the system has none, as under a limit of address space: what wants it has to do without. */
export function wasmMemory(bytes: number): WasmMemory | undefined {
  try {
    return new wasmEngine.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Lays memory out, from its beginning or a given place. */
export class MemoryPlan {
  #end: number;

  constructor(end = 0) {
    this.#end = end;
  }

  /** Reserves bytes from a multiple of 64 on. */
  reserve(bytes: number): number {
    const at = Math.ceil(this.#end / 64) * 64;
    this.#end = at + bytes;
    return at;
  }
}

/** Numbers locals in the order in which they are asked for, after the parameters. */
export class Locals {
  readonly types: number[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  of(type: number): number {
    return this.#parameters + this.types.push(type) - 1;
  }
}

function section(id: number, parts: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [[id], unsigned(length), ...parts];
}

function bytesOf(parts: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items];
const text = (name: string): Code => vector([...Buffer.from(name)].map((byte) => [byte]));

/** The bytes of code, and of code in it. */
function flat(code: Code, into: number[] = []): number[] {
  for (let i = 0; i < code.length; i++) {
    const part = code[i]!;
    if (typeof part === 'number') into.push(part);
    else flat(part, into);
  }
  return into;
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value > 0x7f ? [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)] : [value];
}

function signed(value: bigint): number[] {
  const low = Number(BigInt.asUintN(7, value));
  const rest = value >> 7n;
  const isDone = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
  return isDone ? [low] : [low | 0x80, ...signed(rest)];
}

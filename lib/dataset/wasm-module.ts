/** Instructions of the WebAssembly core and SIMD specifications, as the bytes that encode them. */
export type Code = readonly number[];

export const I32 = 0x7f;
export const V128 = 0x7b;

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const tee = (local: number): Code => [0x22, local];
export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  eqz: [0x45] as Code,
  add: [0x6a] as Code,
  sub: [0x6b] as Code,
  and: [0x71] as Code,
  ctz: [0x68] as Code,
  below: [0x49] as Code,
  store: [0x36, 2, 0] as Code,
  select: [0x1b] as Code,
};
export const v128 = {
  load: (offset: number): Code => [0xfd, 0x00, 4, ...unsigned(offset)],
  store: (offset: number): Code => [0xfd, 0x0b, 4, ...unsigned(offset)],
  splat: [0xfd, 0x11] as Code,
  splat8: [0xfd, 0x0f] as Code,
  equal8: [0xfd, 0x23] as Code,
  bitmask8: [0xfd, 0x64] as Code,
  and: [0xfd, 0x4e] as Code,
  or: [0xfd, 0x50] as Code,
  xor: [0xfd, 0x51] as Code,
  shl32: [0xfd, 0xab, 0x01] as Code,
  shr32: [0xfd, 0xad, 0x01] as Code,
  add32: [0xfd, 0xae, 0x01] as Code,
  /** Each 32-bit lane rotated right by a multiple of 8 bits: one byte shuffle. Takes the vector twice. */
  rotateBytes: (bytes: number): Code => [
    0xfd,
    0x0d,
    ...Array.from({ length: 16 }, (_, at) => (at & 12) | ((at + bytes) & 3)),
  ],
};

/** Repeats `body` while it leaves a non-zero i32. */
export const loop = (body: Code): Code => [0x03, 0x40, ...body, 0x0d, 0x00, 0x0b];

/** Repeats `body`, which must leave what `condition` pushes, while that is not zero; does nothing when it is zero at once. */
export const whileLoop = (condition: Code, body: Code): Code => [
  ...condition,
  0x04,
  0x40,
  ...loop(body),
  0x0b,
];

/** The part of the JavaScript API that is used here: TypeScript declares it for browsers only. */
interface WasmEngine {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
}
export const wasmEngine = (globalThis as unknown as { readonly WebAssembly: WasmEngine }).WebAssembly;

/** A function of i32 parameters, without result or with one i32, with `i32s` and then `v128s` more locals. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  readonly results: number;
  readonly i32s: number;
  readonly v128s: number;
  readonly body: Code;
}

/** Assembles functions into a module that exports them and one memory of `pages` times 64 KiB, named `memory`. */
export function assemble(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, results }) => [
    0x60,
    ...vector(Array(parameters).fill([I32])),
    ...vector(Array(results).fill([I32])),
  ]);
  const exported = functions.map(({ name }, index) => [...text(name), 0x00, index]);
  const bodies = functions.map(({ i32s, v128s, body }) => {
    const code = [
      ...vector([
        [...unsigned(i32s), I32],
        [...unsigned(v128s), V128],
      ]),
      ...body,
      0x0b,
    ];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, index) => [index]))),
    ...section(5, vector([[0x00, ...unsigned(pages)]])),
    ...section(7, vector([[...text('memory'), 0x02, 0], ...exported])),
    ...section(10, vector(bodies)),
  ]);
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const text = (name: string): Code => vector([...Buffer.from(name)].map((byte) => [byte]));

/** LEB128. */
function unsigned(value: number): number[] {
  const low = value & 0x7f;
  return value > 0x7f ? [low | 0x80, ...unsigned(value >>> 7)] : [low];
}

function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isDone = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isDone ? [low] : [low | 0x80, ...signed(rest)];
}

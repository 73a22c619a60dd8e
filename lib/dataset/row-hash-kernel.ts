import {
  assemble,
  type Code,
  get,
  i32,
  loop,
  set,
  v128,
  type WasmFunction,
  wasmEngine,
} from './wasm-module.ts';

/**
 * Hash functions on four rows at a time: word w of four messages is one SIMD vector, so that one pass of the algorithm
 * digests four rows. The code is generated here from the algorithms' definitions; it is straight-line but for its loops.
 */
export interface RowHashKernel {
  readonly words: Uint32Array<ArrayBuffer>;
  /** BLAKE2s-256 of `groups` times four messages of `bytes` bytes, `blocks` blocks each: MESSAGES to DIGESTS. */
  digest(groups: number, blocks: number, bytes: number): void;
  /** Expands `groups` times four digests into 2,048 bytes each, and adds them to LANES as 512 32-bit integers. */
  accumulate(groups: number, maskAt: number): void;
}

/** Where things lie in the kernel's memory, in bytes. */
export const LANES_AT = 0;
/** 512 words of four rows side by side. */
const LANES_BYTES = 512 * 16;
/** Two masks: all four rows, and the caller's. */
export const ALL_ROWS_AT = LANES_BYTES;
export const SOME_ROWS_AT = ALL_ROWS_AT + 16;
export const DIGESTS_AT = 16 * 1024;
/** Rows per call at most: their digests take 64 KiB. */
export const MAX_ROWS = 2048;
export const MESSAGES_AT = DIGESTS_AT + MAX_ROWS * 32;
export const MESSAGES_BYTES = 1024 * 1024;

const PAGE_BYTES = 65_536;
const PAGES = Math.ceil((MESSAGES_AT + MESSAGES_BYTES) / PAGE_BYTES);

/** RFC 7693, section 2.6; the same words as SHA-256's initial state. */
const BLAKE2S_IV = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** RFC 7693, section 2.7. */
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/** The quarters that both BLAKE2s and ChaCha work on: columns, then diagonals. */
const QUARTERS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/** "expand 32-byte k": RFC 8439, section 2.3. */
const CHACHA_CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

/** 2,048 bytes in blocks of 64. */
const EXPANSION_BLOCKS = 32;

const wordAt = (index: number) => index * 16;
const constant = (word: number): Code => [...i32.const(word | 0), ...v128.splat];
const xorInto = (into: number, other: number): Code => [
  ...get(into),
  ...get(other),
  ...v128.xor,
  ...set(into),
];
const addInto = (into: number, other: number): Code => [
  ...get(into),
  ...get(other),
  ...v128.add32,
  ...set(into),
];

function rotateRight(local: number, bits: number): Code {
  if (bits % 8 === 0) return [...get(local), ...get(local), ...v128.rotateBytes(bits / 8), ...set(local)];
  const right = [...get(local), ...i32.const(bits), ...v128.shr32];
  const left = [...get(local), ...i32.const(32 - bits), ...v128.shl32];
  return [...right, ...left, ...v128.or, ...set(local)];
}

/** digest(groups, blocks, bytes): locals 3 message, 4 digest, 5 blocks left, 6 bytes so far; 7.. state h, 15.. work v. */
function digestFunction(): WasmFunction {
  const [groups, blocks, bytes, message, digest, left, done] = [0, 1, 2, 3, 4, 5, 6];
  const h = (i: number) => 7 + i;
  const v = (i: number) => 15 + i;
  const mix = ([a, b, c, d]: readonly number[], x: number, y: number): Code => [
    ...[...addInto(a!, b!), ...get(a!), ...get(message!), ...v128.load(wordAt(x)), ...v128.add32, ...set(a!)],
    ...[
      ...xorInto(d!, a!),
      ...rotateRight(d!, 16),
      ...addInto(c!, d!),
      ...xorInto(b!, c!),
      ...rotateRight(b!, 12),
    ],
    ...[...addInto(a!, b!), ...get(a!), ...get(message!), ...v128.load(wordAt(y)), ...v128.add32, ...set(a!)],
    ...[
      ...xorInto(d!, a!),
      ...rotateRight(d!, 8),
      ...addInto(c!, d!),
      ...xorInto(b!, c!),
      ...rotateRight(b!, 7),
    ],
  ];
  const rounds = SIGMA.flatMap((sigma) =>
    QUARTERS.flatMap((quarter, q) => mix(quarter.map(v), sigma[2 * q]!, sigma[2 * q + 1]!)),
  );
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  const block: Code = [
    ...[...get(left!), ...i32.const(1), ...i32.sub, ...set(left!)],
    // The count of bytes: all of them in the last block, which may be part padding.
    ...[
      ...get(done!),
      ...i32.const(64),
      ...i32.add,
      ...get(bytes!),
      ...get(left!),
      ...i32.select,
      ...set(done!),
    ],
    ...eight.flatMap((i) => [...get(h(i)), ...set(v(i)), ...constant(BLAKE2S_IV[i]!), ...set(v(i + 8))]),
    ...[...get(v(12)), ...get(done!), ...v128.splat, ...v128.xor, ...set(v(12))],
    // All ones in the last block: 0 - (left == 0).
    ...[
      ...get(v(14)),
      ...i32.const(0),
      ...get(left!),
      ...i32.eqz,
      ...i32.sub,
      ...v128.splat,
      ...v128.xor,
      ...set(v(14)),
    ],
    ...rounds,
    ...eight.flatMap((i) => [...xorInto(h(i), v(i)), ...xorInto(h(i), v(i + 8))]),
    ...[...get(message!), ...i32.const(256), ...i32.add, ...set(message!)],
    ...get(left!),
  ];
  // The parameter block of an unkeyed 32-byte digest: RFC 7693, section 2.5.
  const initial = BLAKE2S_IV.map((word, i) => (i === 0 ? word ^ 0x01010020 : word));
  const body: Code = [
    ...[...i32.const(MESSAGES_AT), ...set(message!), ...i32.const(DIGESTS_AT), ...set(digest!)],
    ...loop([
      ...eight.flatMap((i) => [...constant(initial[i]!), ...set(h(i))]),
      ...[...get(blocks!), ...set(left!), ...i32.const(0), ...set(done!)],
      ...loop(block),
      ...eight.flatMap((i) => [...get(digest!), ...get(h(i)), ...v128.store(wordAt(i))]),
      ...[...get(digest!), ...i32.const(128), ...i32.add, ...set(digest!)],
      ...[...get(groups!), ...i32.const(1), ...i32.sub, ...set(groups!), ...get(groups!)],
    ]),
  ];
  return { name: 'digest', parameters: 3, results: 0, i32s: 4, v128s: 24, body };
}

/** accumulate(groups, maskAt): locals 2 digest, 3 counter, 4 lane; 5.. key, 13.. work v, 29 mask. */
function accumulateFunction(rounds: number): WasmFunction {
  const [groups, maskAt, digest, counter, lane] = [0, 1, 2, 3, 4];
  const key = (i: number) => 5 + i;
  const v = (i: number) => 13 + i;
  const mask = 29;
  const quarter = ([a, b, c, d]: readonly number[]): Code => [
    ...[...addInto(a!, b!), ...xorInto(d!, a!), ...rotateRight(d!, 16)],
    ...[...addInto(c!, d!), ...xorInto(b!, c!), ...rotateRight(b!, 20)],
    ...[...addInto(a!, b!), ...xorInto(d!, a!), ...rotateRight(d!, 24)],
    ...[...addInto(c!, d!), ...xorInto(b!, c!), ...rotateRight(b!, 25)],
  ];
  const doubleRound = QUARTERS.flatMap((indices) => quarter(indices.map(v)));
  const input = (i: number): Code => {
    if (i < 4) return constant(CHACHA_CONSTANTS[i]!);
    if (i < 12) return get(key(i - 4));
    return i === 12 ? [...get(counter!), ...v128.splat] : constant(0);
  };
  const sixteen = Array.from({ length: 16 }, (_, i) => i);
  const addToLane = (i: number): Code => [
    ...[...get(lane!), ...get(lane!), ...v128.load(LANES_AT + wordAt(i))],
    ...[...get(v(i)), ...input(i), ...v128.add32, ...get(mask), ...v128.and, ...v128.add32],
    ...v128.store(LANES_AT + wordAt(i)),
  ];
  const block: Code = [
    ...sixteen.flatMap((i) => [...input(i), ...set(v(i))]),
    ...Array.from({ length: rounds / 2 }, () => doubleRound).flat(),
    ...sixteen.flatMap(addToLane),
    ...[...get(lane!), ...i32.const(256), ...i32.add, ...set(lane!)],
    ...[...get(counter!), ...i32.const(1), ...i32.add, ...set(counter!)],
    ...[...get(counter!), ...i32.const(EXPANSION_BLOCKS), ...i32.sub],
  ];
  const body: Code = [
    ...[...i32.const(DIGESTS_AT), ...set(digest!), ...get(maskAt!), ...v128.load(0), ...set(mask)],
    ...loop([
      ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [...get(digest!), ...v128.load(wordAt(i)), ...set(key(i))]),
      ...[...i32.const(0), ...set(counter!), ...i32.const(0), ...set(lane!)],
      ...loop(block),
      ...[...get(digest!), ...i32.const(128), ...i32.add, ...set(digest!)],
      ...[...get(groups!), ...i32.const(1), ...i32.sub, ...set(groups!), ...get(groups!)],
    ]),
  ];
  return { name: 'accumulate', parameters: 2, results: 0, i32s: 3, v128s: 25, body };
}

/** Compiled once per process and number of rounds. */
const modules = new Map<number, object>();

/**
 * Builds a kernel with its own memory.
 *
 * @param expansionRounds ChaCha's rounds; 8 in use, 20 to compare with other implementations
 */
export function createRowHashKernel(expansionRounds: 8 | 20 = 8): RowHashKernel {
  let module = modules.get(expansionRounds);
  if (!module) {
    module = new wasmEngine.Module(assemble([digestFunction(), accumulateFunction(expansionRounds)], PAGES));
    modules.set(expansionRounds, module);
  }
  const { memory, digest, accumulate } = new wasmEngine.Instance(module).exports as unknown as KernelExports;
  const words = new Uint32Array(memory.buffer);
  words.fill(0xffffffff, ALL_ROWS_AT / 4, ALL_ROWS_AT / 4 + 4);
  return { words, digest, accumulate };
}

type KernelExports = Omit<RowHashKernel, 'words'> & { readonly memory: { readonly buffer: ArrayBuffer } };

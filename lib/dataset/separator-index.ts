import { assemble, type Code, get, i32, loop, set, tee, v128, wasmEngine, whileLoop } from './wasm-module.ts';

const COMMA = 0x2c;
const LF = 0x0a;
const QUOTE = 0x22;

/** Bytes looked at per call; one position of 4 bytes for each at worst. */
const TEXT_BYTES = 256 * 1024;
const POSITIONS_AT = TEXT_BYTES;
const PAGES = (TEXT_BYTES + TEXT_BYTES * 4) / 65_536 + 1;

/** index(to): locals 1 at, 2 out, 3 mask of hits, 4 text. */
function indexFunction() {
  const [to, at, out, hits, text] = [0, 1, 2, 3, 4];
  const equals = (byte: number): Code => [...get(text!), ...i32.const(byte), ...v128.splat8, ...v128.equal8];
  const emit: Code = [
    ...[...get(out!), ...get(at!), ...get(hits!), ...i32.ctz, ...i32.add, ...i32.store],
    ...[...get(out!), ...i32.const(4), ...i32.add, ...set(out!)],
    // Clears the lowest hit.
    ...[...get(hits!), ...get(hits!), ...i32.const(1), ...i32.sub, ...i32.and, ...tee(hits!)],
  ];
  const sixteen: Code = [
    ...[...get(at!), ...v128.load(0), ...set(text!)],
    ...[
      ...equals(COMMA),
      ...equals(LF),
      ...v128.or,
      ...equals(QUOTE),
      ...v128.or,
      ...v128.bitmask8,
      ...set(hits!),
    ],
    ...whileLoop(get(hits!), emit),
    ...[...get(at!), ...i32.const(16), ...i32.add, ...tee(at!), ...get(to!), ...i32.below],
  ];
  const body: Code = [...i32.const(POSITIONS_AT), ...set(out!), ...loop(sixteen), ...get(out!)];
  return { name: 'index', parameters: 1, results: 1, i32s: 3, v128s: 1, body };
}

const MODULE = new wasmEngine.Module(assemble([indexFunction()], PAGES));

/** Finds commas, line feeds and quotes, 16 bytes at a time: few bytes of a table are any of them. */
export class SeparatorIndex {
  /** How much of a text one call covers. */
  static readonly reach = TEXT_BYTES;
  readonly #text: Uint8Array;
  /** Offsets from the start of the last call's text, ascending. Only the first `count` are meant. */
  readonly positions: Int32Array;
  count = 0;
  readonly #index: (to: number) => number;

  constructor() {
    const { memory, index } = new wasmEngine.Instance(MODULE).exports as {
      memory: { buffer: ArrayBuffer };
      index: (to: number) => number;
    };
    this.#text = new Uint8Array(memory.buffer, 0, TEXT_BYTES);
    this.positions = new Int32Array(memory.buffer, POSITIONS_AT, TEXT_BYTES);
    this.#index = index;
  }

  /** Indexes bytes[from, to), of which there must be at least one and at most `reach`. */
  find(bytes: Uint8Array, from: number, to: number): void {
    this.#text.set(bytes.subarray(from, to));
    // What an earlier call left in the last 16 bytes must not be found.
    this.#text.fill(0, to - from, Math.min(TEXT_BYTES, to - from + 16));
    this.count = (this.#index(to - from) - POSITIONS_AT) / 4;
  }
}

import { describe, expect, it } from 'vitest';
import {
  block,
  br,
  br_if,
  type Code,
  call,
  F64,
  f64,
  f64x2,
  get,
  I32,
  I64,
  i8x16,
  i16x8,
  i32,
  i32x4,
  i64,
  i64x2,
  if_,
  loop,
  return_,
  select,
  set,
  tee,
  V128,
  v128,
} from '../../../lib/wasm/instructions.ts';
import { assemble, Locals } from '../../../lib/wasm/module.ts';
import { wasmText } from '../../helpers/wasm-modules.ts';

const SHAPES = { i32, i64, f64, v128, i8x16, i16x8, i32x4, i64x2, f64x2 };
const MEMORY = /^(load|store)/;
const NONE: Code = [];

/** Code after `unreachable` accepts any operands. */
const afterUnreachable = (code: Code): Uint8Array<ArrayBuffer> =>
  assemble([
    { name: 'test', parameters: [I32, I32], results: [], locals: [], body: [[0x00], code, [0x00]] },
    { name: 'other', parameters: [], results: [], locals: [], body: [] },
  ]);

/** An instruction of a shape, with its constants. */
function instruction(shape: keyof typeof SHAPES, name: string): Code {
  const make = (SHAPES[shape] as Record<string, (...parts: never[]) => Code>)[name]! as (
    ...parts: unknown[]
  ) => Code;
  if (name === 'const') return make(shape === 'v128' ? new Array(16).fill(1) : shape === 'i64' ? 5n : 5);
  if (MEMORY.test(name)) return make(16);
  if (name === 'extract_lane') return make(1, NONE);
  return name === 'shuffle' ? make(new Array(16).fill(3), NONE, NONE) : make();
}

describe('instructions', () => {
  const all = Object.entries(SHAPES).flatMap(([shape, instructions]) =>
    Object.keys(instructions).map((name) => [shape as keyof typeof SHAPES, name] as const),
  );

  it.each(all)('%s.%s has the bytes that other tools read under that name', async (shape, name) => {
    const text = await wasmText(afterUnreachable(instruction(shape, name)));
    expect(text).toMatch(new RegExp(`${shape}\\.${name}(?!\\w)`));
  });

  it.each([
    ['local.get 1', get(1)],
    ['local.set 1', set(1)],
    ['local.tee 1', tee(1, NONE)],
    ['select', select()],
    ['call 1', call(1)],
    ['return', return_()],
    ['br 0', br(0)],
    ['br_if 0', br_if(0, NONE)],
    ['block', block()],
    ['loop', loop()],
    ['if', if_(NONE, NONE)],
  ])('%s is too', async (text, code) => {
    expect(await wasmText(afterUnreachable(code))).toContain(`(${text}`);
  });

  it.each([0, 1, -1, 63, 64, -64, -65, 127, 128, 2 ** 31 - 1, -(2 ** 31)])(
    'constants keep the value %d',
    async (value) => {
      expect(await wasmText(afterUnreachable(i32.const(value)))).toContain(`(i32.const ${value})`);
      expect(await wasmText(afterUnreachable(i64.const(BigInt(value))))).toContain(`(i64.const ${value})`);
      expect(await wasmText(afterUnreachable(i32.load(value >>> 0)))).toContain(
        value === 0 ? '(i32.load\n' : `offset=${value >>> 0}`,
      );
    },
  );
});

describe('locals', () => {
  it('are numbered after the parameters, in the order of the calls', () => {
    const locals = new Locals(2);
    const [a, b] = locals.some(I64, 2);
    expect([a, b, locals.one(F64), ...locals.some(V128, 3)]).toEqual([2, 3, 4, 5, 6, 7]);
    expect(locals.types).toEqual([I64, I64, F64, V128, V128, V128]);
  });
});

import { expect, it } from 'vitest';
import { copyBytes } from '../../../lib/wasm/copy-bytes.ts';

const from = Uint8Array.from({ length: 37 }, (_, i) => i + 1);

it.each([
  ['shared', () => new Uint8Array(new SharedArrayBuffer(64))],
  ['own', () => new Uint8Array(64)],
])('copies bytes to %s memory at any address, and nothing else', (_, memory) => {
  for (const [start, at] of [
    [0, 0],
    [3, 5],
    [1, 26],
  ] as const) {
    const into = memory();
    const bytes = from.subarray(start);
    copyBytes(bytes, into, at);
    const expected = new Uint8Array(64);
    expected.set(bytes, at);
    expect(Array.from(into)).toEqual(Array.from(expected));
  }
});

it('copies bytes out of shared memory, into a part of another', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(40));
  shared.set(from, 2);
  const memory = new Uint8Array(50);
  copyBytes(shared.subarray(2, 39), memory.subarray(7), 3);
  expect(Array.from(memory.subarray(10, 47))).toEqual(Array.from(from));
  expect(memory.reduce((a, b) => a + b)).toBe(from.reduce((a, b) => a + b));
});

it('copies nothing of nothing: a fill by no bytes would write zeros', () => {
  const memory = Uint8Array.of(1, 2, 3);
  copyBytes(new Uint8Array(0), memory, 1);
  expect(memory).toEqual(Uint8Array.of(1, 2, 3));
});

import { searchable } from './searchable.ts';

const LF = 0x0a;

/** Counts the line feeds. */
export function countLines(bytes: Uint8Array): number {
  const buffer = searchable(bytes);
  let lines = 0;
  for (let at = buffer.indexOf(LF); at >= 0; at = buffer.indexOf(LF, at + 1)) lines++;
  return lines;
}

/** Finds the line that holds the byte at `at`. It ends before its line feed. */
export function lineAround(bytes: Uint8Array, at: number): { readonly from: number; readonly to: number } {
  const from = at === 0 ? 0 : bytes.lastIndexOf(LF, at - 1) + 1;
  const end = bytes.indexOf(LF, at);
  return { from, to: end < 0 ? bytes.length : end };
}

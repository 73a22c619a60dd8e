import { isUtf8 } from 'node:buffer';
import { searchable } from './searchable.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes bytes that were checked before. Throws TypeError for others, so that no byte is replaced silently.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * Finds the first byte that makes `bytes` something other than UTF-8 text without NUL.
 *
 * The runtime's vectorised check judges the whole range first; only a range that fails it is searched.
 *
 * @returns `fault`, the offset of the invalid sequence or NUL, or -1; and `checked`, the offset up to which
 *   the text is proved. That is less than the length when the range ends inside a sequence, which is no fault
 *   unless `isLast`.
 */
export function findEncodingFault(bytes: Uint8Array, isLast: boolean): { fault: number; checked: number } {
  const tail = isLast ? 0 : incompleteTail(bytes);
  const whole = bytes.subarray(0, bytes.length - tail);
  const nul = searchable(whole).indexOf(0);
  const end = nul < 0 ? whole.length : nul;
  if (isUtf8(whole.subarray(0, end))) return { fault: nul, checked: end };
  const fault = firstInvalid(whole.subarray(0, end));
  return { fault, checked: fault };
}

/** Number of bytes (0 to 3) at the end of an incomplete sequence: RFC 3629 section 4. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

const sequenceLength = (lead: number) => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2);

/** Searches sequence by sequence. It runs once, on the block that ends the reading of a file. */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at]! < 0x80 ? 1 : sequenceLength(bytes[at]!);
    if (length > 1 && !(at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)))) return at;
    at += length;
  }
  return at;
}

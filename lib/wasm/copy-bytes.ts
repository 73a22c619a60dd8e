import { Buffer } from 'node:buffer';

/**
 * Copies bytes to `into`, from `at` on. One of both may be memory that threads share: `set` copies that byte
 * by byte, unless both addresses are multiples of 8. What a Buffer is filled with is copied by memcpy.
 */
export function copyBytes(bytes: Uint8Array, into: Uint8Array, at: number): void {
  if (bytes.length === 0) return;
  Buffer.from(into.buffer, into.byteOffset, into.length).fill(bytes, at, at + bytes.length);
}

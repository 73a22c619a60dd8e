import { Buffer } from 'node:buffer';

/** The same bytes as a Buffer: its `indexOf` and `includes` are vectorised, those of a Uint8Array are not. */
export function searchable(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

import { createHash } from 'node:crypto';

/**
 * The SHA-256 of bytes, or of a text in UTF-8: 32 bytes. What comes in pieces is hashed with Node's own hash.
 */
export const sha256 = (content: string | Uint8Array): Buffer => createHash('sha256').update(content).digest();

/** The same in lower-case hexadecimal. */
export const sha256Hex = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

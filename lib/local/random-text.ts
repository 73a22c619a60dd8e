import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let used = pool.length;

/**
 * Random bytes as text, for ids that need not be secret. They are taken from a buffer: asking the system for
 * a few bytes at a time takes longer than using them.
 *
 * @param bytes at most 8,192
 */
export function randomText(bytes: number, encoding: 'hex' | 'base64'): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString(encoding, used - bytes, used);
}

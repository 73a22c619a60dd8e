/**
 * The keys of the index. LevelDB sorts them by their UTF-8 bytes, which is the order of S3's listings. A
 * bucket's name contains no "!", so "!" ends it. An object's key may contain anything, also NUL: NUL is
 * escaped as NUL 1, and NUL NUL ends the key. So a key sorts before every longer key, and all other orders
 * are kept.
 */

export const BUCKETS = 'bucket!';
export const NOTIFICATIONS = 'notification!';
export const LAST_SEQUENCE = 'sequence';

const END = '\0\0';
const MAX_SEQUENCE = (1n << 64n) - 1n;

export type KeySpace = 'version' | 'upload';

/** The key of a bucket's record. */
export function bucketKey(bucket: string): string {
  return `${BUCKETS}${bucket}`;
}

/** The common prefix of a bucket's entries in a space. */
function spacePrefix(space: KeySpace, bucket: string): string {
  return `${space}!${bucket}!`;
}

/** The lower bound (inclusive) of the entries whose keys begin with `keyPrefix`. */
export function keysStart(space: KeySpace, bucket: string, keyPrefix: string): string {
  return spacePrefix(space, bucket) + escapeKey(keyPrefix);
}

/** The upper bound (exclusive) of the entries whose keys begin with `keyPrefix`, which must not be empty. */
export function keysEnd(space: KeySpace, bucket: string, keyPrefix: string): string {
  return spacePrefix(space, bucket) + successor(escapeKey(keyPrefix));
}

/** The common prefix of the entries of exactly this key. */
export function entriesOf(space: KeySpace, bucket: string, key: string): string {
  return spacePrefix(space, bucket) + escapeKey(key) + END;
}

/** The upper bound (exclusive) of the entries of exactly this key. */
export function entriesEnd(space: KeySpace, bucket: string, key: string): string {
  return `${spacePrefix(space, bucket)}${escapeKey(key)}\0\u0001`;
}

/** The index key of a version. The newest version of a key sorts first. */
export function versionKey(bucket: string, key: string, sequence: string): string {
  return entriesOf('version', bucket, key) + invert(sequence);
}

/** The index key of a multipart upload. */
export function uploadKey(bucket: string, key: string, uploadId: string): string {
  return entriesOf('upload', bucket, key) + uploadId;
}

/** The common prefix of an upload's parts. */
export function partsOf(uploadId: string): string {
  return `part!${uploadId}!`;
}

/** The index key of a part. S3 numbers parts from 1 to 10,000. */
export function partKey(uploadId: string, partNumber: number): string {
  return partsOf(uploadId) + String(partNumber).padStart(5, '0');
}

/**
 * The index key of a notification. It begins with the sequence of its change: notifications are replayed in
 * that order.
 */
export function notificationKey(sequence: string, ordinal: number): string {
  return `${NOTIFICATIONS}${sequence}!${String(ordinal).padStart(4, '0')}`;
}

/** A sequence in reverse order: it falls as the given one grows. */
export function invert(sequence: string): string {
  return (MAX_SEQUENCE - BigInt(`0x${sequence}`)).toString(16).padStart(16, '0');
}

/** The first key after all keys that begin with `prefix`, which must not be empty. */
export function successor(prefix: string): string {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = codePoints.pop(); last !== undefined; last = codePoints.pop()) {
    if (last < 0x10ffff) return String.fromCodePoint(...codePoints, nextCodePoint(last));
  }
  throw new RangeError('no key sorts after this prefix');
}

/** Surrogates are not characters and have no UTF-8 form. */
function nextCodePoint(codePoint: number): number {
  return codePoint === 0xd7ff ? 0xe000 : codePoint + 1;
}

function escapeKey(key: string): string {
  return key.replaceAll('\0', '\0\u0001');
}

/**
 * The keys of the index. LevelDB orders them by their UTF-8 bytes, which is the order of S3's listings.
 * A bucket's name holds no "!", so that it ends there. An object's key may hold anything, NUL included: NUL is
 * escaped as NUL 1 and the key ended by NUL NUL, which sorts before any longer key and keeps all other orders.
 */

export const BUCKETS = 'bucket!';
export const NOTIFICATIONS = 'notification!';
export const LAST_SEQUENCE = 'sequence';

const END = '\0\0';
const MAX_SEQUENCE = (1n << 64n) - 1n;

export type KeySpace = 'version' | 'upload';

/** Where a bucket's record lies. */
export function bucketKey(bucket: string): string {
  return `${BUCKETS}${bucket}`;
}

/** What all entries of a bucket in that space begin with. */
function spacePrefix(space: KeySpace, bucket: string): string {
  return `${space}!${bucket}!`;
}

/** The first place at which entries of keys that begin with `keyPrefix` can lie. */
export function keysFrom(space: KeySpace, bucket: string, keyPrefix: string): string {
  return spacePrefix(space, bucket) + escapeKey(keyPrefix);
}

/** The first place after all entries of keys that begin with `keyPrefix`, which must not be empty. */
export function keysPast(space: KeySpace, bucket: string, keyPrefix: string): string {
  return spacePrefix(space, bucket) + successor(escapeKey(keyPrefix));
}

/** What all entries of exactly this key begin with. */
export function entriesOf(space: KeySpace, bucket: string, key: string): string {
  return spacePrefix(space, bucket) + escapeKey(key) + END;
}

/** The first place after all entries of exactly this key. */
export function entriesPast(space: KeySpace, bucket: string, key: string): string {
  return `${spacePrefix(space, bucket)}${escapeKey(key)}\0\u0001`;
}

/** Where a version lies: the newest of a key sorts first. */
export function versionKey(bucket: string, key: string, sequence: string): string {
  return entriesOf('version', bucket, key) + invert(sequence);
}

/** Where a multipart upload lies. */
export function uploadKey(bucket: string, key: string, uploadId: string): string {
  return entriesOf('upload', bucket, key) + uploadId;
}

/** What all parts of an upload begin with. */
export function partsOf(uploadId: string): string {
  return `part!${uploadId}!`;
}

/** Where a part lies; S3 numbers parts from 1 to 10,000. */
export function partKey(uploadId: string, partNumber: number): string {
  return partsOf(uploadId) + String(partNumber).padStart(5, '0');
}

/** Where a notification lies that belongs to the change of that sequence: they are replayed in that order. */
export function notificationKey(sequence: string, ordinal: number): string {
  return `${NOTIFICATIONS}${sequence}!${String(ordinal).padStart(4, '0')}`;
}

/** A sequence that falls as the given one grows, and the other way round. */
export function invert(sequence: string): string {
  return (MAX_SEQUENCE - BigInt(`0x${sequence}`)).toString(16).padStart(16, '0');
}

/** The first place after everything that begins with `prefix`, which must not be empty. */
export function successor(prefix: string): string {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = codePoints.pop(); last !== undefined; last = codePoints.pop()) {
    if (last < 0x10ffff) return String.fromCodePoint(...codePoints, nextCodePoint(last));
  }
  throw new RangeError('no key sorts after this prefix');
}

/** Surrogates are no characters, and UTF-8 has no form for them. */
function nextCodePoint(codePoint: number): number {
  return codePoint === 0xd7ff ? 0xe000 : codePoint + 1;
}

function escapeKey(key: string): string {
  return key.replaceAll('\0', '\0\u0001');
}

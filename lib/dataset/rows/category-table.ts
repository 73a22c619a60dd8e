import { decodeUtf8 } from '../csv/utf8.ts';

/** Returned by `find` for bytes that are not in the table. */
export const ABSENT = -1;

/**
 * Maximum slots that a look-up passes. By chance it passes some 50 among 10,000 entries (runs of linear
 * probing in a half-full table have at most about log(n) / (1/2 - 1 - log(1/2)) slots: Pittel, "Linear
 * probing", 1987).
 */
const MAX_PROBES = 256;

/**
 * Numbers distinct byte strings in the order in which they are added. It is an open-addressing hash table
 * over one arena, so that a look-up allocates nothing and a cell is decoded only once per distinct value.
 *
 * The hash is the same everywhere, so an attacker can make a file whose categories all share one hash, and
 * each row would pass thousands of slots. A table that meets such a run switches to a Map, whose hash V8
 * seeds anew in each process. The codes do not depend on either.
 */
export class CategoryTable {
  size = 0;
  #arena = new Uint8Array(1024);
  #used = 0;
  /** #ends[code] is where an entry's bytes end in the arena. They begin where the previous entry ends. */
  #ends = new Int32Array(64);
  #hashes = new Int32Array(64);
  /** Codes + 1 by hash; 0 is empty. The length is a power of two, at least twice the size. */
  #slots = new Int32Array(128);
  /** Replaces #slots once those were too slow. */
  #codes: Map<string, number> | undefined;

  /** The code of bytes[start, end), or ABSENT. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (this.#codes) return this.#codes.get(decodeUtf8(bytes.subarray(start, end))) ?? ABSENT;
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let left = MAX_PROBES; left > 0; left--, slot = (slot + 1) & mask) {
      const code = this.#slots[slot]! - 1;
      if (code < 0) return ABSENT;
      if (this.#hashes[code] === hash && this.#equals(code, bytes, start, end)) return code;
    }
    this.#codes = new Map(Array.from({ length: this.size }, (_, code) => [this.textOf(code), code]));
    return this.find(bytes, start, end);
  }

  /** Adds bytes that `find` did not find, and returns their code. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const code = this.size++;
    this.#reserve(end - start);
    this.#arena.set(bytes.subarray(start, end), this.#used);
    this.#used += end - start;
    this.#ends[code] = this.#used;
    this.#hashes[code] = hashOf(bytes, start, end);
    if (this.#codes) this.#codes.set(this.textOf(code), code);
    else if (this.size * 2 > this.#slots.length) this.#rehash();
    else this.#place(code);
    return code;
  }

  /** A view of an entry's bytes, valid until the next `add`. */
  bytesOf(code: number): Uint8Array {
    return this.#arena.subarray(code === 0 ? 0 : this.#ends[code - 1], this.#ends[code]);
  }

  textOf(code: number): string {
    return decodeUtf8(this.bytesOf(code));
  }

  #equals(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = code === 0 ? 0 : this.#ends[code - 1]!;
    const length = end - start;
    if (this.#ends[code]! - from !== length) return false;
    const arena = this.#arena;
    for (let i = 0; i < length; i++) if (arena[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #reserve(length: number): void {
    if (this.#used + length > this.#arena.length) {
      const larger = new Uint8Array(Math.max(this.#arena.length * 2, this.#used + length));
      larger.set(this.#arena);
      this.#arena = larger;
    }
    if (this.size < this.#ends.length) return;
    this.#ends = doubled(this.#ends);
    this.#hashes = doubled(this.#hashes);
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let code = 0; code < this.size; code++) this.#place(code);
  }

  #place(code: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[code]! & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = code + 1;
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** FNV-1a, finished as MurmurHash3 does: the table masks low bits, which FNV alone mixes poorly. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

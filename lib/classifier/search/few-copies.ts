/** After so many places of the table that hold other points, a point counts as new: that costs no answer. */
const MAX_PROBES = 32;
/** Leaving out a smaller share of the rows is not worth a copy of the others. */
const MIN_LEFT_OUT = 0.25;

/** Points, and which row each of them is. */
export interface RowPoints {
  /** Row-major. */
  readonly points: Float64Array;
  readonly dimension: number;
  /** The row at each position; by default, the position itself. */
  readonly order?: Int32Array | undefined;
  /** A mask: rows whose byte is not 0 are left out. */
  readonly excludedRows?: Uint8Array | undefined;
}

/**
 * Rows that can be among the `copies` nearest of some query: of equal points only the first ones. Equal
 * points are equally far from every query, and of equally far rows the first are the nearer ones. So answers
 * stay the same, and no query has to compare thousands of equal rows.
 *
 * @returns positions, in ascending order of their rows; undefined when few rows can be left out
 */
export function firstCopies(from: RowPoints, copies: number): Int32Array | undefined {
  const rows = from.points.length / from.dimension;
  const seen = new SeenPoints(from, rows);
  const positions = positionsByRow(from.order, rows);
  const kept = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    if (from.excludedRows !== undefined && from.excludedRows[row] !== 0) continue;
    const position = positions === undefined ? row : positions[row]!;
    if (seen.add(position) <= copies) kept[count++] = position;
  }
  return count > rows * (1 - MIN_LEFT_OUT) ? undefined : kept.slice(0, count);
}

function positionsByRow(order: Int32Array | undefined, rows: number): Int32Array | undefined {
  if (order === undefined) return undefined;
  const positions = new Int32Array(rows);
  for (let position = 0; position < rows; position++) positions[order[position]!] = position;
  return positions;
}

/** Counts equal points, by a hash table of positions with linear probing. */
class SeenPoints {
  /** The points as words: two for each coordinate. */
  readonly #words: Uint32Array;
  readonly #wordsOfRow: number;
  /** A position plus one, 0 where there is none. */
  readonly #table: Int32Array;
  /** For the first position of equal points, their number. */
  readonly #counts: Int32Array;

  constructor({ points, dimension }: RowPoints, rows: number) {
    this.#words = new Uint32Array(points.buffer, points.byteOffset, 2 * points.length);
    this.#wordsOfRow = 2 * dimension;
    this.#table = new Int32Array(2 ** (33 - Math.clz32(Math.max(1, rows))));
    this.#counts = new Int32Array(rows);
  }

  /** @returns how many equal points there are so far, this one among them */
  add(position: number): number {
    const mask = this.#table.length - 1;
    let place = this.#hash(position) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++, place = (place + 1) & mask) {
      const first = this.#table[place]! - 1;
      if (first < 0) {
        this.#table[place] = position + 1;
        return ++this.#counts[position]!;
      }
      if (this.#areEqual(first, position)) return ++this.#counts[first]!;
    }
    return 1;
  }

  /** MurmurHash3's mixing (Austin Appleby, public domain). */
  #hash(position: number): number {
    const words = this.#words;
    const end = (position + 1) * this.#wordsOfRow;
    let hash = 0;
    for (let at = position * this.#wordsOfRow; at < end; at++) {
      let mixed = Math.imul(words[at]!, 0xcc9e2d51);
      mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
      const turned = hash ^ mixed;
      hash = (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }

  #areEqual(a: number, b: number): boolean {
    const words = this.#words;
    let [left, right] = [a * this.#wordsOfRow, b * this.#wordsOfRow];
    for (let count = 0; count < this.#wordsOfRow; count++) {
      if (words[left++] !== words[right++]) return false;
    }
    return true;
  }
}

import type { Metric } from './metric.ts';

/**
 * Widens a squared distance so that no sum whose root rounds to the same distance is left out: with u = 2⁻⁵³, a root
 * that rounds to D has a sum of at most D²(1 + u)², and D·D is rounded once more, so a factor of 1 + 8u is ample.
 */
const SAME_ROOT = 1 + 2 ** -50;

/**
 * The k best rows met so far, in a binary heap with the worst on top. The order is total: distance, then row, where
 * the distance is the one that is reported. (Two sums of squares may differ and have the same root: the smaller row
 * must win then, or equal distances would appear in an order that nobody can explain.)
 */
export class Candidates {
  readonly #euclidean: boolean;
  #wanted = 0;
  #count = 0;
  #distances = new Float64Array(0);
  #rows = new Int32Array(0);
  /** No row with a greater sum can enter any more: squared for euclidean, the distance itself for manhattan. */
  limit = Number.POSITIVE_INFINITY;

  constructor(metric: Metric) {
    this.#euclidean = metric === 'euclidean';
  }

  get count(): number {
    return this.#count;
  }

  /** Forgets everything and gets ready for up to `wanted` rows. */
  reset(wanted: number): void {
    if (this.#rows.length < wanted) {
      this.#distances = new Float64Array(wanted);
      this.#rows = new Int32Array(wanted);
    }
    this.#wanted = wanted;
    this.#count = 0;
    this.limit = wanted === 0 ? -1 : Number.POSITIVE_INFINITY;
  }

  /** Considers a row. `sum` is its distance, before the root for euclidean, summed in the order of the features. */
  offer(row: number, sum: number): void {
    const distance = this.#euclidean ? Math.sqrt(sum) : sum;
    if (this.#count < this.#wanted) this.#rise(this.#count++, distance, row);
    else if (this.#wanted > 0 && this.#isWorse(0, distance, row)) this.#sink(distance, row, this.#count);
    else return;
    if (this.#count === this.#wanted) this.#tighten();
  }

  /**
   * Moves the rows and distances, best first, to the two arrays from `offset` on and returns how many there were.
   * The candidates are empty afterwards.
   */
  drain(rows: Int32Array, distances: Float64Array, offset: number): number {
    const count = this.#count;
    for (let left = count - 1; left >= 0; left--) {
      rows[offset + left] = this.#rows[0]!;
      distances[offset + left] = this.#distances[0]!;
      this.#sink(this.#distances[left]!, this.#rows[left]!, left);
    }
    this.#count = 0;
    return count;
  }

  #tighten(): void {
    const worst = this.#distances[0]!;
    this.limit = this.#euclidean ? worst * worst * SAME_ROOT : worst;
  }

  /** True when what the heap holds at `at` comes after the given neighbour. */
  #isWorse(at: number, distance: number, row: number): boolean {
    const held = this.#distances[at]!;
    return held > distance || (held === distance && this.#rows[at]! > row);
  }

  #put(at: number, distance: number, row: number): void {
    this.#distances[at] = distance;
    this.#rows[at] = row;
  }

  #rise(from: number, distance: number, row: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (this.#isWorse(parent, distance, row)) break;
      this.#put(at, this.#distances[parent]!, this.#rows[parent]!);
      at = parent;
    }
    this.#put(at, distance, row);
  }

  /** Replaces the top of a heap of `count` by the given neighbour. */
  #sink(distance: number, row: number, count: number): void {
    let at = 0;
    for (let child = 1; child < count; child = 2 * at + 1) {
      const other = child + 1;
      if (other < count && this.#isWorse(other, this.#distances[child]!, this.#rows[child]!)) child = other;
      if (!this.#isWorse(child, distance, row)) break;
      this.#put(at, this.#distances[child]!, this.#rows[child]!);
      at = child;
    }
    this.#put(at, distance, row);
  }
}

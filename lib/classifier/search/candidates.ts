import type { Metric } from './types.ts';

/**
 * Widens a squared distance so that no sum is excluded whose root rounds to the same distance. With u = 2⁻⁵³,
 * a root that rounds to D has a sum of at most D²(1 + u)², and D·D is rounded once more, so a factor of 1 +
 * 8u is enough.
 */
const SAME_ROOT = 1 + 2 ** -50;

/**
 * The k best rows so far, in a binary heap with the worst on top. The order is total: distance, then row,
 * where the distance is the reported one. Two different sums of squares may have the same root. Then the
 * smaller row must win, or equal distances would appear in an order that nobody can explain.
 *
 * Rows are stored by position. The row at a position is looked up only for ties, for excluded rows and at the
 * end: the order is a large array, and each look-up in it waits for memory.
 */
export class Candidates {
  readonly #euclidean: boolean;
  readonly #order: Int32Array | undefined;
  readonly #excludedRows: Uint8Array | undefined;
  #excluded = -1;
  #excludesRows = false;
  #wanted = 0;
  #count = 0;
  #distances = new Float64Array(0);
  #positions = new Int32Array(0);
  /** No row with a larger sum can enter. Squared for euclidean, the distance itself for manhattan. */
  limit = Number.POSITIVE_INFINITY;

  /**
   * @param order the row at each position; by default, the position itself
   * @param excludedRows a mask of rows to exclude
   */
  constructor(metric: Metric, order?: Int32Array, excludedRows?: Uint8Array) {
    this.#euclidean = metric === 'euclidean';
    this.#order = order;
    this.#excludedRows = excludedRows;
  }

  get count(): number {
    return this.#count;
  }

  /** The number of rows that will be accepted at any distance. */
  get vacancies(): number {
    return this.#wanted - this.#count;
  }

  /** The largest number of rows that are excluded. */
  get maxExcluded(): number {
    if (this.#excludedRows !== undefined) return Number.POSITIVE_INFINITY;
    return this.#excluded >= 0 ? 1 : 0;
  }

  /** Empties the heap and prepares for up to `wanted` rows. `excluded` is a row to exclude, or −1. */
  reset(wanted: number, excluded = -1): void {
    if (this.#positions.length < wanted) {
      this.#distances = new Float64Array(wanted);
      this.#positions = new Int32Array(wanted);
    }
    this.#wanted = wanted;
    this.#count = 0;
    this.#excluded = excluded;
    this.#excludesRows = excluded >= 0 || this.#excludedRows !== undefined;
    this.limit = wanted === 0 ? -1 : Number.POSITIVE_INFINITY;
  }

  /**
   * Considers the row at a position. `sum` is its distance, before the root for euclidean, summed in the
   * order of the features. It may be beyond the limit.
   */
  offer(position: number, sum: number): void {
    if (!(sum <= this.limit) || (this.#excludesRows && this.#isExcluded(position))) return;
    const distance = this.#euclidean ? Math.sqrt(sum) : sum;
    if (this.#count < this.#wanted) this.#rise(this.#count++, distance, position);
    else if (this.#isWorse(0, distance, position)) this.#sink(distance, position, this.#count);
    else return;
    if (this.#count === this.#wanted) this.#tighten();
  }

  /**
   * Moves the rows and distances, best first, to the two arrays from `offset` on, and returns their number.
   * The candidates are empty afterwards.
   */
  drain(rows: Int32Array, distances: Float64Array, offset: number): number {
    const count = this.#count;
    for (let left = count - 1; left >= 0; left--) {
      rows[offset + left] = this.#rowAt(this.#positions[0]!);
      distances[offset + left] = this.#distances[0]!;
      this.#sink(this.#distances[left]!, this.#positions[left]!, left);
    }
    this.#count = 0;
    return count;
  }

  #rowAt(position: number): number {
    return this.#order === undefined ? position : this.#order[position]!;
  }

  #isExcluded(position: number): boolean {
    const row = this.#rowAt(position);
    return row === this.#excluded || (this.#excludedRows !== undefined && this.#excludedRows[row] !== 0);
  }

  #tighten(): void {
    const worst = this.#distances[0]!;
    this.limit = this.#euclidean ? worst * worst * SAME_ROOT : worst;
  }

  /** True when the heap's entry at `at` is worse than the given neighbour. */
  #isWorse(at: number, distance: number, position: number): boolean {
    const held = this.#distances[at]!;
    if (held !== distance) return held > distance;
    return this.#rowAt(this.#positions[at]!) > this.#rowAt(position);
  }

  #put(at: number, distance: number, position: number): void {
    this.#distances[at] = distance;
    this.#positions[at] = position;
  }

  #rise(from: number, distance: number, position: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (this.#isWorse(parent, distance, position)) break;
      this.#put(at, this.#distances[parent]!, this.#positions[parent]!);
      at = parent;
    }
    this.#put(at, distance, position);
  }

  /** Replaces the top of a heap of `count` by the given neighbour. */
  #sink(distance: number, position: number, count: number): void {
    let at = 0;
    for (let child = 1; child < count; child = 2 * at + 1) {
      const other = child + 1;
      if (other < count && this.#isWorse(other, this.#distances[child]!, this.#positions[child]!))
        child = other;
      if (!this.#isWorse(child, distance, position)) break;
      this.#put(at, this.#distances[child]!, this.#positions[child]!);
      at = child;
    }
    this.#put(at, distance, position);
  }
}

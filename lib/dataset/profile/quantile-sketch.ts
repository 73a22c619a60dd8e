/** Buckets per power of two. Their width is 1/256 of their lower end, so a middle is off by 0.2% at most. */
const BUCKETS = 256;

/** The bounds of a bucket, and how many numbers it holds. */
export interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Counts doubles by their sign, exponent and first 8 bits of mantissa: a logarithmic histogram that works for
 * any range, and whose state does not depend on the order of arrival.
 */
export class QuantileSketch {
  count = 0;
  /** Index of the buckets for each sign and exponent; 0 until one occurs. */
  readonly #pages = new Uint32Array(4096);
  /** The first page stays empty. Doubles: all rows may fall into one bucket, and be more than 2^32. */
  #buckets = new Float64Array(16 * BUCKETS);
  #used = BUCKETS;

  /**
   * Adds counts of doubles whose sign and exponent are the 12 bits `index`, by the first 8 bits of their
   * mantissa.
   */
  addPage(index: number, counts: Uint32Array): void {
    const page = this.#pages[index]! || this.#newPage(index);
    const buckets = this.#buckets;
    for (let i = 0; i < BUCKETS; i++) {
      const count = counts[i]!;
      buckets[page + i]! += count;
      this.count += count;
    }
  }

  #newPage(index: number): number {
    if (this.#used === this.#buckets.length) {
      const larger = new Float64Array(this.#buckets.length * 2);
      larger.set(this.#buckets);
      this.#buckets = larger;
    }
    const page = this.#used;
    this.#pages[index] = page;
    this.#used += BUCKETS;
    return page;
  }

  /** Buckets that are not empty, by value. */
  buckets(): Bucket[] {
    const found: Bucket[] = [];
    for (let page = 4095; page >= 2048; page--) this.#addBuckets(page, BUCKETS - 1, -1, found);
    for (let page = 0; page < 2048; page++) this.#addBuckets(page, 0, 1, found);
    return found;
  }

  #addBuckets(page: number, first: number, step: 1 | -1, found: Bucket[]): void {
    const at = this.#pages[page]!;
    if (at === 0) return;
    for (let i = first; i >= 0 && i < BUCKETS; i += step) {
      const count = this.#buckets[at + i]!;
      if (count === 0) continue;
      const near = fromHighWord((page << 20) | (i << 12));
      const far = fromHighWord(((page << 20) | (i << 12)) + (1 << 12));
      found.push({ low: Math.min(near, far), high: Math.max(near, far), count });
    }
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function fromHighWord(high: number): number {
  scratch.setInt32(0, high);
  return scratch.getFloat64(0);
}

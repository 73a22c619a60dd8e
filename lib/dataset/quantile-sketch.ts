/** Buckets per power of two: their width is 1/256 of their lower end, so that a middle is off by 0.2% at most. */
const BUCKETS = 256;

/**
 * Counts doubles by their sign, exponent and first 8 bits of mantissa: a logarithmic histogram that needs no knowledge of the
 * range, whose state does not depend on the order of arrival, and that costs one table look-up per value.
 */
export class QuantileSketch {
  count = 0;
  /** One page per sign and exponent, made when first met. */
  readonly #pages: (Uint32Array | undefined)[] = new Array(4096);

  /** Adds the numbers of values[0, length) that are no NaN; `words` is the same memory as 32-bit words. */
  addAll(values: Float64Array, words: Uint32Array, length: number): void {
    for (let i = 0; i < length; i++) {
      if (Number.isNaN(values[i]!)) continue;
      const high = words[2 * i + 1]!;
      const page = this.#pages[high >>> 20] ?? this.#newPage(high >>> 20);
      page[(high >>> 12) & 0xff]!++;
      this.count++;
    }
  }

  #newPage(index: number): Uint32Array {
    const page = new Uint32Array(BUCKETS);
    this.#pages[index] = page;
    return page;
  }

  /** Buckets that hold anything, by value: their bounds and counts. */
  *buckets(): Generator<{ low: number; high: number; count: number }> {
    for (let page = 4095; page >= 2048; page--) yield* this.#bucketsOf(page, BUCKETS - 1, -1);
    for (let page = 0; page < 2048; page++) yield* this.#bucketsOf(page, 0, 1);
  }

  *#bucketsOf(
    page: number,
    first: number,
    step: 1 | -1,
  ): Generator<{ low: number; high: number; count: number }> {
    const counts = this.#pages[page];
    if (!counts) return;
    for (let i = first; i >= 0 && i < BUCKETS; i += step) {
      if (counts[i] === 0) continue;
      const near = fromHighWord((page << 20) | (i << 12));
      const far = fromHighWord(((page << 20) | (i << 12)) + (1 << 12));
      yield { low: Math.min(near, far), high: Math.max(near, far), count: counts[i]! };
    }
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function fromHighWord(high: number): number {
  scratch.setInt32(0, high);
  return scratch.getFloat64(0);
}

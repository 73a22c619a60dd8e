import type { Bucket } from './quantile-sketch.ts';

/**
 * Maximum number of non-empty buckets. Quantiles of evenly spread dates are off by a 4,000th of their span,
 * or less.
 */
const MAX_BUCKETS = 4096;

/**
 * Counts integers in buckets of equal width, the smallest power of two for which at most MAX_BUCKETS are not
 * empty. It suits values whose differences matter, however far from 0 they are. Its state does not depend on
 * the order of arrival: some of the values never need wider buckets than all of them.
 */
export class SpanSketch {
  count = 0;
  #width = 1;
  #counts = new Map<number, number>();

  /** Adds integers; NaN is left out. */
  add(values: Float64Array): void {
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      this.count++;
      const bucket = Math.floor(value / this.#width);
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
      while (this.#counts.size > MAX_BUCKETS) this.#widen();
    }
  }

  #widen(): void {
    const wider = new Map<number, number>();
    for (const [bucket, count] of this.#counts) {
      const half = Math.floor(bucket / 2);
      wider.set(half, (wider.get(half) ?? 0) + count);
    }
    this.#width *= 2;
    this.#counts = wider;
  }

  /** Buckets that are not empty, by value. */
  buckets(): Bucket[] {
    return [...this.#counts]
      .sort(([a], [b]) => a - b)
      .map(([bucket, count]) => ({
        low: bucket * this.#width,
        high: (bucket + 1) * this.#width - 1,
        count,
      }));
  }
}

import type { NumericProfile } from './dataset-profile.ts';
import { QuantileSketch } from './quantile-sketch.ts';

const PROBABILITIES: readonly (readonly [string, number])[] = [
  ['p01', 0.01],
  ['p05', 0.05],
  ['p25', 0.25],
  ['p50', 0.5],
  ['p75', 0.75],
  ['p95', 0.95],
  ['p99', 0.99],
];
const HISTOGRAM_BINS = 20;

/** Digits of mean and sd: sums are rounded in the order of arrival, which shows only beyond them. */
const STABLE_DIGITS = 12;

/** Gathers one numeric column. All but mean and sd, which are rounded for it, is independent of the rows' order. */
export class NumericProfiler {
  missing = 0;
  readonly #sketch = new QuantileSketch();
  #sorted: Float64Array | undefined;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #merged = 0;
  #mean = 0;
  #squares = 0;

  add(values: Float64Array<ArrayBuffer>, rows: number, isOnly: boolean): void {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
    const before = this.#sketch.count;
    this.#sketch.addAll(values, words, rows);
    const count = this.#sketch.count - before;
    this.missing += rows - count;
    this.#addMoments(values, rows, count);
    if (isOnly)
      this.#sorted = values
        .subarray(0, rows)
        .filter((value) => !Number.isNaN(value))
        .sort();
  }

  /**
   * Sums differences to each group's own mean, and merges groups by Chan, Golub and LeVeque, "Updating Formulae and a Pairwise
   * Algorithm for Computing Sample Variances", 1979: neither an offset nor an outlier swallows the spread.
   */
  #addMoments(values: Float64Array, rows: number, count: number): void {
    if (count === 0) return;
    let min = this.#min;
    let max = this.#max;
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row]!;
      if (value < min) min = value;
      if (value > max) max = value;
      if (!Number.isNaN(value)) sum += value;
    }
    this.#min = min;
    this.#max = max;
    this.#merge(count, sum / count, squaresAbout(sum / count, values, rows));
  }

  #merge(count: number, mean: number, squares: number): void {
    const total = this.#merged + count;
    const difference = mean - this.#mean;
    this.#squares += squares + difference * difference * this.#merged * (count / total);
    this.#mean += difference * (count / total);
    this.#merged = total;
  }

  summary(): Omit<NumericProfile, 'name' | 'type'> {
    const { count } = this.#sketch;
    const exact = this.#sorted !== undefined;
    if (count === 0) {
      const none = { min: null, max: null, mean: null, sd: null, quantiles: null, histogram: null };
      return { count, missing: this.missing, ...none, exact };
    }
    return {
      count,
      missing: this.missing,
      min: this.#min,
      max: this.#max,
      mean: stable(this.#mean),
      sd: stable(Math.sqrt(this.#squares / count)),
      quantiles: this.#quantiles(),
      histogram: this.#histogram(),
      exact,
    };
  }

  #quantiles(): Record<string, number> {
    return Object.fromEntries(
      PROBABILITIES.map(([name, p]) => [
        name,
        this.#sorted ? exactQuantile(this.#sorted, p) : this.#sketched(p),
      ]),
    );
  }

  /** The middle of the bucket that holds the value of that rank. */
  #sketched(probability: number): number {
    const rank = probability * (this.#sketch.count - 1);
    let passed = 0;
    for (const { low, high, count } of this.#sketch.buckets()) {
      passed += count;
      if (passed > rank) return Math.min(this.#max, Math.max(this.#min, low + (high - low) / 2));
    }
    return this.#max;
  }

  #histogram(): NonNullable<NumericProfile['histogram']> {
    if (this.#min === this.#max) return { edges: [this.#min, this.#max], counts: [this.#sketch.count] };
    const width = this.#max / HISTOGRAM_BINS - this.#min / HISTOGRAM_BINS;
    const counts = new Array<number>(HISTOGRAM_BINS).fill(0);
    const binOf = (value: number) =>
      Math.min(HISTOGRAM_BINS - 1, Math.max(0, Math.floor((value - this.#min) / width)));
    if (this.#sorted) for (const value of this.#sorted) counts[binOf(value)]!++;
    else
      for (const { low, high, count } of this.#sketch.buckets())
        counts[binOf(low + (high - low) / 2)]! += count;
    const edges = Array.from({ length: HISTOGRAM_BINS + 1 }, (_, bin) =>
      bin === HISTOGRAM_BINS ? this.#max : this.#min + bin * width,
    );
    return { edges, counts };
  }
}

/** Linear between ranks: R's type 7, NumPy's default. */
function exactQuantile(sorted: Float64Array, probability: number): number {
  const at = probability * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

const stable = (value: number) => Number(value.toPrecision(STABLE_DIGITS));

function squaresAbout(mean: number, values: Float64Array, rows: number): number {
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    const difference = values[row]! - mean;
    if (!Number.isNaN(difference)) squares += difference * difference;
  }
  return squares;
}

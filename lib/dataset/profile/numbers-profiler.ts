import type { NumbersProfiling, NumbersSummary } from '../../columns/profile.ts';
import { presentOf } from '../parquet/parquet-levels.ts';
import type { RowGroup, SurveyedNumbers } from '../rows/row-group.ts';
import { type Bucket, QuantileSketch } from './quantile-sketch.ts';
import { SpanSketch } from './span-sketch.ts';

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

/** Digits of mean and sd. The order of arrival affects how sums round, but only beyond these digits. */
const STABLE_DIGITS = 12;

/**
 * Profiles one column of numbers. The result does not depend on the order of rows: mean and sd are rounded
 * for that.
 */
export class NumbersProfiler {
  missing = 0;
  readonly #sketch: QuantileSketch | SpanSketch;
  #sorted: Float64Array | undefined;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #merged = 0;
  #mean = 0;
  #squares = 0;

  constructor(sketchedBy: NumbersProfiling<unknown>['sketchedBy']) {
    this.#sketch = sketchedBy === 'span' ? new SpanSketch() : new QuantileSketch();
  }

  /**
   * Adds a group's column. It sums differences to each group's own mean, and merges groups by Chan, Golub and
   * LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979. So neither an
   * offset nor an outlier hides the spread.
   */
  add({ feature, survey }: SurveyedNumbers, group: RowGroup, isOnly: boolean): void {
    const { min, max, sum, missing } = survey;
    const count = group.rows - missing;
    this.missing += missing;
    const sketch = this.#sketch;
    if (sketch instanceof SpanSketch) sketch.add(feature.values.subarray(0, group.rows));
    else group.sketch(feature, (page, counts) => sketch.addPage(page, counts));
    if (isOnly) this.#sorted = presentOf(feature.values.subarray(0, group.rows), missing).sort();
    if (count === 0) return;
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
    this.#merge(count, sum / count, group.squaresAbout(sum / count, feature));
  }

  #merge(count: number, mean: number, squares: number): void {
    const total = this.#merged + count;
    const difference = mean - this.#mean;
    this.#squares += squares + difference * difference * this.#merged * (count / total);
    this.#mean += difference * (count / total);
    this.#merged = total;
  }

  summary(): NumbersSummary {
    const { count } = this.#sketch;
    const exact = this.#sorted !== undefined;
    if (count === 0) {
      const none = { min: null, max: null, mean: null, sd: null, quantiles: null, histogram: null };
      return { count, missing: this.missing, ...none, exact };
    }
    const buckets = this.#sorted ? [] : this.#sketch.buckets();
    return {
      count,
      missing: this.missing,
      min: this.#min,
      max: this.#max,
      mean: stable(this.#mean),
      sd: stable(Math.sqrt(this.#squares / count)),
      quantiles: this.#quantiles(buckets),
      histogram: this.#histogram(buckets),
      exact,
    };
  }

  #quantiles(buckets: readonly Bucket[]): Record<string, number> {
    const sorted = this.#sorted;
    if (!sorted) return Object.fromEntries(this.#sketched(buckets));
    return Object.fromEntries(PROBABILITIES.map(([name, p]) => [name, exactQuantile(sorted, p)]));
  }

  /** Middles of the buckets that hold the values of the quantiles' ranks, which ascend. */
  #sketched(buckets: readonly Bucket[]): [name: string, quantile: number][] {
    let passed = 0;
    let at = 0;
    return PROBABILITIES.map(([name, p]) => {
      const rank = p * (this.#sketch.count - 1);
      while (at < buckets.length && passed + buckets[at]!.count <= rank) passed += buckets[at++]!.count;
      const middle = at < buckets.length ? middleOf(buckets[at]!) : this.#max;
      return [name, Math.min(this.#max, Math.max(this.#min, middle))];
    });
  }

  #histogram(buckets: readonly Bucket[]): NonNullable<NumbersSummary['histogram']> {
    if (this.#min === this.#max) return { edges: [this.#min, this.#max], counts: [this.#sketch.count] };
    const width = this.#max / HISTOGRAM_BINS - this.#min / HISTOGRAM_BINS;
    const counts = new Array<number>(HISTOGRAM_BINS).fill(0);
    const binOf = (value: number) =>
      Math.min(HISTOGRAM_BINS - 1, Math.max(0, Math.floor((value - this.#min) / width)));
    if (this.#sorted) for (const value of this.#sorted) counts[binOf(value)]!++;
    else for (const bucket of buckets) counts[binOf(middleOf(bucket))]! += bucket.count;
    const edges = Array.from({ length: HISTOGRAM_BINS + 1 }, (_, bin) =>
      bin === HISTOGRAM_BINS ? this.#max : this.#min + bin * width,
    );
    return { edges, counts };
  }
}

const middleOf = ({ low, high }: Bucket) => low + (high - low) / 2;

/** Interpolates linearly between ranks: R's type 7, NumPy's default. */
function exactQuantile(sorted: Float64Array, probability: number): number {
  const at = probability * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

const stable = (value: number) => Number(value.toPrecision(STABLE_DIGITS));

import type { Chunk } from './chunk.ts';
import { Distribution, type Summary } from './distribution.ts';
import type { Range, RangeMeasure, Statistic, SummaryName } from './statistic-syntax.ts';

/** Takes the stored chunks of one period, in any order, and computes one statistic of all their values. */
export interface Accumulator {
  add(chunk: Chunk): void;
  /** Undefined when the period has no data point for this statistic. */
  result(): number | undefined;
}

/**
 * An accumulator for one period. Only percentiles merge distributions. Every other statistic is a sum over
 * chunks, which is exact (for values that are stored exactly) and small for any period.
 *
 * A percentile is the nearest rank: the smallest value with at least p% of the values at or below it, which
 * AWS calls "the maximum value of the remaining 99%". Lower bounds are exclusive and upper bounds inclusive,
 * also for percentiles, so that adjacent ranges neither share a value nor lose one. Source: "CloudWatch
 * statistics definitions" in the Amazon CloudWatch User Guide.
 */
export function createAccumulator(statistic: Statistic): Accumulator {
  if (statistic.kind === 'summary') return new SummaryAccumulator(statistic.name);
  if (statistic.kind === 'percentile')
    return new MergingAccumulator((merged) => percentile(merged, statistic.percent));
  const { measure, range } = statistic;
  if (range.percent) return new MergingAccumulator((merged) => measureByRank(merged, measure, range));
  return new FixedRangeAccumulator(measure, range);
}

class SummaryAccumulator implements Accumulator {
  readonly #name: SummaryName;
  #count = 0;
  #sum = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;

  constructor(name: SummaryName) {
    this.#name = name;
  }

  add({ summary }: Chunk): void {
    this.#count += summary.count;
    this.#sum += summary.sum;
    this.#minimum = Math.min(this.#minimum, summary.minimum);
    this.#maximum = Math.max(this.#maximum, summary.maximum);
  }

  result(): number | undefined {
    if (this.#count === 0) return undefined;
    if (this.#name === 'SampleCount') return this.#count;
    if (this.#name === 'Sum') return this.#sum;
    if (this.#name === 'Average') return this.#sum / this.#count;
    return this.#name === 'Minimum' ? this.#minimum : this.#maximum;
  }
}

class FixedRangeAccumulator implements Accumulator {
  readonly #measure: RangeMeasure;
  readonly #lower: number;
  readonly #upper: number;
  readonly #parts: Parts = { below: 0, inside: 0, above: 0, insideSum: 0 };
  #available = true;

  constructor(measure: RangeMeasure, { lower, upper }: Range) {
    this.#measure = measure;
    this.#lower = lower ?? Number.NEGATIVE_INFINITY;
    this.#upper = upper ?? Number.POSITIVE_INFINITY;
  }

  add({ values }: Chunk): void {
    if (values === undefined) this.#available = false;
    else for (const [value, count] of values) this.#addValue(value, count);
  }

  #addValue(value: number, count: number): void {
    if (value <= this.#lower) this.#parts.below += count;
    else if (value > this.#upper) this.#parts.above += count;
    else {
      this.#parts.inside += count;
      this.#parts.insideSum += value * count;
    }
  }

  result(): number | undefined {
    if (!this.#available) return undefined;
    return measureParts(this.#measure, this.#parts, this.#lower, this.#upper);
  }
}

class MergingAccumulator implements Accumulator {
  readonly #merged = new Distribution();
  readonly #evaluate: (merged: Sorted) => number | undefined;

  constructor(evaluate: (merged: Sorted) => number | undefined) {
    this.#evaluate = evaluate;
  }

  add(chunk: Chunk): void {
    chunk.mergeInto(this.#merged);
  }

  result(): number | undefined {
    const { values } = this.#merged;
    if (values === undefined || this.#merged.count === 0) return undefined;
    const entries = [...values].sort(([a], [b]) => a - b);
    return this.#evaluate({ summary: this.#merged, entries });
  }
}

interface Sorted {
  readonly summary: Summary;
  /** Values, ascending, with their counts. */
  readonly entries: readonly (readonly [value: number, count: number])[];
}

function percentile({ summary, entries }: Sorted, percent: number): number {
  const { count, minimum, maximum } = summary;
  const wanted = rank(percent, count);
  let seen = 0;
  for (const [value, times] of entries) {
    seen += times;
    // Compressed values are rounded. The exact minimum and maximum bound them.
    if (seen >= wanted) return Math.min(Math.max(value, minimum), maximum);
  }
  return maximum;
}

/**
 * The number of lowest values at or below a percentile. Rounding alone can make the product of a decimal
 * percentage and a count exceed the true integer (99.9% of 1000). A relative slack of 1e-12 is far above that
 * error. It is far below the distance to the next rank, for percentages of 10 decimals and up to 10^9 values.
 */
function rank(percent: number, count: number): number {
  const product = (percent * count) / 100;
  return Math.min(Math.ceil(product - product * 1e-12), count);
}

function measureByRank(merged: Sorted, measure: RangeMeasure, { lower, upper }: Range): number | undefined {
  const { count } = merged.summary;
  const lowerRank = lower === undefined ? 0 : rank(lower, count);
  const upperRank = upper === undefined ? count : rank(upper, count);
  const parts: Parts = {
    below: lowerRank,
    inside: upperRank - lowerRank,
    above: count - upperRank,
    insideSum: 0,
  };
  let seen = 0;
  for (const [value, times] of merged.entries) {
    const taken = Math.min(seen + times, upperRank) - Math.max(seen, lowerRank);
    if (taken > 0) parts.insideSum += value * taken;
    seen += times;
  }
  return measureParts(measure, parts, percentile(merged, lower ?? 0), percentile(merged, upper ?? 100));
}

interface Parts {
  below: number;
  inside: number;
  above: number;
  insideSum: number;
}

function measureParts(measure: RangeMeasure, parts: Parts, lower: number, upper: number): number | undefined {
  const { below, inside, above, insideSum } = parts;
  const count = below + inside + above;
  if (count === 0) return undefined;
  if (measure === 'TC') return inside;
  if (measure === 'TS') return insideSum;
  if (measure === 'PR') return (100 * inside) / count;
  if (measure === 'TM') return inside === 0 ? undefined : insideSum / inside;
  // Written so that an open end (infinite bound, no values beyond it) adds 0 instead of NaN.
  const winsorized = insideSum + (below > 0 ? below * lower : 0) + (above > 0 ? above * upper : 0);
  return winsorized / count;
}

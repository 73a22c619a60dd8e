import { type BaselineColumn, DRIFTS, isNumbers } from '../columns/kinds.ts';
import type { NumbersBaseline } from '../columns/numbers-baseline.ts';
import type { TextsBaseline } from '../columns/texts-baseline.ts';
import type { ColumnPair } from './compare.ts';

/** A share of the baseline's values, and of the batch's: in [0, 1]. */
export interface SharePair {
  readonly baseline: number;
  readonly live: number;
}

/** The values of a column in training and in the batch, as shares of all of its values. */
export type Distributions = NumbersDistributions | TextsDistributions;

export interface NumbersDistributions {
  readonly form: 'numbers';
  /** Of the bins, ascending: one more than there are bins. The outer bins hold what lies beyond, too. */
  readonly edges: (number | string)[];
  readonly bins: SharePair[];
  readonly missing: SharePair;
}

export interface TextsDistributions {
  readonly form: 'categories';
  /** Those with the largest shares, largest first. */
  readonly categories: (SharePair & { readonly name: string })[];
  /** All other texts together, with those that training never saw. */
  readonly other: SharePair;
  readonly missing: SharePair;
}

const BINS = 20;
/** Bins span all but this share at either end of each of the two: one outlier would flatten the rest. */
const TAIL = 0.01;
const MAX_CATEGORIES = 12;

/** Both distributions of a column in a form that is small whatever the data. */
export function distributionsOf({ baseline, batch }: Pick<ColumnPair, 'baseline' | 'batch'>): Distributions {
  return isNumbers(baseline)
    ? ofNumbers(baseline, batch as Float64Array)
    : ofTexts(baseline, batch as readonly (string | null)[]);
}

function ofNumbers(
  baseline: NumbersBaseline & Pick<BaselineColumn, 'type'>,
  values: Float64Array,
): NumbersDistributions {
  const trained = new PointCounts(baseline);
  const live = values.filter((value) => !Number.isNaN(value)).sort();
  const totals = { baseline: trained.total + baseline.missing, live: values.length };
  const missing = shares({ baseline: baseline.missing, live: values.length - live.length }, totals);
  const edges = edgesOf(trained, live);
  const inner = edges.slice(1, -1);
  const below = [
    { baseline: 0, live: 0 },
    ...inner.map((edge) => ({ baseline: trained.below(edge), live: countBelow(live, edge) })),
    { baseline: trained.total, live: live.length },
  ];
  const bins = below.slice(1).map((upper, bin) => {
    const lower = below[bin]!;
    return shares({ baseline: upper.baseline - lower.baseline, live: upper.live - lower.live }, totals);
  });
  const shown = DRIFTS[baseline.type].shownEdges?.(edges) ?? rounded(edges);
  return { form: 'numbers', edges: shown, bins: edges.length === 0 ? [] : bins, missing };
}

/** Evenly spaced; none without any value. */
function edgesOf(trained: PointCounts, live: Float64Array): number[] {
  const at = (share: number) => live[Math.min(live.length - 1, Math.floor(share * live.length))];
  const known = (value: number | undefined): value is number => value !== undefined;
  const lows = [trained.quantile(TAIL), at(TAIL)].filter(known);
  const highs = [trained.quantile(1 - TAIL), at(1 - TAIL)].filter(known);
  if (lows.length === 0) return [];
  const [from, to] = [Math.min(...lows), Math.max(...highs)];
  if (from === to) return [from, to];
  return Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? to : from + (i * (to - from)) / BINS));
}

/** The numbers of a baseline: those between two of its points are taken to be spread evenly. */
class PointCounts {
  readonly total: number;
  readonly #values: readonly number[];
  readonly #counts: readonly number[];
  readonly #gaps: readonly number[] | null;

  constructor({ values, counts, gaps }: Pick<NumbersBaseline, 'values' | 'counts' | 'gaps'>) {
    this.#values = values;
    this.#counts = counts;
    this.#gaps = gaps;
    const sum = (numbers: readonly number[]) => numbers.reduce((all, count) => all + count, 0);
    this.total = sum(counts) + sum(gaps ?? []);
  }

  /** How many numbers are below a bound. */
  below(bound: number): number {
    let count = 0;
    for (let i = 0; i < this.#values.length && this.#values[i]! < bound; i++) {
      count += this.#counts[i]!;
      const [from, to] = [this.#values[i]!, this.#values[i + 1] ?? Number.POSITIVE_INFINITY];
      const gap = this.#gaps?.[i] ?? 0;
      if (gap > 0) count += gap * Math.min(1, (bound - from) / (to - from));
    }
    return count;
  }

  /** The first point that this share of the numbers does not exceed. */
  quantile(share: number): number | undefined {
    let count = 0;
    for (const [i, value] of this.#values.entries()) {
      count += this.#counts[i]!;
      if (count >= share * this.total) return value;
      count += this.#gaps?.[i] ?? 0;
    }
    return this.#values.at(-1);
  }
}

function countBelow(sorted: Float64Array, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ofTexts(baseline: TextsBaseline, values: readonly (string | null)[]): TextsDistributions {
  const found = new Map<string, number>(baseline.categories.map((name) => [name, 0]));
  let [other, missing] = [0, 0];
  for (const value of values) {
    if (value === null) missing++;
    else if (found.has(value)) found.set(value, found.get(value)! + 1);
    else other++;
  }
  const known = baseline.counts.reduce((sum, count) => sum + count, 0);
  const totals = { baseline: known + baseline.other + baseline.missing, live: values.length };
  const named = baseline.categories
    .map((name, i) => ({ name, counts: { baseline: baseline.counts[i]!, live: found.get(name)! } }))
    .map((one) => ({ ...one, ...shares(one.counts, totals) }))
    .sort((a, b) => Math.max(b.baseline, b.live) - Math.max(a.baseline, a.live));
  const rest = named.slice(MAX_CATEGORIES).map(({ counts }) => counts);
  const restOf = (key: keyof SharePair) => rest.reduce((sum, counts) => sum + counts[key], 0);
  return {
    form: 'categories',
    categories: named
      .slice(0, MAX_CATEGORIES)
      .map(({ name, baseline: trained, live }) => ({ name, baseline: trained, live })),
    other: shares({ baseline: baseline.other + restOf('baseline'), live: other + restOf('live') }, totals),
    missing: shares({ baseline: baseline.missing, live: missing }, totals),
  };
}

const shares = (counts: SharePair, totals: SharePair): SharePair => ({
  baseline: share(counts.baseline, totals.baseline),
  live: share(counts.live, totals.live),
});

/** In steps of 0.0001, as fine as a drawing shows. */
const share = (part: number, whole: number) =>
  whole === 0 ? 0 : Number(Math.min(1, part / whole).toFixed(4));

/** Edges lie between values, so a hundredth of a bin is as fine as anybody reads them. */
function rounded(edges: readonly number[]): number[] {
  const width = (edges.at(-1)! - edges[0]!) / Math.max(1, edges.length - 1);
  const step = 10 ** (Math.floor(Math.log10(width)) - 2);
  if (step === 0) return [...edges];
  return edges.map((edge) => Number((Math.round(edge / step) * step).toPrecision(12)));
}

/** Statistics of a column of numbers. */
export interface NumberSpread {
  /** Replaces a missing value. */
  readonly median: number;
  readonly center: number;
  /** Population standard deviation; 1 for a constant column, which then adds nothing to any distance. */
  readonly scale: number;
}

/** The empirical distribution function at some of a column's values. */
export interface RankTable {
  /** Strictly ascending values. */
  readonly knots: Float64Array;
  /** Their mid-ranks as shares of all rows, in (0, 1), ascending. */
  readonly ranks: Float64Array;
  /** Standard deviation of the ranks of all rows; 1 when constant. */
  readonly scale: number;
}

/** More distinct values than this are represented by evenly spaced ones among them. */
const MAX_KNOTS = 256;
/** Above this, sums of squares might overflow. */
const LARGE = 2 ** 400;

/** Describes the sorted present values of a column. Zeros for none. */
export function describeSorted(sorted: Float64Array): NumberSpread {
  const count = sorted.length;
  if (count === 0) return { median: 0, center: 0, scale: 1 };
  const median = sorted[(count - 1) >> 1]! / 2 + sorted[count >> 1]! / 2;
  let sum = 0;
  for (const value of sorted) sum += value / count;
  const scale = deviation(sorted, sum);
  return { median, center: sum, scale };
}

function deviation(values: Float64Array, mean: number): number {
  // Scaling by a power of two changes no bit of the result.
  const unit = Math.max(mean - values[0]!, values.at(-1)! - mean) > LARGE ? LARGE : 1;
  let squares = 0;
  for (const value of values) squares += ((value - mean) / unit) ** 2;
  const result = unit * Math.sqrt(squares / values.length);
  return result > 0 ? result : 1;
}

/** Tabulates the ranks of sorted values. */
export function rankSorted(sorted: Float64Array): RankTable {
  if (sorted.length === 0) return { knots: Float64Array.of(0), ranks: Float64Array.of(0.5), scale: 1 };
  const starts: number[] = [];
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) starts.push(i);
  const chosen = evenly(starts.length);
  const midRank = (at: number) => (starts[at]! + (starts[at + 1] ?? sorted.length)) / 2 / sorted.length;
  const knots = Float64Array.from(chosen, (at) => sorted[starts[at]!]!);
  const ranks = Float64Array.from(chosen, midRank);
  const all = new Float64Array(sorted.length);
  starts.forEach((start, at) => {
    all.fill(midRank(at), start, starts[at + 1] ?? sorted.length);
  });
  return { knots, ranks, scale: deviation(all, 0.5) };
}

function evenly(distinct: number): number[] {
  if (distinct <= MAX_KNOTS) return Array.from({ length: distinct }, (_, i) => i);
  return Array.from({ length: MAX_KNOTS }, (_, i) => Math.round((i * (distinct - 1)) / (MAX_KNOTS - 1)));
}

/**
 * Rank of a value, linear between knots. Beyond the ends it continues by the distance in standard deviations,
 * so that values far outside the training data stay far away.
 *
 * @param knots, ranks a part of `table` each: knots at [at, at + count), ranks at [at + count, at + 2 count)
 * @param slope ranks per unit of value beyond the ends
 */
export function rankOf(value: number, table: Float64Array, at: number, count: number, slope: number): number {
  const last = at + count - 1;
  if (value <= table[at]!) return table[at + count]! + (value - table[at]!) * slope;
  if (value >= table[last]!) return table[last + count]! + (value - table[last]!) * slope;
  let low = at;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (table[middle]! <= value) low = middle;
    else high = middle;
  }
  const share = (value - table[low]!) / (table[high]! - table[low]!);
  return table[low + count]! + share * (table[high + count]! - table[low + count]!);
}

/**
 * Approximate value for a rank: the inverse of rankOf, except for rounding and for ranks that several values
 * share.
 */
export function valueAtRank(
  rank: number,
  table: Float64Array,
  at: number,
  count: number,
  slope: number,
): number {
  const last = at + count - 1;
  if (rank <= table[at + count]!) return table[at]! + (rank - table[at + count]!) / slope;
  if (rank >= table[last + count]!) return table[last]! + (rank - table[last + count]!) / slope;
  let low = at;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (table[middle + count]! <= rank) low = middle;
    else high = middle;
  }
  const share = (rank - table[low + count]!) / (table[high + count]! - table[low + count]!);
  return table[low]! + share * (table[high]! - table[low]!);
}

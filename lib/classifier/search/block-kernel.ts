import type { Candidates } from './candidates.ts';
import type { Metric } from './types.ts';

/**
 * Offers to `candidates` every row at the positions [from, to) of `points` whose sum is at most their limit,
 * in ascending position. It may offer more; `candidates` refuses those. The sum runs over features 0 to
 * dimension − 1 in that order, in float64, so that every path that finds a row gets the same number.
 * Distances are computed only here; filters only tell which rows can be skipped.
 */
export type BlockKernel = (
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
) => void;

/** The kernel for a metric and a dimension, in plain TypeScript. */
export function blockKernel(metric: Metric, dimension: number): BlockKernel {
  if (metric === 'euclidean') return dimension < 4 ? narrowSquares : wideSquares;
  return dimension < 4 ? narrowMagnitudes : wideMagnitudes;
}

// The loops are written out because a call per term or per row would cost more than the arithmetic. Every sum
// runs strictly from the first feature to the last. The wide kernels keep the query's first four features in
// variables, and check the limit after each group of four: the terms are not negative and rounding is
// monotonic, so a partial sum beyond the limit stays beyond it. Indices are kept to 32 bits (`| 0`), which
// saves an overflow check at each step; there are fewer than 2³¹ coordinates. No comparison here is true for
// NaN.

function narrowSquares(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
): void {
  let { limit } = candidates;
  let at = Math.imul(from, dimension);
  for (let position = from; position < to; position++) {
    let sum = 0;
    for (let feature = 0; feature < dimension; feature++, at = (at + 1) | 0) {
      const difference = query[feature]! - points[at]!;
      sum += difference * difference;
    }
    if (sum <= limit) {
      candidates.offer(position, sum);
      limit = candidates.limit;
    }
  }
}

function wideSquares(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
): void {
  const [first, second, third, fourth] = [query[0]!, query[1]!, query[2]!, query[3]!];
  let { limit } = candidates;
  let row = Math.imul(from, dimension);
  for (let position = from; position < to; position++, row = (row + dimension) | 0) {
    let at = row;
    const i = first - points[at]!;
    const j = second - points[(at + 1) | 0]!;
    const k = third - points[(at + 2) | 0]!;
    const l = fourth - points[(at + 3) | 0]!;
    let sum = i * i + j * j + k * k + l * l;
    let feature = 4;
    at = (at + 4) | 0;
    for (; feature + 3 < dimension && sum <= limit; feature += 4, at = (at + 4) | 0) {
      const m = query[feature]! - points[at]!;
      const n = query[feature + 1]! - points[(at + 1) | 0]!;
      const o = query[feature + 2]! - points[(at + 2) | 0]!;
      const p = query[feature + 3]! - points[(at + 3) | 0]!;
      sum = sum + m * m + n * n + o * o + p * p;
    }
    if (!(sum <= limit)) continue;
    for (; feature < dimension; feature++, at = (at + 1) | 0) {
      const difference = query[feature]! - points[at]!;
      sum += difference * difference;
    }
    if (!(sum <= limit)) continue;
    candidates.offer(position, sum);
    limit = candidates.limit;
  }
}

function narrowMagnitudes(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
): void {
  let { limit } = candidates;
  let at = Math.imul(from, dimension);
  for (let position = from; position < to; position++) {
    let sum = 0;
    for (let feature = 0; feature < dimension; feature++, at = (at + 1) | 0) {
      const difference = Math.abs(query[feature]! - points[at]!);
      sum += difference;
    }
    if (sum <= limit) {
      candidates.offer(position, sum);
      limit = candidates.limit;
    }
  }
}

function wideMagnitudes(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
): void {
  const [first, second, third, fourth] = [query[0]!, query[1]!, query[2]!, query[3]!];
  let { limit } = candidates;
  let row = Math.imul(from, dimension);
  for (let position = from; position < to; position++, row = (row + dimension) | 0) {
    let at = row;
    const i = Math.abs(first - points[at]!);
    const j = Math.abs(second - points[(at + 1) | 0]!);
    const k = Math.abs(third - points[(at + 2) | 0]!);
    const l = Math.abs(fourth - points[(at + 3) | 0]!);
    let sum = i + j + k + l;
    let feature = 4;
    at = (at + 4) | 0;
    for (; feature + 3 < dimension && sum <= limit; feature += 4, at = (at + 4) | 0) {
      const m = Math.abs(query[feature]! - points[at]!);
      const n = Math.abs(query[feature + 1]! - points[(at + 1) | 0]!);
      const o = Math.abs(query[feature + 2]! - points[(at + 2) | 0]!);
      const p = Math.abs(query[feature + 3]! - points[(at + 3) | 0]!);
      sum = sum + m + n + o + p;
    }
    if (!(sum <= limit)) continue;
    for (; feature < dimension; feature++, at = (at + 1) | 0) {
      const difference = Math.abs(query[feature]! - points[at]!);
      sum += difference;
    }
    if (!(sum <= limit)) continue;
    candidates.offer(position, sum);
    limit = candidates.limit;
  }
}

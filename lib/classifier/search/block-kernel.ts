import type { Metric } from './metric.ts';

/** Most rows that one call of a kernel may be asked for. */
export const BLOCK_ROWS = 256;

/** Where a kernel puts the rows it lets through: their positions and their exact sums, BLOCK_ROWS of each. */
export interface Survivors {
  readonly positions: Int32Array;
  readonly sums: Float64Array;
}

/**
 * Scans the rows at positions [from, to) of `points` and returns how many survive, which are all those whose sum is
 * at most `limit`, in ascending position. The sum is over features 0 to dimension − 1 in that order, in float64, so
 * that it is the same number whichever path finds the row. This is the one place where rows are scanned: a faster
 * kernel (SIMD, filtering in less precision) has to keep this contract and nothing else.
 */
export type BlockKernel = (
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  limit: number,
  survivors: Survivors,
) => number;

/** The kernel for a metric and a dimension, in plain TypeScript. */
export function blockKernel(metric: Metric, dimension: number): BlockKernel {
  if (metric === 'euclidean') return dimension < 4 ? scanNarrowSquares : scanSquares;
  return dimension < 4 ? scanNarrowMagnitudes : scanMagnitudes;
}

export function newSurvivors(): Survivors {
  return { positions: new Int32Array(BLOCK_ROWS), sums: new Float64Array(BLOCK_ROWS) };
}

// The four loops are written out, since a call per term or per row would cost more than the arithmetic. The wide ones
// keep the query's first four features in registers, which halves the time per row at 4 features, and give a row up
// between groups of four: the terms are not negative and rounding is monotonic, so a partial sum beyond the limit
// stays beyond it. Every sum runs strictly from the first feature to the last. NaN passes no comparison here.

function scanSquares(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  limit: number,
  survivors: Survivors,
): number {
  const { positions, sums } = survivors;
  const [first, second, third, fourth] = [query[0]!, query[1]!, query[2]!, query[3]!];
  let found = 0;
  let at = from * dimension;
  for (let position = from; position < to; position++, at += dimension) {
    const i = first - points[at]!;
    const j = second - points[at + 1]!;
    const k = third - points[at + 2]!;
    const l = fourth - points[at + 3]!;
    let sum = i * i + j * j + k * k + l * l;
    let feature = 4;
    for (; feature + 3 < dimension && sum <= limit; feature += 4) {
      const m = query[feature]! - points[at + feature]!;
      const n = query[feature + 1]! - points[at + feature + 1]!;
      const o = query[feature + 2]! - points[at + feature + 2]!;
      const p = query[feature + 3]! - points[at + feature + 3]!;
      sum = sum + m * m + n * n + o * o + p * p;
    }
    if (!(sum <= limit)) continue;
    for (; feature < dimension; feature++) {
      const difference = query[feature]! - points[at + feature]!;
      sum += difference * difference;
    }
    if (!(sum <= limit)) continue;
    positions[found] = position;
    sums[found++] = sum;
  }
  return found;
}

function scanMagnitudes(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  limit: number,
  survivors: Survivors,
): number {
  const { positions, sums } = survivors;
  const [first, second, third, fourth] = [query[0]!, query[1]!, query[2]!, query[3]!];
  let found = 0;
  let at = from * dimension;
  for (let position = from; position < to; position++, at += dimension) {
    const i = Math.abs(first - points[at]!);
    const j = Math.abs(second - points[at + 1]!);
    const k = Math.abs(third - points[at + 2]!);
    const l = Math.abs(fourth - points[at + 3]!);
    let sum = i + j + k + l;
    let feature = 4;
    for (; feature + 3 < dimension && sum <= limit; feature += 4) {
      const m = Math.abs(query[feature]! - points[at + feature]!);
      const n = Math.abs(query[feature + 1]! - points[at + feature + 1]!);
      const o = Math.abs(query[feature + 2]! - points[at + feature + 2]!);
      const p = Math.abs(query[feature + 3]! - points[at + feature + 3]!);
      sum = sum + m + n + o + p;
    }
    if (!(sum <= limit)) continue;
    for (; feature < dimension; feature++) {
      sum += Math.abs(query[feature]! - points[at + feature]!);
    }
    if (!(sum <= limit)) continue;
    positions[found] = position;
    sums[found++] = sum;
  }
  return found;
}

function scanNarrowSquares(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  limit: number,
  survivors: Survivors,
): number {
  const { positions, sums } = survivors;
  let found = 0;
  let at = from * dimension;
  for (let position = from; position < to; position++, at += dimension) {
    let sum = 0;
    for (let feature = 0; feature < dimension; feature++) {
      const difference = query[feature]! - points[at + feature]!;
      sum += difference * difference;
    }
    if (!(sum <= limit)) continue;
    positions[found] = position;
    sums[found++] = sum;
  }
  return found;
}

function scanNarrowMagnitudes(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  limit: number,
  survivors: Survivors,
): number {
  const { positions, sums } = survivors;
  let found = 0;
  let at = from * dimension;
  for (let position = from; position < to; position++, at += dimension) {
    let sum = 0;
    for (let feature = 0; feature < dimension; feature++) {
      sum += Math.abs(query[feature]! - points[at + feature]!);
    }
    if (!(sum <= limit)) continue;
    positions[found] = position;
    sums[found++] = sum;
  }
  return found;
}

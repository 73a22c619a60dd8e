import type { Candidates } from './candidates.ts';
import type { Metric } from './types.ts';

/**
 * Offers to `candidates` every row at the positions [from, to) of `points` whose sum is at most their limit (more may
 * be offered: they are refused there), in ascending position. The sum is over features 0 to dimension − 1 in that
 * order, in float64, so that it is the same number whichever path finds the row. This is the one place where rows
 * are scanned: a faster kernel (SIMD, filtering in less precision) has to keep this contract and nothing else.
 */
export type BlockKernel = (
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
) => void;

/** From this many features on, rows are scanned four at a time. */
const TILED_DIMENSION = 12;

/** The kernel for a metric and a dimension, in plain TypeScript. */
export function blockKernel(metric: Metric, dimension: number): BlockKernel {
  const kernels = metric === 'euclidean' ? SQUARES : MAGNITUDES;
  if (dimension < 4) return kernels.narrow;
  if (dimension === 4) return kernels.four;
  return dimension < TILED_DIMENSION ? kernels.wide : kernels.tiled;
}

// The loops are written out, since a call per term or per row would cost more than the arithmetic. Every sum runs
// strictly from the first feature to the last. The wide and the tiled kernels give rows up between groups of four
// features: the terms are not negative and rounding is monotonic, so a partial sum beyond the limit stays beyond it.
// A tile of four rows loads the query's features once for four rows and keeps four chains of additions going, which
// saves a fifth of the time from a dozen features on. Indices are kept to 32 bits (`| 0`), which spares an overflow
// check at each step; there are fewer than 2³¹ coordinates. NaN passes no comparison here.

function fourSquares(
  query: Float64Array,
  points: Float64Array,
  _dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
): void {
  const [first, second, third, fourth] = [query[0]!, query[1]!, query[2]!, query[3]!];
  let { limit } = candidates;
  let at = from << 2;
  for (let position = from; position < to; position++) {
    const i = first - points[at]!;
    const j = second - points[at | 1]!;
    const k = third - points[at | 2]!;
    const l = fourth - points[at | 3]!;
    const sum = i * i + j * j + k * k + l * l;
    at = (at + 4) | 0;
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

function tiledSquares(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
): void {
  const grouped = dimension & ~3;
  let { limit } = candidates;
  let position = from;
  for (; position + 3 < to; position += 4) {
    let w = Math.imul(position, dimension);
    let x = (w + dimension) | 0;
    let y = (x + dimension) | 0;
    let z = (y + dimension) | 0;
    let sumW = 0;
    let sumX = 0;
    let sumY = 0;
    let sumZ = 0;
    let feature = 0;
    while (feature < grouped && (sumW <= limit || sumX <= limit || sumY <= limit || sumZ <= limit)) {
      let p = query[feature]!;
      let q = query[feature + 1]!;
      let i = p - points[w]!;
      let j = q - points[(w + 1) | 0]!;
      sumW = sumW + i * i + j * j;
      i = p - points[x]!;
      j = q - points[(x + 1) | 0]!;
      sumX = sumX + i * i + j * j;
      i = p - points[y]!;
      j = q - points[(y + 1) | 0]!;
      sumY = sumY + i * i + j * j;
      i = p - points[z]!;
      j = q - points[(z + 1) | 0]!;
      sumZ = sumZ + i * i + j * j;
      p = query[feature + 2]!;
      q = query[feature + 3]!;
      i = p - points[(w + 2) | 0]!;
      j = q - points[(w + 3) | 0]!;
      sumW = sumW + i * i + j * j;
      i = p - points[(x + 2) | 0]!;
      j = q - points[(x + 3) | 0]!;
      sumX = sumX + i * i + j * j;
      i = p - points[(y + 2) | 0]!;
      j = q - points[(y + 3) | 0]!;
      sumY = sumY + i * i + j * j;
      i = p - points[(z + 2) | 0]!;
      j = q - points[(z + 3) | 0]!;
      sumZ = sumZ + i * i + j * j;
      feature += 4;
      w = (w + 4) | 0;
      x = (x + 4) | 0;
      y = (y + 4) | 0;
      z = (z + 4) | 0;
    }
    if (!(sumW <= limit || sumX <= limit || sumY <= limit || sumZ <= limit)) continue;
    for (; feature < dimension; feature++) {
      const p = query[feature]!;
      const i = p - points[w]!;
      const j = p - points[x]!;
      const k = p - points[y]!;
      const l = p - points[z]!;
      sumW += i * i;
      sumX += j * j;
      sumY += k * k;
      sumZ += l * l;
      w = (w + 1) | 0;
      x = (x + 1) | 0;
      y = (y + 1) | 0;
      z = (z + 1) | 0;
    }
    if (sumW <= limit) candidates.offer(position, sumW);
    if (sumX <= limit) candidates.offer(position + 1, sumX);
    if (sumY <= limit) candidates.offer(position + 2, sumY);
    if (sumZ <= limit) candidates.offer(position + 3, sumZ);
    limit = candidates.limit;
  }
  wideSquares(query, points, dimension, position, to, candidates);
}

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

function fourMagnitudes(
  query: Float64Array,
  points: Float64Array,
  _dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
): void {
  const [first, second, third, fourth] = [query[0]!, query[1]!, query[2]!, query[3]!];
  let { limit } = candidates;
  let at = from << 2;
  for (let position = from; position < to; position++) {
    const i = Math.abs(first - points[at]!);
    const j = Math.abs(second - points[at | 1]!);
    const k = Math.abs(third - points[at | 2]!);
    const l = Math.abs(fourth - points[at | 3]!);
    const sum = i + j + k + l;
    at = (at + 4) | 0;
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

function tiledMagnitudes(
  query: Float64Array,
  points: Float64Array,
  dimension: number,
  from: number,
  to: number,
  candidates: Candidates,
): void {
  const grouped = dimension & ~3;
  let { limit } = candidates;
  let position = from;
  for (; position + 3 < to; position += 4) {
    let w = Math.imul(position, dimension);
    let x = (w + dimension) | 0;
    let y = (x + dimension) | 0;
    let z = (y + dimension) | 0;
    let sumW = 0;
    let sumX = 0;
    let sumY = 0;
    let sumZ = 0;
    let feature = 0;
    while (feature < grouped && (sumW <= limit || sumX <= limit || sumY <= limit || sumZ <= limit)) {
      let p = query[feature]!;
      let q = query[feature + 1]!;
      let i = Math.abs(p - points[w]!);
      let j = Math.abs(q - points[(w + 1) | 0]!);
      sumW = sumW + i + j;
      i = Math.abs(p - points[x]!);
      j = Math.abs(q - points[(x + 1) | 0]!);
      sumX = sumX + i + j;
      i = Math.abs(p - points[y]!);
      j = Math.abs(q - points[(y + 1) | 0]!);
      sumY = sumY + i + j;
      i = Math.abs(p - points[z]!);
      j = Math.abs(q - points[(z + 1) | 0]!);
      sumZ = sumZ + i + j;
      p = query[feature + 2]!;
      q = query[feature + 3]!;
      i = Math.abs(p - points[(w + 2) | 0]!);
      j = Math.abs(q - points[(w + 3) | 0]!);
      sumW = sumW + i + j;
      i = Math.abs(p - points[(x + 2) | 0]!);
      j = Math.abs(q - points[(x + 3) | 0]!);
      sumX = sumX + i + j;
      i = Math.abs(p - points[(y + 2) | 0]!);
      j = Math.abs(q - points[(y + 3) | 0]!);
      sumY = sumY + i + j;
      i = Math.abs(p - points[(z + 2) | 0]!);
      j = Math.abs(q - points[(z + 3) | 0]!);
      sumZ = sumZ + i + j;
      feature += 4;
      w = (w + 4) | 0;
      x = (x + 4) | 0;
      y = (y + 4) | 0;
      z = (z + 4) | 0;
    }
    if (!(sumW <= limit || sumX <= limit || sumY <= limit || sumZ <= limit)) continue;
    for (; feature < dimension; feature++) {
      const p = query[feature]!;
      const i = Math.abs(p - points[w]!);
      const j = Math.abs(p - points[x]!);
      const k = Math.abs(p - points[y]!);
      const l = Math.abs(p - points[z]!);
      sumW += i;
      sumX += j;
      sumY += k;
      sumZ += l;
      w = (w + 1) | 0;
      x = (x + 1) | 0;
      y = (y + 1) | 0;
      z = (z + 1) | 0;
    }
    if (sumW <= limit) candidates.offer(position, sumW);
    if (sumX <= limit) candidates.offer(position + 1, sumX);
    if (sumY <= limit) candidates.offer(position + 2, sumY);
    if (sumZ <= limit) candidates.offer(position + 3, sumZ);
    limit = candidates.limit;
  }
  wideMagnitudes(query, points, dimension, position, to, candidates);
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

const SQUARES = { narrow: narrowSquares, four: fourSquares, wide: wideSquares, tiled: tiledSquares };
const MAGNITUDES = {
  narrow: narrowMagnitudes,
  four: fourMagnitudes,
  wide: wideMagnitudes,
  tiled: tiledMagnitudes,
};

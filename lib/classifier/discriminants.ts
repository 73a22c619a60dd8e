import { cholesky, solve, solveTransposed } from './cholesky.ts';
import type { LinearMap } from './coordinate-map.ts';

/** The share of each covariance that is removed: few rows tell little about how features vary together. */
const SHRINKAGE = 0.1;
/**
 * Added to each variance, as a share of the mean variance, so that constant and repeated features do no harm.
 */
const RIDGE = 1e-3;
/** The smallest ridge. Features have unit variance, so no entry of a map exceeds 1,000. */
const MIN_RIDGE = 1e-6;
/** The weight in `shapedSpace` of a direction in which the classes do not differ. */
const MIN_SHARE = 0.15;
/** Eigenvalues below this share of the largest are rounding errors. */
const MIN_RATIO = 1e-10;
const MAX_SWEEPS = 60;

/**
 * Linear discriminant analysis (Fisher 1936, Rao 1948) with shrunken covariances. It uses only additions,
 * products, quotients and roots in a fixed order, so every machine computes the same bits.
 */
export class Discriminants {
  readonly #dimension: number;
  /** Lower Cholesky factor of the scatter within the classes: L^-1 whitens. */
  readonly #lower: Float64Array;
  /** Orthonormal directions among whitened coordinates, the best first. */
  readonly #directions: readonly Float64Array[];
  /** Per direction, the variance between the classes divided by the variance within them; descending. */
  readonly #ratios: readonly number[];

  /** @param points row-major, rows x dimension; `labels` class indices */
  constructor(points: Float64Array, dimension: number, labels: Int32Array, classCount: number) {
    const { means, counts } = classMeans(points, dimension, labels, classCount);
    this.#dimension = dimension;
    this.#lower = cholesky(withinScatter(points, dimension, labels, means), dimension);
    const offsets = whitenedOffsets(means, counts, labels.length, this.#lower, dimension);
    // The rank of the scatter between the classes is at most the number of classes, so its eigenvectors
    // follow from the small matrix of inner products of the class means.
    const { values, vectors } = jacobi(innerProducts(offsets), classCount);
    const order = Array.from(values.keys())
      .sort((a, b) => values[b]! - values[a]! || a - b)
      .slice(0, Math.max(1, Math.min(dimension, classCount - 1)))
      .filter((at, i) => i === 0 || values[at]! > MIN_RATIO * Math.max(0, ...values));
    this.#ratios = order.map((at) => Math.max(0, values[at]!));
    this.#directions = order.map((at) =>
      combined(offsets, (label) => vectors[label * classCount + at]!, Math.sqrt(Math.max(0, values[at]!))),
    );
  }

  /** Maps to the directions that separate the classes, with unit variance within the classes. */
  discriminantSpace(): LinearMap {
    return this.#mapOf(this.#directions.map((direction) => Float64Array.from(direction)));
  }

  /** Maps to all directions, whitened within the classes, each weighted by how well it separates them. */
  shapedSpace(): LinearMap {
    const n = this.#dimension;
    const best = this.#ratios[0] || 1;
    const columns = Array.from({ length: n }, (_, j) => {
      const column = new Float64Array(n);
      column[j] = MIN_SHARE;
      return column;
    });
    this.#directions.forEach((direction, at) => {
      const share = (1 - MIN_SHARE) * Math.sqrt(this.#ratios[at]! / best);
      columns.forEach((column, j) => {
        for (let i = 0; i < n; i++) column[i]! += share * direction[i]! * direction[j]!;
      });
    });
    return this.#mapOf(columns);
  }

  /** The map whose outputs are the inner products of whitened coordinates with the columns. */
  #mapOf(columns: readonly Float64Array[]): LinearMap {
    const [from, to] = [this.#dimension, columns.length];
    const matrix = new Float64Array(from * to);
    columns.forEach((column, j) => {
      solveTransposed(this.#lower, column, from);
      for (let i = 0; i < from; i++) matrix[i * to + j] = column[i]!;
    });
    return { from, to, matrix };
  }
}

function classMeans(points: Float64Array, dimension: number, labels: Int32Array, classCount: number) {
  const means = new Float64Array(classCount * dimension);
  const counts = new Float64Array(classCount);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    counts[label]!++;
    for (let i = 0; i < dimension; i++) means[label * dimension + i]! += points[row * dimension + i]!;
  }
  for (let at = 0; at < means.length; at++) means[at]! /= Math.max(1, counts[Math.floor(at / dimension)]!);
  return { means, counts };
}

function withinScatter(
  points: Float64Array,
  dimension: number,
  labels: Int32Array,
  means: Float64Array,
): Float64Array {
  const scatter = new Float64Array(dimension * dimension);
  const offset = new Float64Array(dimension);
  for (let row = 0; row < labels.length; row++) {
    const mean = labels[row]! * dimension;
    for (let i = 0; i < dimension; i++) offset[i] = points[row * dimension + i]! - means[mean + i]!;
    for (let i = 0; i < dimension; i++) {
      const left = offset[i]!;
      if (left === 0) continue;
      for (let j = 0; j <= i; j++) scatter[i * dimension + j]! += left * offset[j]!;
    }
  }
  let trace = 0;
  for (let i = 0; i < dimension; i++) trace += scatter[i * dimension + i]! / labels.length;
  const ridge = Math.max(MIN_RIDGE, (RIDGE * trace) / dimension);
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j < i; j++) {
      const shrunk = (scatter[i * dimension + j]! / labels.length) * (1 - SHRINKAGE);
      scatter[i * dimension + j] = shrunk;
      scatter[j * dimension + i] = shrunk;
    }
    scatter[i * dimension + i] = scatter[i * dimension + i]! / labels.length + ridge;
  }
  return scatter;
}

/** Per class, the root of its share times the whitened offset of its mean from the overall mean. */
function whitenedOffsets(
  means: Float64Array,
  counts: Float64Array,
  rows: number,
  lower: Float64Array,
  dimension: number,
): Float64Array[] {
  const center = new Float64Array(dimension);
  counts.forEach((count, label) => {
    for (let i = 0; i < dimension; i++) center[i]! += (count / rows) * means[label * dimension + i]!;
  });
  return Array.from(counts, (count, label) => {
    const offset = center.map(
      (value, i) => Math.sqrt(count / rows) * (means[label * dimension + i]! - value),
    );
    solve(lower, offset, dimension);
    return offset;
  });
}

function innerProducts(vectors: readonly Float64Array[]): Float64Array {
  const n = vectors.length;
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < vectors[i]!.length; k++) sum += vectors[i]![k]! * vectors[j]![k]!;
      products[i * n + j] = sum;
      products[j * n + i] = sum;
    }
  }
  return products;
}

/** The weighted sum of the vectors, divided by `length`; zeros when that is 0. */
function combined(
  vectors: readonly Float64Array[],
  weightOf: (at: number) => number,
  length: number,
): Float64Array {
  const result = new Float64Array(vectors[0]!.length);
  if (length === 0) return result;
  vectors.forEach((vector, at) => {
    const weight = weightOf(at) / length;
    for (let i = 0; i < vector.length; i++) result[i]! += weight * vector[i]!;
  });
  return result;
}

/**
 * Eigenvalues and eigenvectors (columns) of a symmetric matrix, by cyclic rotations (Golub and Van Loan,
 * 8.5).
 */
function jacobi(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS && !isDiagonal(a, n); sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors };
}

function isDiagonal(a: Float64Array, n: number): boolean {
  let [diagonal, rest] = [0, 0];
  for (let i = 0; i < n; i++) {
    diagonal += a[i * n + i]! ** 2;
    for (let j = 0; j < i; j++) rest += a[i * n + j]! ** 2;
  }
  return rest <= 1e-22 * diagonal;
}

function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const tau = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [akp, akq] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * akp - s * akq;
    a[k * n + q] = s * akp + c * akq;
  }
  for (let k = 0; k < n; k++) {
    const [apk, aqk] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * apk - s * aqk;
    a[q * n + k] = s * apk + c * aqk;
  }
  for (let k = 0; k < n; k++) {
    const [vkp, vkq] = [vectors[k * n + p]!, vectors[k * n + q]!];
    vectors[k * n + p] = c * vkp - s * vkq;
    vectors[k * n + q] = s * vkp + c * vkq;
  }
}

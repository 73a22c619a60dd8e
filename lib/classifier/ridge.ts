import { cholesky, solve, solveTransposed } from './cholesky.ts';

/** Added to the constant's diagonal, which no penalty keeps positive. */
const CONSTANT_RIDGE = 1e-9;
/** One minus a row's leverage is at least this: a row that fits itself alone has no other answer. */
const MIN_REST = 1e-6;
/** Rows that are worked on at a time: their sums do not wait for each other. */
const LANES = 4;

/** Rows of features with the values that they should give. */
export interface RidgeRows {
  /** Row-major, rows x width. The last feature is a constant 1, which is not penalised. */
  readonly features: Float64Array;
  readonly width: number;
  /** Row-major, rows x outputs. */
  readonly targets: Float64Array;
  readonly outputs: number;
  /** The weight of each row's squared error. */
  readonly rowWeights: Float64Array;
}

export interface RidgeSolution {
  /** Row-major, width x outputs. */
  readonly coefficients: Float64Array;
  /** Row-major, rows x outputs: each row's values by a fit without it. */
  readonly leftOut: Float64Array;
  /** The weighted sum of squared errors of these values. */
  readonly error: number;
}

/**
 * Ridge regression (Hoerl and Kennard, 1970) with exact leave-one-out values (Allen's PRESS, 1974). It uses
 * only additions, products, quotients and roots in a fixed order, so every machine computes the same bits.
 */
export class Ridge {
  readonly #rows: RidgeRows;
  readonly #products: Float64Array;
  readonly #sums: Float64Array;

  constructor(rows: RidgeRows) {
    this.#rows = rows;
    this.#products = weightedProducts(rows);
    this.#sums = weightedSums(rows);
  }

  solve(penalty: number): RidgeSolution {
    const { width, outputs } = this.#rows;
    const matrix = Float64Array.from(this.#products);
    for (let i = 0; i < width; i++) matrix[i * width + i]! += i < width - 1 ? penalty : CONSTANT_RIDGE;
    const lower = cholesky(matrix, width);
    const coefficients = new Float64Array(width * outputs);
    for (let output = 0; output < outputs; output++) {
      const column = Float64Array.from({ length: width }, (_, i) => this.#sums[i * outputs + output]!);
      solve(lower, column, width);
      solveTransposed(lower, column, width);
      for (let i = 0; i < width; i++) coefficients[i * outputs + output] = column[i]!;
    }
    return { coefficients, ...this.#leaveOneOut(lower, coefficients) };
  }

  /** A fit without a row errs on it by the error with it, divided by one minus the row's leverage. */
  #leaveOneOut(lower: Float64Array, coefficients: Float64Array): Pick<RidgeSolution, 'leftOut' | 'error'> {
    const { features, width, targets, outputs, rowWeights } = this.#rows;
    const leftOut = new Float64Array(targets.length);
    let error = 0;
    leverages(this.#rows, lower).forEach((leverage, row) => {
      const rest = Math.max(MIN_REST, 1 - leverage);
      for (let output = 0; output < outputs; output++) {
        let value = 0;
        for (let i = 0; i < width; i++)
          value += features[row * width + i]! * coefficients[i * outputs + output]!;
        const target = targets[row * outputs + output]!;
        const residual = (target - value) / rest;
        leftOut[row * outputs + output] = target - residual;
        error += rowWeights[row]! * residual * residual;
      }
    });
    return { leftOut, error };
  }
}

/** The weighted inner products of the features: the lower half, and some of the upper. */
function weightedProducts({ features, width, rowWeights }: RidgeRows): Float64Array {
  const products = new Float64Array(width * width + width);
  const lanes = new Float64Array(LANES * (width + 1));
  const weighted = new Float64Array(LANES * (width + 1));
  for (let first = 0; first < rowWeights.length; first += LANES) {
    takeLanes(features, width, first, lanes);
    for (let at = 0; at < LANES * width; at++)
      weighted[at] = lanes[at]! * (rowWeights[first + (at % LANES)] ?? 0);
    for (let i = 0; i < width; i += 2) addProducts(products, i, width, lanes, weighted);
  }
  return products.subarray(0, width * width);
}

/** Adds to two rows of the products, which share what they read. */
function addProducts(
  products: Float64Array,
  i: number,
  width: number,
  lanes: Float64Array,
  weighted: Float64Array,
): void {
  const at = LANES * i;
  const a0 = weighted[at]!;
  const a1 = weighted[at + 1]!;
  const a2 = weighted[at + 2]!;
  const a3 = weighted[at + 3]!;
  const b0 = weighted[at + 4]!;
  const b1 = weighted[at + 5]!;
  const b2 = weighted[at + 6]!;
  const b3 = weighted[at + 7]!;
  const row = i * width;
  const next = row + width;
  for (let j = 0, from = 0; j <= i + 1; j++, from += LANES) {
    const x0 = lanes[from]!;
    const x1 = lanes[from + 1]!;
    const x2 = lanes[from + 2]!;
    const x3 = lanes[from + 3]!;
    products[row + j]! += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3;
    products[next + j]! += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3;
  }
}

type Lanes = [number, number, number, number];

/** Writes some rows side by side, feature by feature; rows beyond the last are zeros. */
function takeLanes(features: Float64Array, width: number, first: number, lanes: Float64Array): void {
  for (let lane = 0; lane < LANES; lane++) {
    const start = (first + lane) * width;
    for (let i = 0; i < width; i++) lanes[LANES * i + lane] = features[start + i] ?? 0;
  }
}

function weightedSums({ features, width, targets, outputs, rowWeights }: RidgeRows): Float64Array {
  const sums = new Float64Array(width * outputs);
  for (let row = 0; row < rowWeights.length; row++) {
    for (let i = 0; i < width; i++) {
      const weighted = rowWeights[row]! * features[row * width + i]!;
      for (let output = 0; output < outputs; output++)
        sums[i * outputs + output]! += weighted * targets[row * outputs + output]!;
    }
  }
  return sums;
}

/** How much of its own fitted value each row decides: w x^T (L L^T)^-1 x. */
function leverages({ features, width, rowWeights }: RidgeRows, lower: Float64Array): Float64Array {
  const found = new Float64Array(rowWeights.length);
  const lanes = new Float64Array(LANES * (width + 1));
  for (let first = 0; first < rowWeights.length; first += LANES) {
    takeLanes(features, width, first, lanes);
    const squares = solvedSquares(lower, lanes, width);
    for (let lane = 0; lane < LANES && first + lane < rowWeights.length; lane++)
      found[first + lane] = rowWeights[first + lane]! * squares[lane]!;
  }
  return found;
}

/**
 * Solves L z = x for each lane, in place, and returns the squared lengths of z. It goes by two rows of L at a
 * time, which share what they read of the lanes: nearly all the time of landmark scores is spent here.
 */
function solvedSquares(lower: Float64Array, lanes: Float64Array, width: number): Lanes {
  const squares: Lanes = [0, 0, 0, 0];
  for (let i = 0; i < width; i += 2) {
    const at = LANES * i;
    const row = i * width;
    // An odd last row is worked on twice, and kept once. The lanes have room for the other.
    const next = i + 1 < width ? row + width : row;
    let a0 = lanes[at]!;
    let a1 = lanes[at + 1]!;
    let a2 = lanes[at + 2]!;
    let a3 = lanes[at + 3]!;
    let b0 = lanes[at + 4]!;
    let b1 = lanes[at + 5]!;
    let b2 = lanes[at + 6]!;
    let b3 = lanes[at + 7]!;
    for (let k = 0, from = 0; k < i; k++, from += LANES) {
      const f = lower[row + k]!;
      const g = lower[next + k]!;
      const x0 = lanes[from]!;
      const x1 = lanes[from + 1]!;
      const x2 = lanes[from + 2]!;
      const x3 = lanes[from + 3]!;
      a0 -= f * x0;
      a1 -= f * x1;
      a2 -= f * x2;
      a3 -= f * x3;
      b0 -= g * x0;
      b1 -= g * x1;
      b2 -= g * x2;
      b3 -= g * x3;
    }
    keep(lanes, at, [a0, a1, a2, a3], lower[row + i]!, squares);
    if (next === row) break;
    const between = lower[next + i]!;
    b0 -= between * lanes[at]!;
    b1 -= between * lanes[at + 1]!;
    b2 -= between * lanes[at + 2]!;
    b3 -= between * lanes[at + 3]!;
    keep(lanes, at + LANES, [b0, b1, b2, b3], lower[next + i + 1]!, squares);
  }
  return squares;
}

function keep(lanes: Float64Array, at: number, solved: Lanes, pivot: number, squares: Lanes): void {
  for (let lane = 0; lane < LANES; lane++) {
    const z = solved[lane]! / pivot;
    lanes[at + lane] = z;
    squares[lane]! += z * z;
  }
}

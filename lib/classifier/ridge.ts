import { cholesky, solve, solveTransposed } from './cholesky.ts';
import { LANES, solveLanes, takeLanes } from './lanes.ts';

/** Added to the constant's diagonal, which no penalty keeps positive. */
const CONSTANT_RIDGE = 1e-9;
/** One minus a row's leverage is at least this: a row that fits itself alone has no other answer. */
const MIN_REST = 1e-6;

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

/** The lower half of the weighted inner products of the features, in tiles of two by four. */
function weightedProducts({ features, width, rowWeights }: RidgeRows): Float64Array {
  const rows = rowWeights.length;
  // Feature by feature, with some of zeros, so that no tile reaches beyond the last.
  const plain = new Float64Array((width + 4) * rows);
  const weighted = new Float64Array((width + 4) * rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let i = 0; i < width; i++, at++) {
      plain[i * rows + row] = features[at]!;
      weighted[i * rows + row] = features[at]! * rowWeights[row]!;
    }
  }
  const products = new Float64Array(width * width);
  const tile = new Float64Array(8);
  for (let i = 0; i < width; i += 2) {
    for (let j = 0; j <= i + 1; j += 4) {
      multiply(weighted, i * rows, plain, j * rows, rows, tile);
      for (let at = 0; at < 8; at++) {
        const [a, b] = [i + (at >> 2), j + (at & 3)];
        if (b <= a && a < width) products[a * width + b] = tile[at]!;
      }
    }
  }
  return products;
}

/** The inner products of two features with four. */
function multiply(
  left: Float64Array,
  a: number,
  right: Float64Array,
  b: number,
  rows: number,
  tile: Float64Array,
): void {
  let [p0, p1, p2, p3, q0, q1, q2, q3] = [0, 0, 0, 0, 0, 0, 0, 0];
  const [nextA, b1, b2, b3] = [a + rows, b + rows, b + 2 * rows, b + 3 * rows];
  for (let row = 0; row < rows; row++) {
    const x = left[a + row]!;
    const y = left[nextA + row]!;
    const z0 = right[b + row]!;
    const z1 = right[b1 + row]!;
    const z2 = right[b2 + row]!;
    const z3 = right[b3 + row]!;
    p0 += x * z0;
    p1 += x * z1;
    p2 += x * z2;
    p3 += x * z3;
    q0 += y * z0;
    q1 += y * z1;
    q2 += y * z2;
    q3 += y * z3;
  }
  tile[0] = p0;
  tile[1] = p1;
  tile[2] = p2;
  tile[3] = p3;
  tile[4] = q0;
  tile[5] = q1;
  tile[6] = q2;
  tile[7] = q3;
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
  for (let first = 0; first < found.length; first += LANES) {
    takeLanes(features, width, first, lanes);
    solveLanes(lower, width, lanes, width);
    for (let at = 0; at < LANES * width; at++) {
      const row = first + (at % LANES);
      if (row < found.length) found[row]! += lanes[at]! * lanes[at]!;
    }
  }
  return found.map((squares, row) => rowWeights[row]! * squares);
}

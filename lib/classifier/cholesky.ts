import { LANES, solveLanes, takeLanes } from './lanes.ts';

/** The lower factor L of a positive definite matrix, A = L Lt. Rows are found four at a time. */
export function cholesky(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  const lanes = new Float64Array(LANES * (n + 1));
  for (let first = 0; first < n; first += LANES) {
    takeLanes(matrix, n, first, lanes);
    solveLanes(lower, n, lanes, first);
    for (let i = first; i < Math.min(n, first + LANES); i++) {
      for (let j = 0; j < first; j++) lower[i * n + j] = lanes[LANES * j + i - first]!;
      for (let j = first; j <= i; j++) {
        let sum = matrix[i * n + j]!;
        for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
        // Callers add a ridge, which keeps pivots positive.
        lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j]!;
      }
    }
  }
  return lower;
}

/** Solves L x = b in place. */
export function solve(lower: Float64Array, vector: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let sum = vector[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * vector[k]!;
    vector[i] = sum / lower[i * n + i]!;
  }
}

/** Solves Lt x = b in place. */
export function solveTransposed(lower: Float64Array, vector: Float64Array, n: number): void {
  for (let i = n - 1; i >= 0; i--) {
    let sum = vector[i]!;
    for (let k = i + 1; k < n; k++) sum -= lower[k * n + i]! * vector[k]!;
    vector[i] = sum / lower[i * n + i]!;
  }
}

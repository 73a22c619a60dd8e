/**
 * Vectors that are worked on at a time, side by side in one array, entry by entry: their sums do not wait for
 * each other.
 */
export const LANES = 4;

/**
 * Writes rows of a row-major matrix into lanes; lanes beyond the last row get zeros.
 *
 * @param width of the matrix
 */
export function takeLanes(matrix: Float64Array, width: number, first: number, lanes: Float64Array): void {
  for (let lane = 0; lane < LANES; lane++) {
    const start = (first + lane) * width;
    for (let i = 0; i < width; i++) lanes[LANES * i + lane] = matrix[start + i] ?? 0;
  }
}

/**
 * Solves L x = b in place for each lane. It goes by two rows of L at a time, which share what they read of
 * the lanes.
 *
 * @param lower row-major, `stride` to a row
 * @param lanes with room for one entry more than `count`
 * @param count of the first rows of L, which are solved for
 */
export function solveLanes(lower: Float64Array, stride: number, lanes: Float64Array, count: number): void {
  for (let i = 0; i < count; i += 2) {
    const at = LANES * i;
    const row = i * stride;
    // An odd last row is worked on twice, and kept once.
    const next = i + 1 < count ? row + stride : row;
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
    const pivot = lower[row + i]!;
    lanes[at] = a0 / pivot;
    lanes[at + 1] = a1 / pivot;
    lanes[at + 2] = a2 / pivot;
    lanes[at + 3] = a3 / pivot;
    if (next === row) return;
    const between = lower[next + i]!;
    const nextPivot = lower[next + i + 1]!;
    lanes[at + 4] = (b0 - between * lanes[at]!) / nextPivot;
    lanes[at + 5] = (b1 - between * lanes[at + 1]!) / nextPivot;
    lanes[at + 6] = (b2 - between * lanes[at + 2]!) / nextPivot;
    lanes[at + 7] = (b3 - between * lanes[at + 3]!) / nextPivot;
  }
}

import { expect, it } from 'vitest';
import { cholesky } from '../../../lib/classifier/cholesky.ts';
import { Ridge } from '../../../lib/classifier/ridge.ts';
import { xorshift } from '../../helpers/xorshift.ts';

const next = xorshift(3);

/** Rows whose number is no multiple of the lanes, with a constant as the last feature. */
function drawn(rows: number, width: number, outputs: number) {
  const features = Float64Array.from({ length: rows * width }, (_, at) =>
    at % width === width - 1 ? 1 : next() - 0.5,
  );
  return {
    features,
    width,
    targets: Float64Array.from({ length: rows * outputs }, () => next() - 0.5),
    outputs,
    rowWeights: Float64Array.from({ length: rows }, () => 0.5 + next()),
  };
}

it.each([1, 2, 3, 4, 5, 6, 9, 13])('factors a positive definite matrix of %i rows', (n) => {
  const { features } = drawn(n + 3, n, 1);
  const matrix = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = i === j ? 0.1 : 0;
    for (let row = 0; row < n + 3; row++) sum += features[row * n + i]! * features[row * n + j]!;
    return sum;
  });
  const lower = cholesky(matrix, n);
  matrix.forEach((entry, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += lower[i * n + k]! * lower[j * n + k]!;
    expect(sum).toBeCloseTo(entry, 12);
    if (j > i) expect(lower[at]).toBe(0);
  });
});

it.each([
  { rows: 11, width: 4, outputs: 1 },
  { rows: 14, width: 5, outputs: 3 },
  { rows: 7, width: 10, outputs: 2 },
])('leaves each row out as fits without it do: $rows rows of $width', ({ rows, width, outputs }) => {
  const all = drawn(rows, width, outputs);
  const { leftOut, error } = new Ridge(all).solve(0.3);
  let expectedError = 0;
  for (let row = 0; row < rows; row++) {
    const rest = Int32Array.from({ length: rows }, (_, i) => i).filter((i) => i !== row);
    const take = (numbers: Float64Array, size: number) =>
      Float64Array.from({ length: rest.length * size }, (_, at) => {
        const i = rest[Math.floor(at / size)]!;
        return numbers[i * size + (at % size)]!;
      });
    const { coefficients } = new Ridge({
      ...all,
      features: take(all.features, width),
      targets: take(all.targets, outputs),
      rowWeights: take(all.rowWeights, 1),
    }).solve(0.3);
    for (let output = 0; output < outputs; output++) {
      let value = 0;
      for (let i = 0; i < width; i++)
        value += all.features[row * width + i]! * coefficients[i * outputs + output]!;
      expect(leftOut[row * outputs + output]).toBeCloseTo(value, 6);
      expectedError += all.rowWeights[row]! * (all.targets[row * outputs + output]! - value) ** 2;
    }
  }
  expect(error).toBeCloseTo(expectedError, 5);
});

import { describe, expect, it } from 'vitest';
import { measureReliability } from '../../../lib/training/reliability.ts';

describe('measureReliability', () => {
  it('measures a small case as computed by hand', () => {
    const { logLoss, expectedCalibrationError, table } = measureReliability({
      truth: Int32Array.of(0, 0, 1, 1),
      predicted: Int32Array.of(0, 1, 1, 1),
      confidences: Float64Array.of(0.9, 0.6, 0.55, 1),
      truthProbabilities: Float64Array.of(0.9, 0.4, 0.55, 1),
    });
    expect(logLoss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.4) + Math.log(0.55)) / 4, 12);
    // Bins (0.8, 0.9], (0.5, 0.6] and (0.9, 1]: gaps 0.1, |0.575 - 0.5| twice, 0.
    expect(expectedCalibrationError).toBeCloseTo((0.1 + 2 * 0.075) / 4, 12);
    expect(table.map(({ from, rows, shareRight }) => [from, rows, shareRight])).toEqual([
      [0.5, 2, 0.5],
      [0.8, 1, 1],
      [0.9, 1, 1],
    ]);
  });

  it('gives a certain mistake a finite loss', () => {
    const [zero, one] = [Int32Array.of(0), Int32Array.of(1)];
    const wrong = {
      truth: zero,
      predicted: one,
      confidences: Float64Array.of(1),
      truthProbabilities: Float64Array.of(0),
    };
    expect(measureReliability(wrong).logLoss).toBeCloseTo(36, 0);
  });
});

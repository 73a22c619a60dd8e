import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrated, learnCalibration } from '../../../lib/classifier/calibration.ts';

/** Evenly spaced answers that are right with the probability `rightShare(score)`. */
function answers(rows: number, rightShare: (score: number) => number) {
  const scores = Float64Array.from({ length: rows }, (_, i) => ((i * 0.618034) % 1) * 0.5 + 0.5);
  return { scores, isRight: Array.from(scores, (score, i) => (i * 0.754877) % 1 < rightShare(score)) };
}

describe('learnCalibration', () => {
  it('learns the share of right answers for a score', () => {
    const { scores, isRight } = answers(20_000, (score) => score * score);
    const line = learnCalibration(scores, isRight);
    for (const score of [0.55, 0.7, 0.9]) expect(calibrated(line, score)).toBeCloseTo(score * score, 1);
  });

  it('is never certain, but comes closer with more right answers', () => {
    const allRight = (rows: number) => {
      const { scores, isRight } = answers(rows, () => 1);
      return calibrated(learnCalibration(scores, isRight), 1);
    };
    expect(allRight(10)).toBeLessThan(allRight(1000));
    expect(allRight(1000)).toBeLessThan(1);
    expect(allRight(1000)).toBeGreaterThan(0.98);
  });

  it('pools equal scores', () => {
    const line = learnCalibration(
      new Float64Array(100).fill(1),
      Array.from({ length: 100 }, (_, i) => i < 80),
    );
    expect(line).toEqual({ scores: [1], confidences: [80.5 / 101] });
    expect(calibrated(line, 0.3)).toBe(80.5 / 101);
  });

  it('never decreases with the score, and stays between 0 and 1', () => {
    const answer = fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), right: fc.boolean() });
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 400 }), (given) => {
        const line = learnCalibration(
          Float64Array.from(given, ({ score }) => score),
          given.map(({ right }) => right),
        );
        const probes = Array.from({ length: 101 }, (_, i) => calibrated(line, i / 100));
        expect(probes).toEqual(probes.toSorted((a, b) => a - b));
        expect(Math.min(...probes)).toBeGreaterThan(0);
        expect(Math.max(...probes)).toBeLessThan(1);
        expect(line.scores).toEqual([...new Set(line.scores)].toSorted((a, b) => a - b));
      }),
    );
  });
});

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { ClassTally } from './evaluation.ts';

const RESAMPLES = 200;

/**
 * The standard error of macro-F1: an estimate of how it would vary with other rows of the same kind, by the
 * seeded bootstrap (Efron, 1979). 0 without rows.
 *
 * @param truth, predicted class indices, of equal length
 */
export function macroF1Error(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classCount: number,
  seed: number,
): number {
  const rows = truth.length;
  if (rows === 0) return 0;
  const generator = xoroshiro128plus(seed);
  const scores = Array.from({ length: RESAMPLES }, () => {
    const tally = new ClassTally(classCount);
    for (let i = 0; i < rows; i++) {
      const row = uniformInt(generator, 0, rows - 1);
      tally.add(truth[row]!, predicted[row]!);
    }
    return tally.macroF1();
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / RESAMPLES;
  return Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (RESAMPLES - 1));
}

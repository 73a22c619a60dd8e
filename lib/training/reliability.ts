import type { JudgedAnswers } from '../classifier/model.ts';

/** How well the stated confidence of answers matches their accuracy, on rows the model was not trained on. */
export interface Reliability {
  /** Mean of -ln of the probability that the true class was given. Lower is better. */
  readonly logLoss: number;
  /**
   * Mean over answers of |confidence - share right| of their bin, ten bins of equal width (Naeini et al.,
   * AAAI 2015).
   */
  readonly expectedCalibrationError: number;
  /** Non-empty bins, ascending. */
  readonly table: readonly ReliabilityBin[];
}

export interface ReliabilityBin {
  /** Confidences in (from, to]; the first bin includes 0. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly meanConfidence: number;
  readonly shareRight: number;
}

const BINS = 10;

/**
 * Limits the loss of a wrong answer with certainty, which would be infinite. It is scikit-learn's bound for
 * doubles.
 */
const MIN_PROBABILITY = Number.EPSILON;

/** Measures log loss, calibration error and the reliability table. All are zero or empty without answers. */
export function measureReliability(answers: Omit<JudgedAnswers, 'shares'>): Reliability {
  const { truth, predicted, confidences, truthProbabilities } = answers;
  const rows = truth.length;
  const bins = Array.from({ length: BINS }, () => ({ rows: 0, confidence: 0, right: 0 }));
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    loss -= Math.log(Math.max(truthProbabilities[i]!, MIN_PROBABILITY));
    const bin = bins[Math.max(0, Math.ceil(confidences[i]! * BINS) - 1)]!;
    bin.rows++;
    bin.confidence += confidences[i]!;
    bin.right += truth[i] === predicted[i] ? 1 : 0;
  }
  const gap = bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right), 0);
  const table = bins.flatMap((bin, i) =>
    bin.rows === 0
      ? []
      : [
          {
            from: i / BINS,
            to: (i + 1) / BINS,
            rows: bin.rows,
            meanConfidence: bin.confidence / bin.rows,
            shareRight: bin.right / bin.rows,
          },
        ],
  );
  return {
    logLoss: rows === 0 ? 0 : loss / rows,
    expectedCalibrationError: rows === 0 ? 0 : gap / rows,
    table,
  };
}

/** A classifier's scores on rows that it was not fitted on. */
export interface Evaluation {
  readonly rows: number;
  readonly accuracy: number;
  /** The mean of the classes' F1 scores. Every class has the same weight, however rare. */
  readonly macroF1: number;
  readonly perClass: readonly ClassScore[];
  /**
   * `[truth][prediction]` counts, both in the order of the classes; null for more than MAX_CONFUSION_CLASSES.
   */
  readonly confusion: readonly (readonly number[])[] | null;
}

export interface ClassScore {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows of this class. */
  readonly support: number;
}

/** The matrix grows with the square of the classes: a larger one would take more memory than the data. */
export const MAX_CONFUSION_CLASSES = 500;

/** The counts per class that F1 scores are computed from, added answer by answer. */
export class ClassTally {
  readonly hits: Uint32Array;
  /** Rows of each class. */
  readonly support: Uint32Array;
  /** Predictions of each class. */
  readonly claimed: Uint32Array;

  constructor(classCount: number) {
    this.hits = new Uint32Array(classCount);
    this.support = new Uint32Array(classCount);
    this.claimed = new Uint32Array(classCount);
  }

  add(truth: number, predicted: number): void {
    this.support[truth]!++;
    this.claimed[predicted]!++;
    if (truth === predicted) this.hits[truth]!++;
  }

  f1(label: number): number {
    return ratio(2 * this.hits[label]!, this.support[label]! + this.claimed[label]!);
  }

  /** The mean F1 of the classes that occur in the truth or in the predictions; 0 without any. */
  macroF1(): number {
    let [sum, count] = [0, 0];
    for (let label = 0; label < this.hits.length; label++) {
      if (this.support[label] === 0 && this.claimed[label] === 0) continue;
      sum += this.f1(label);
      count++;
    }
    return ratio(sum, count);
  }
}

/**
 * Scores predictions against the truth. A precision or recall without any row is 0, as by default in
 * scikit-learn. Macro-F1 is the mean over the classes that occur in the truth or in the predictions.
 *
 * @param truth, predicted class indices, of equal length
 */
export function evaluate(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: readonly string[],
): Evaluation {
  const tally = new ClassTally(classes.length);
  const confusion =
    classes.length > MAX_CONFUSION_CLASSES
      ? null
      : classes.map(() => new Array<number>(classes.length).fill(0));
  for (let row = 0; row < truth.length; row++) {
    tally.add(truth[row]!, predicted[row]!);
    if (confusion) confusion[truth[row]!]![predicted[row]!]! += 1;
  }
  const correct = tally.hits.reduce((sum, count) => sum + count, 0);
  return {
    rows: truth.length,
    accuracy: ratio(correct, truth.length),
    macroF1: tally.macroF1(),
    perClass: classes.map((label, index) => ({
      label,
      precision: ratio(tally.hits[index]!, tally.claimed[index]!),
      recall: ratio(tally.hits[index]!, tally.support[index]!),
      f1: tally.f1(index),
      support: tally.support[index]!,
    })),
    confusion,
  };
}

const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

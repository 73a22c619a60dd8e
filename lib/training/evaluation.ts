/** What a classifier got right and wrong on rows that it was not fitted on. */
export interface Evaluation {
  readonly rows: number;
  readonly accuracy: number;
  /** The mean of the classes' F1 scores, each class counting the same however rare. */
  readonly macroF1: number;
  readonly perClass: readonly ClassScore[];
  /** `[truth][prediction]` counts, both in the order of the classes. */
  readonly confusion: readonly (readonly number[])[];
}

export interface ClassScore {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows of this class. */
  readonly support: number;
}

/**
 * Scores predictions against the truth. A precision or recall without any row to count is 0, as scikit-learn has it by
 * default; macro-F1 is the mean over the classes that occur in the truth or in the predictions.
 *
 * @param truth, predicted class indices, of equal length.
 */
export function evaluate(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: readonly string[],
): Evaluation {
  const confusion = classes.map(() => new Array<number>(classes.length).fill(0));
  for (let row = 0; row < truth.length; row++) confusion[truth[row]!]![predicted[row]!]! += 1;
  const perClass = classes.map((label, index) => scoreClass(confusion, label, index));
  const occurring = perClass.filter(
    (score, index) => score.support > 0 || confusion.some((row) => row[index]! > 0),
  );
  const correct = confusion.reduce((sum, row, index) => sum + row[index]!, 0);
  return {
    rows: truth.length,
    accuracy: ratio(correct, truth.length),
    macroF1: ratio(
      occurring.reduce((sum, score) => sum + score.f1, 0),
      occurring.length,
    ),
    perClass,
    confusion,
  };
}

function scoreClass(confusion: readonly (readonly number[])[], label: string, index: number): ClassScore {
  const hits = confusion[index]![index]!;
  const support = confusion[index]!.reduce((sum, count) => sum + count, 0);
  const claimed = confusion.reduce((sum, row) => sum + row[index]!, 0);
  return {
    label,
    precision: ratio(hits, claimed),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, support + claimed),
    support,
  };
}

const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

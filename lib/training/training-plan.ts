import type { SearchScope } from './candidates.ts';

/** How much of what the settings allow is tried. A table of ordinary size has the whole of it. */
export interface TrainingPlan {
  /** As in LearningColumn. */
  readonly maxIndicators: number;
  /** The most times that folds of few rows are dealt. */
  readonly maxRepeats: number;
  /** The maximum number of rows to train on: those of the table, or of a sample of it. */
  readonly trainingRows: number;
  /** The approximate maximum number of rows for the choice. */
  readonly selectionRows: number;
  /** The approximate maximum number of held-out rows for the evaluation. */
  readonly heldOutRows: number;
  /** The minimum number of rows per class in either sample. */
  readonly minPerClass: number;
  readonly scope: SearchScope;
}

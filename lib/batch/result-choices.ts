import * as z from 'zod/mini';

/** How predictions are written. */
export const RESULT_FORMATS = ['csv', 'parquet'] as const;

export const resultFormat = z.enum(RESULT_FORMATS);

export type ResultFormat = z.infer<typeof resultFormat>;

/** What stands beside each row. */
export interface AnswerChoices {
  /** Vote share, runner-up and novelty. */
  readonly explain: boolean;
  /** The probability of each class. */
  readonly probabilities: boolean;
}

/** What is asked of a batch's result beside the prediction itself. */
export interface ResultChoices extends AnswerChoices {
  readonly format: ResultFormat;
}

import { summariseConfidences, summarisePredictions } from '../columns/answers.ts';
import { takeRows } from '../columns/column-rows.ts';
import { type ColumnData, DRIFTS, isNumbers } from '../columns/kinds.ts';
import type { DriftBaseline } from './drift-baseline.ts';
import { drawRows, seededRandom } from './seeded-random.ts';

/** The maximum number of rows of a baseline. Batches of 10,000 show hardly more against a million. */
const MAX_ROWS = 100_000;
/**
 * Points of all number columns together, and of one: at most 2.5 MB of JSON, and a distribution function with
 * an error of 0.0002.
 */
const MAX_POINTS = 100_000;
const MAX_COLUMN_POINTS = 5000;
/** Categories of all text columns together, and of one. */
const MAX_CATEGORIES = 20_000;
const MAX_COLUMN_CATEGORIES = 200;
/** The minimum for a column, for any number of columns. */
const MIN_OF_COLUMN = 20;

/** Answers to rows that the answering model was not trained on. */
export interface UnseenClassAnswers {
  /** Class indices. */
  readonly predicted: Int32Array;
  readonly confidences: Float64Array;
}

/** The data that a baseline is learnt from. */
export interface BaselineSource {
  /** In feature order. */
  readonly columns: readonly ColumnData[];
  readonly rows: number;
  readonly classes: readonly string[];
  readonly answers: UnseenClassAnswers;
  readonly seed: number;
}

/**
 * Summarises training rows, and answers to held-out rows, in bounded space: at most about 5 MB of JSON for
 * any data.
 */
export function learnBaseline({ columns, rows, classes, answers, seed }: BaselineSource): DriftBaseline {
  const drawn = drawRows(rows, MAX_ROWS, seededRandom(seed));
  const numbers = columns.filter(isNumbers).length;
  const points = shareOf(MAX_POINTS, numbers, MAX_COLUMN_POINTS);
  const categories = shareOf(MAX_CATEGORIES, columns.length - numbers, MAX_COLUMN_CATEGORIES);
  return {
    format: 1,
    rows,
    sampled_rows: drawn.length,
    features: takeRows(columns, drawn).map((column) =>
      DRIFTS[column.type].summarise(column, isNumbers(column) ? points : categories),
    ),
    answers: {
      prediction: summarisePredictions(answers.predicted, classes, MAX_COLUMN_CATEGORIES),
      confidence: summariseConfidences(answers.confidences, MAX_COLUMN_POINTS),
    },
  };
}

const shareOf = (total: number, columns: number, max: number) =>
  Math.max(MIN_OF_COLUMN, Math.min(max, Math.floor(total / Math.max(1, columns))));

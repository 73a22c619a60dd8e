import { summariseConfidences, summarisePredictions } from '../columns/answers.ts';
import { takeRows } from '../columns/column-rows.ts';
import { type ColumnData, DRIFTS, isNumbers } from '../columns/kinds.ts';
import type { DriftBaseline } from './drift-baseline.ts';
import { drawRows, seededRandom } from './seeded-random.ts';

/** Rows that a baseline is made of at most: batches of 10,000 tell hardly more against a million. */
const MOST_ROWS = 100_000;
/** Points of all columns of numbers together, and of one: at most 2.5 MB of JSON, and a distribution function off by 0.0002. */
const MOST_POINTS = 100_000;
const MOST_COLUMN_POINTS = 5000;
/** Categories of all columns of texts together, and of one. */
const MOST_CATEGORIES = 20_000;
const MOST_COLUMN_CATEGORIES = 200;
/** However many columns there are. */
const LEAST_OF_COLUMN = 20;

/** Answers to rows that the model which gave them had not seen. */
export interface UnseenClassAnswers {
  /** Class indices. */
  readonly predicted: Int32Array;
  readonly confidences: Float64Array;
}

/** What a baseline is learnt from. */
export interface BaselineSource {
  /** In feature order. */
  readonly columns: readonly ColumnData[];
  readonly rows: number;
  readonly classes: readonly string[];
  readonly answers: UnseenClassAnswers;
  readonly seed: number;
}

/** Summarises training rows, and answers to held-out ones, in bounded space: at most about 5 MB of JSON whatever the data is. */
export function learnBaseline({ columns, rows, classes, answers, seed }: BaselineSource): DriftBaseline {
  const drawn = drawRows(rows, MOST_ROWS, seededRandom(seed));
  const numbers = columns.filter(isNumbers).length;
  const points = shareOf(MOST_POINTS, numbers, MOST_COLUMN_POINTS);
  const categories = shareOf(MOST_CATEGORIES, columns.length - numbers, MOST_COLUMN_CATEGORIES);
  return {
    format: 1,
    rows,
    sampled_rows: drawn.length,
    features: takeRows(columns, drawn).map((column) =>
      DRIFTS[column.type].summarise(column, isNumbers(column) ? points : categories),
    ),
    answers: {
      prediction: summarisePredictions(answers.predicted, classes, MOST_COLUMN_CATEGORIES),
      confidence: summariseConfidences(answers.confidences, MOST_COLUMN_POINTS),
    },
  };
}

const shareOf = (total: number, columns: number, most: number) =>
  Math.max(LEAST_OF_COLUMN, Math.min(most, Math.floor(total / Math.max(1, columns))));

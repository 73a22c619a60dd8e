import type { BaselineColumn } from '../columns/kinds.ts';
import { type BatchColumn, type ColumnTestName, testColumn } from './column-test.ts';
import type { DriftBaseline } from './drift-baseline.ts';
import { holmAdjusted } from './holm.ts';
import { seededRandom } from './seeded-random.ts';

/** The data that is compared with a baseline. */
export interface DriftBatch {
  /** In the baseline's order; null when inputs are not recorded. */
  readonly features: readonly BatchColumn[] | null;
  readonly predictions: readonly string[];
  readonly confidences: Float64Array;
}

/** The verdict on one column. */
export interface ColumnVerdict {
  readonly kind: 'feature' | 'prediction' | 'confidence';
  readonly name: string;
  /** In [0, 1]: see ColumnResult. */
  readonly distance: number;
  /** Corrected for the number of columns; compared with the family-wise error. */
  readonly adjusted_p_value: number;
  /** The test with the smallest p-value. */
  readonly test: ColumnTestName;
  readonly drifting: boolean;
}

export interface CompareOptions {
  /** The allowed probability of an alarm for a batch without drift, over all of its columns, in (0, 1). */
  readonly familyWiseError: number;
  /** The seed of the simulations: the same batch gives the same verdict. */
  readonly seed: number;
}

/**
 * The share of the error that the tests may use. The rest is a reserve: exact and simulated p-values of many
 * columns together come close to their bound (0.8% of 1%, measured), and a measured rate must stay below the
 * configured one.
 */
const SPENT = 2 / 3;

/** A column of the batch with its baseline. */
export interface ColumnPair {
  readonly kind: ColumnVerdict['kind'];
  readonly baseline: BaselineColumn;
  readonly batch: BatchColumn;
}

/**
 * Compares the columns of a batch with their baselines.
 *
 * Without drift, each column's values are drawn independently from the same source as the baseline's. Each
 * p-value holds for the given sample sizes, ties and missing values, and Holm's correction keeps the
 * family-wise error at most `familyWiseError`, however the columns depend on each other. A fixed rule does
 * not: the population stability index of two samples of one source is about (bins - 1)(1/n + 1/m), which is
 * 0.15 for 150 rows and batches of 100, above its usual limit of 0.1.
 *
 * @returns in the order of the pairs
 */
export function compareWithBaseline(
  pairs: readonly ColumnPair[],
  { familyWiseError, seed }: CompareOptions,
): ColumnVerdict[] {
  const level = (SPENT * familyWiseError) / pairs.length;
  const random = seededRandom(seed);
  const results = pairs.map((pair) => testColumn(pair.baseline, pair.batch, level, random));
  const adjusted = holmAdjusted(results.map(({ pValue }) => pValue)).map((p) => Math.min(1, p / SPENT));
  return results.map(({ distance, test }, i) => ({
    kind: pairs[i]!.kind,
    name: pairs[i]!.baseline.name,
    distance,
    adjusted_p_value: adjusted[i]!,
    test,
    drifting: adjusted[i]! <= familyWiseError,
  }));
}

/** Features, then prediction and confidence; features only if the batch has them. */
export const columnPairs = ({ features, answers }: DriftBaseline, batch: DriftBatch): ColumnPair[] => [
  ...(batch.features ?? []).map((column, i) => ({
    kind: 'feature' as const,
    baseline: features[i]!,
    batch: column,
  })),
  { kind: 'prediction', baseline: answers.prediction, batch: batch.predictions },
  { kind: 'confidence', baseline: answers.confidence, batch: batch.confidences },
];

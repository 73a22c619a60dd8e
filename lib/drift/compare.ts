import type { BaselineColumn } from '../columns/kinds.ts';
import { type BatchColumn, type ColumnTestName, testColumn } from './column-test.ts';
import type { DriftBaseline } from './drift-baseline.ts';
import { holmAdjusted } from './holm.ts';
import { seededRandom } from './seeded-random.ts';

/** What is compared with a baseline. */
export interface DriftBatch {
  /** In the baseline's order; null when inputs are not recorded. */
  readonly features: readonly BatchColumn[] | null;
  readonly predictions: readonly string[];
  readonly confidences: Float64Array;
}

/** What became of one column. */
export interface ColumnVerdict {
  readonly kind: 'feature' | 'prediction' | 'confidence';
  readonly name: string;
  /** In [0, 1]: see ColumnResult. */
  readonly distance: number;
  /** Corrected for the number of columns: what the error is held against. */
  readonly adjusted_p_value: number;
  /** The test that found most. */
  readonly test: ColumnTestName;
  readonly drifting: boolean;
}

export interface CompareOptions {
  /** How often a batch without any drift may raise an alarm, over all of its columns, in (0, 1). */
  readonly familyWiseError: number;
  /** Seeds the simulations: the same batch gives the same verdict. */
  readonly seed: number;
}

/**
 * The share of the error that the tests may spend. The rest is kept: exact and simulated p-values of many columns together come close to
 * their bound (0.8% of 1%, measured), and a rate that is measured is to stay below what is configured.
 */
const SPENT = 2 / 3;

interface Pair {
  readonly kind: ColumnVerdict['kind'];
  readonly baseline: BaselineColumn;
  readonly batch: BatchColumn;
}

/**
 * Compares a batch with its baseline, column by column.
 *
 * Drift-free means that each column's values are drawn independently from what the baseline's were drawn from. Each p-value holds for the
 * sample sizes, ties and gaps at hand, and Holm's correction makes the family-wise error of them all at most `familyWiseError`, however
 * the columns depend on each other. A fixed rule has no such property: the population stability index of two samples of
 * one source is about (bins - 1)(1/n + 1/m), which is 0.15 for 150 rows and batches of 100, above its usual limit of 0.1.
 *
 * @returns features, then prediction and confidence; features only where there are any
 */
export function compareWithBaseline(
  { features, answers }: DriftBaseline,
  batch: DriftBatch,
  { familyWiseError, seed }: CompareOptions,
): ColumnVerdict[] {
  const pairs: Pair[] = [
    ...(batch.features ?? []).map((column, i) => ({
      kind: 'feature' as const,
      baseline: features[i]!,
      batch: column,
    })),
    { kind: 'prediction', baseline: answers.prediction, batch: batch.predictions },
    { kind: 'confidence', baseline: answers.confidence, batch: batch.confidences },
  ];
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

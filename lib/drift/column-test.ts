import { type BaselineColumn, isNumbers } from '../columns/kinds.ts';
import type { NumbersBaseline } from '../columns/numbers-baseline.ts';
import type { TextsBaseline } from '../columns/texts-baseline.ts';
import { categoryTest } from './category-test.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { normalScoresPValue } from './normal-scores.ts';
import { pooledGroups } from './pooled-groups.ts';
import type { SeededRandom } from './seeded-random.ts';

/** One column of a batch: numbers, NaN for missing; or texts, null for missing. */
export type BatchColumn = Float64Array | readonly (string | null)[];

/** The tests that can detect a change of a column. */
export type ColumnTestName = 'distribution' | 'location' | 'missing' | 'categories';

export interface ColumnResult {
  /**
   * How much the distribution differs, in [0, 1]: the Kolmogorov-Smirnov distance, the total variation
   * distance, or the difference between the shares of missing values.
   */
  readonly distance: number;
  /** The p-value of the whole column, corrected for its number of tests. */
  readonly pValue: number;
  /** The test with the smallest corrected p-value. */
  readonly test: ColumnTestName;
}

/**
 * The tests of one column share its error by weight (weighted Bonferroni): its p-value is the smallest of
 * their p-values, each divided by its weight. The location test has the largest weight when it is used,
 * because only then does a batch of 500 reliably show a shift against 150 rows. The smaller weight costs
 * Kolmogorov-Smirnov little.
 */
const WEIGHTS = { location: 6, distribution: 3, missing: 1 } as const;

/**
 * The location test is used while the smaller sample has at most this many values. With more,
 * Kolmogorov-Smirnov alone finds a shift of a fifth of a standard deviation, and dealing thousands of scores
 * thousands of times would take too long.
 */
const LOCATION_VALUES = 1000;

/**
 * Compares a column with its baseline.
 *
 * @param level the strictest level that the column's p-value will be compared with
 * @throws TypeError when one has numbers and the other texts
 */
export function testColumn(
  baseline: BaselineColumn,
  batch: BatchColumn,
  level: number,
  random: SeededRandom,
): ColumnResult {
  const hasNumbers = batch instanceof Float64Array;
  if (isNumbers(baseline) && hasNumbers) return testNumbers(baseline, batch, level, random);
  if (!isNumbers(baseline) && !hasNumbers) return testTexts(baseline, batch, level, random);
  const given = hasNumbers ? 'numbers' : 'texts';
  throw new TypeError(
    `column "${baseline.name}": expected what is ${baseline.type}, got a batch of ${given}`,
  );
}

function testNumbers(
  baseline: NumbersBaseline,
  values: Float64Array,
  level: number,
  random: SeededRandom,
): ColumnResult {
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  const groups = pooledGroups(baseline, present);
  const missing = { baseline: baseline.missing, batch: values.length - present.length };
  const hasGaps = missing.baseline + missing.batch > 0;
  const smaller = Math.min(groups.baselineTotal, groups.batchTotal);
  const hasLocation = smaller <= LOCATION_VALUES;
  // The total number of missing values and the sample sizes say nothing about a change, so the weights may
  // depend on them.
  const total = WEIGHTS.distribution + (hasLocation ? WEIGHTS.location : 0) + (hasGaps ? WEIGHTS.missing : 0);
  const weighted = (pValue: number, test: keyof typeof WEIGHTS) =>
    Math.min(1, (pValue * total) / WEIGHTS[test]);

  const shape = kolmogorovSmirnov(groups);
  let best: ColumnResult = { ...shape, pValue: weighted(shape.pValue, 'distribution'), test: 'distribution' };
  if (hasGaps) {
    const counts = {
      baseline: [missing.baseline, groups.baselineTotal],
      batch: [missing.batch, groups.batchTotal],
    };
    const { distance, pValue } = categoryTest(counts, level, random);
    best = smallerOf(best, { distance, pValue: weighted(pValue, 'missing'), test: 'missing' });
  }
  // Skipping a test can only make the p-value larger, so no further test is needed after a finding.
  if (!hasLocation || best.pValue <= level) return best;
  const located = normalScoresPValue(groups, (level * WEIGHTS.location) / total, random);
  return smallerOf(best, {
    distance: shape.distance,
    pValue: weighted(located, 'location'),
    test: 'location',
  });
}

const smallerOf = (a: ColumnResult, b: ColumnResult): ColumnResult => (b.pValue < a.pValue ? b : a);

/**
 * Missing values are a category of their own. Categories that the baseline does not list count as its others.
 */
function testTexts(
  baseline: TextsBaseline,
  values: readonly (string | null)[],
  level: number,
  random: SeededRandom,
): ColumnResult {
  const cellOf = new Map(baseline.categories.map((text, i) => [text, i]));
  const other = baseline.categories.length;
  const missing = other + 1;
  const batch = new Array<number>(other + 2).fill(0);
  for (const text of values) batch[text === null ? missing : (cellOf.get(text) ?? other)]! += 1;
  const counts = { baseline: [...baseline.counts, baseline.other, baseline.missing], batch };
  return { ...categoryTest(counts, level, random), test: 'categories' };
}

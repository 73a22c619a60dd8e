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

/** What can tell that a column has changed. */
export type ColumnTestName = 'distribution' | 'location' | 'missing' | 'categories';

export interface ColumnResult {
  /** How much of the distribution differs, in [0, 1]: Kolmogorov-Smirnov's or the total variation distance, or that of the gaps' shares. */
  readonly distance: number;
  /** Of the column as a whole, its tests accounted for. */
  readonly pValue: number;
  /** The test that gave it. */
  readonly test: ColumnTestName;
}

/**
 * Tests of one column share its error by weight (weighted Bonferroni): its p-value is the least of theirs, each divided by its weight.
 * The location test takes most where it takes part, since only then does a batch of 500 tell a shift against 150 rows reliably; what
 * Kolmogorov-Smirnov finds it finds with little less.
 */
const WEIGHTS = { location: 6, distribution: 3, missing: 1 } as const;

/**
 * The location test takes part while the smaller sample has at most so many values. Beyond, Kolmogorov-Smirnov alone finds a shift of a
 * fifth of a standard deviation, and dealing out thousands of scores thousands of times would take longest just there.
 */
const LOCATION_VALUES = 1000;

/**
 * Compares a column with its baseline.
 *
 * @param level that the column's p-value will be held against at its strictest
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
  // How many gaps there are in both together, and how large the samples are, says nothing of a change: the weights may depend on it.
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
  // Leaving a test out can only make the p-value larger: what is found already is not looked for again.
  if (!hasLocation || best.pValue <= level) return best;
  const located = normalScoresPValue(groups, (level * WEIGHTS.location) / total, random);
  return smallerOf(best, {
    distance: shape.distance,
    pValue: weighted(located, 'location'),
    test: 'location',
  });
}

const smallerOf = (a: ColumnResult, b: ColumnResult): ColumnResult => (b.pValue < a.pValue ? b : a);

/** Missing is a category of its own, and what the baseline does not list belongs to its others. */
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

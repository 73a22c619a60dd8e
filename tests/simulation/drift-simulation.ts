import { type ColumnData, isNumbers } from '../../lib/columns/kinds.ts';
import type { BatchColumn } from '../../lib/drift/column-test.ts';
import { columnPairs, compareWithBaseline, type DriftBatch } from '../../lib/drift/compare.ts';
import { learnBaseline } from '../../lib/drift/learn-baseline.ts';
import { irisData } from '../helpers/iris.ts';
import { populationStability } from '../helpers/population-stability.ts';
import { readTrainingData } from '../helpers/train-csv.ts';
import {
  mixedPopulation,
  type Population,
  type Source,
  shifted,
  sourceOf,
  standardDeviation,
  tablePopulation,
} from './drift-populations.ts';

export const BASELINE_ROWS = [150, 1000, 100_000] as const;
export const BATCH_ROWS = [100, 500, 1000, 10_000] as const;
/** The size of the batches in which a shift is searched. */
export const SHIFTED_ROWS = 500;
export const FAMILY_WISE_ERROR = 0.01;

const CLASSES = ['a', 'b', 'c'];

/** Real tables that alternate with generated ones. */
export interface RealTables {
  readonly iris: Population;
  readonly penguins: Population;
}

export async function realTables(): Promise<RealTables> {
  const penguins = await readTrainingData(new URL('../../data/raw/penguins/penguins.csv', import.meta.url));
  return { iris: tablePopulation(irisData().columns), penguins: tablePopulation(penguins.columns) };
}

/** The results for one training set and its batches. */
export interface Simulation {
  /**
   * For each batch size, batches without drift: whether any column was reported as drifting, and the verdict
   * of the fixed rules.
   */
  readonly driftFree: readonly { readonly rows: number; readonly alarm: boolean; readonly psi: number }[];
  /** For a column that was moved by half a standard deviation, in a batch of SHIFTED_ROWS. */
  readonly shift: { readonly found: boolean; readonly kind: string; readonly bestPower: number };
}

/** Draws a population, a training set and batches of it, and compares them. It depends only on the seed. */
export function simulate(
  seed: number,
  baselineRows: number,
  tables: RealTables,
  batchRows: readonly number[] = BATCH_ROWS,
): Simulation {
  const population = populationOf(seed, tables);
  const source = sourceOf(seed);
  const training = population.draw(baselineRows, source);
  const baseline = learnBaseline({
    columns: training,
    rows: baselineRows,
    classes: CLASSES,
    // A fifth of the rows is held out, at most 10,000.
    answers: answers(Math.min(10_000, Math.floor(baselineRows / 5)), source),
    seed: 42,
  });
  const drifting = (batch: DriftBatch) =>
    compareWithBaseline(columnPairs(baseline, batch), { familyWiseError: FAMILY_WISE_ERROR, seed }).map(
      (verdict) => verdict.drifting,
    );
  const indexOf = training.map(populationStability);
  const driftFree = batchRows.map((rows) => {
    const { columns, batch } = drawBatch(population, rows, source);
    const psi = Math.max(...columns.map((column, i) => indexOf[i]!(column)));
    return { rows, alarm: drifting(batch).includes(true), psi };
  });
  const { shiftable } = population;
  const at = shiftable[seed % shiftable.length]!;
  const [reference] = population.draw(20_000, source).slice(at);
  const { columns, batch } = drawBatch(population, SHIFTED_ROWS, source);
  const moved = batchColumn(shifted(columns[at]!, standardDeviation(reference!)));
  const features = batch.features!.map((column, i) => (i === at ? moved : column));
  return {
    driftFree,
    shift: {
      found: drifting({ ...batch, features })[at]!,
      kind: population.names[at]!.replace(/_\d+$/, ''),
      bestPower: bestPower(baselineRows, SHIFTED_ROWS, FAMILY_WISE_ERROR / (features.length + 2)),
    },
  };
}

function populationOf(seed: number, { iris, penguins }: RealTables): Population {
  if (seed % 8 === 0) return iris;
  return seed % 8 === 4 ? penguins : mixedPopulation(seed);
}

/** Answers like a model's: three classes, and confidences with ties. */
function answers(rows: number, source: Source) {
  const predicted = Int32Array.from({ length: rows }, () => Math.floor(3 * source.unit() ** 1.5));
  const confidences = Float64Array.from(predicted, () => 0.5 + Math.floor(16 * source.unit() ** 0.3) / 32);
  return { predicted, confidences };
}

function drawBatch(population: Population, rows: number, source: Source) {
  const columns = population.draw(rows, source);
  const { predicted, confidences } = answers(rows, source);
  const predictions = Array.from(predicted, (code) => CLASSES[code]!);
  const batch: DriftBatch = { features: columns.map(batchColumn), predictions, confidences };
  return { columns, batch };
}

const batchColumn = (column: ColumnData): BatchColumn =>
  isNumbers(column)
    ? column.values
    : Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]!));

/**
 * The power of the best possible test at the given level, for a normal column without gaps whose standard
 * deviation is known. It compares the means, in both directions.
 */
export function bestPower(baselineRows: number, batchRows: number, level: number): number {
  const effect = 0.5 * Math.sqrt((baselineRows * batchRows) / (baselineRows + batchRows));
  let critical = 0;
  while (2 * (1 - normalShare(critical)) > level) critical += 0.001;
  return normalShare(effect - critical);
}

/** The normal distribution function, to 7.5e-8 (Abramowitz and Stegun, 26.2.17). */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const terms =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * terms;
  return z > 0 ? 1 - tail : tail;
}

/**
 * The probability of more than `count` of `trials`, each with probability `rate`: how surprising more alarms
 * would be.
 */
export function upperTail(count: number, trials: number, rate: number): number {
  let term = (1 - rate) ** trials;
  let upTo = term;
  for (let k = 1; k <= count; k++) {
    term *= ((trials - k + 1) / k) * (rate / (1 - rate));
    upTo += term;
  }
  return Math.max(0, 1 - upTo);
}

import { usesMap } from '../classifier/encoding-recipe.ts';
import {
  DISCRIMINANT_ROWS,
  LEARNING_ROWS,
  MAX_DISCRIMINANT_CLASSES,
  MAX_DISCRIMINANT_DIMENSION,
} from '../classifier/learn-encoder.ts';
import { MAX_FEATURES, MIN_ROWS } from '../classifier/search/row-filter.ts';
import { LEARNINGS } from '../columns/kinds.ts';
import type { TimeScale } from '../columns/learning.ts';
import { searchSpaces, voteRules } from './candidates.ts';
import { type Coordinates, coordinatesOf } from './coordinates.ts';
import { NOVELTY_ROWS } from './fit-model.ts';
import { type SampleSizes, sampleSizes } from './sample-sizes.ts';
import type { TrainingSettings } from './settings.ts';
import type { TableSize } from './table-size.ts';
import type { TrainingPlan } from './training-plan.ts';

/**
 * Nanoseconds of processor time that each step takes, as measured on the tables of
 * tests/deep/training-limits.ts (AMD EPYC, Node 22.23.3; each rounded up). They only decide what is thinned:
 * a wrong one costs time or candidates, never an answer.
 */
const NS = {
  /** Reading, ordering and hashing one cell, and one row beside its cells. */
  readCell: 150,
  readRow: 2000,
  /** Sorting a number, or counting a category, to learn from it; and each category. */
  learnCell: 250,
  learnCategory: 100,
  /** Each number of the encoder's table, whenever it is put together. */
  tableNumber: 10,
  /** Comparing two rows, and each of their coordinates: by 16-bit codes, by doubles, by categories. */
  filteredPair: 3,
  filteredCoordinate: 0.12,
  /** Added to that at the most coordinates of a filter: the more there are, the coarser codes are. */
  coarseCoordinate: 0.14,
  plainPair: 12,
  plainCoordinate: 1.6,
  codedPair: 15,
  codedCategory: 3,
  /** Building a tree, for each coordinate and for each row of a level. */
  treeCoordinate: 12,
  treeLevelRow: 30,
  /** Looking for copies of a coordinate, and making its code. */
  openCoordinate: 6,
  /** Coordinates that a map makes of a coordinate, each. */
  mapTerm: 1.5,
  /** Terms of scatters and products, and of rotations. */
  matrixTerm: 2,
  /** Taking a neighbour and its vote; a class among the votes of one rule. */
  neighbour: 80,
  votedClass: 5,
  /** Writing and hashing a coordinate. */
  writeCoordinate: 40,
} as const;

/**
 * All rows are read twice for a sample, to choose some and to take these, but only the chosen ones are
 * ordered. Measured as 1.5 times the time of reading and ordering all.
 */
const SAMPLING_PASSES = 1.6;
/** Queries that measure a tree: see chooseIndex. */
const MEASURED_QUERIES = 128;
/** Neighbours that one answer's probabilities look at, for each class. */
const PROBABILITY_NS = 150;
/** Sweeps of rotations that find the directions between classes. */
const SWEEPS = 10;

/** Seconds of processor time of each part of a training. */
export interface WorkEstimate {
  readonly read: number;
  readonly select: number;
  readonly evaluate: number;
  readonly fit: number;
}

export const totalSeconds = (work: WorkEstimate) => work.read + work.select + work.evaluate + work.fit;

/** The most work that training on a table of this size can take. Depends on nothing but the arguments. */
export function estimateWork(size: TableSize, settings: TrainingSettings, plan: TrainingPlan): WorkEstimate {
  const estimate = new Estimate(size, settings, plan);
  return {
    read: estimate.read() / 1e9,
    select: estimate.select() / 1e9,
    evaluate: estimate.evaluate() / 1e9,
    fit: estimate.fit() / 1e9,
  };
}

/** Seconds of processor time of one answer of the evaluated model to an encoded row, at most. */
export const estimateAnswer = (size: TableSize, settings: TrainingSettings, plan: TrainingPlan): number =>
  new Estimate(size, settings, plan).answer() / 1e9;

/** Seconds of processor time to fit the chosen setting on some rows and ask that model, at most. */
export const estimateFitted = (
  size: TableSize,
  settings: TrainingSettings,
  plan: TrainingPlan,
  { rows, asked }: { readonly rows: number; readonly asked: number },
): number => new Estimate(size, settings, plan).fitted(rows, asked) / 1e9;

class Estimate {
  readonly #size: TableSize;
  readonly #settings: TrainingSettings;
  readonly #plan: TrainingPlan;
  readonly #samples: SampleSizes;
  readonly #hasNumbers: boolean;
  readonly #hasTimes: boolean;
  readonly #maxNeighbours: number;
  readonly #coordinates: Readonly<Record<TimeScale, Coordinates>>;

  constructor(size: TableSize, settings: TrainingSettings, plan: TrainingPlan) {
    this.#size = size;
    this.#settings = settings;
    this.#plan = plan;
    this.#samples = sampleSizes(size, settings, plan);
    this.#hasNumbers = size.columns.some(({ type }) => LEARNINGS[type].usesNumberScale);
    this.#hasTimes = size.columns.some(({ type }) => LEARNINGS[type].usesTimeScale);
    this.#maxNeighbours = Math.min(settings.neighbour_candidates.at(-1)!, this.#samples.train);
    this.#coordinates = {
      line: coordinatesOf(size, 'line', plan.maxIndicators),
      cycles: coordinatesOf(size, 'cycles', plan.maxIndicators),
    };
  }

  read(): number {
    const { rows, sampledFrom, columns } = this.#size;
    const read = sampledFrom === undefined ? rows : SAMPLING_PASSES * sampledFrom;
    return read * (NS.readRow + NS.readCell * columns.length);
  }

  select(): number {
    const { selection, folds, repeats } = this.#samples;
    const asked = Math.ceil(selection / folds);
    const fitted = selection - Math.floor(selection / folds);
    let scored = this.#learn(fitted);
    for (const [times, recipes] of this.#recipesByTimes()) {
      const { dimension } = this.#coordinates[times];
      if (this.#isMapped(dimension)) scored += 2 * this.#discriminants(fitted, dimension);
      for (const { isMap, metrics } of recipes) {
        if (isMap && !this.#isMapped(dimension)) continue;
        scored += this.#encode(selection, times, isMap);
        scored += metrics * (this.#open(fitted, times) + this.#answers(asked, fitted, times));
      }
    }
    const answer = this.#widest();
    const unseen =
      this.#learn(fitted) +
      this.#encode(selection, answer, this.#isMapped(this.#coordinates[answer].dimension)) +
      this.#open(fitted, answer) +
      this.#answers(asked, fitted, answer);
    return folds * (repeats * scored + unseen);
  }

  /** Fitting and asking the evaluated model, and asking a champion of the same size. */
  evaluate(): number {
    const { train, heldOut } = this.#samples;
    const times = this.#widest();
    const isMap = this.#isMapped(this.#coordinates[times].dimension);
    const probabilities = heldOut * this.#size.classes * PROBABILITY_NS;
    return (
      this.#fitOn(train) +
      this.#encode(heldOut, times, isMap) +
      this.#answers(heldOut, train, times) +
      this.#champion(heldOut, train, times) +
      2 * probabilities
    );
  }

  /** One answer, with the map of its coordinates. */
  answer(): number {
    const times = this.#widest();
    const { dimension } = this.#coordinates[times];
    const mapped = this.#isMapped(dimension) ? dimension ** 2 * NS.mapTerm : 0;
    return mapped + this.#answers(1, this.#samples.train, times);
  }

  fitted(rows: number, asked: number): number {
    const times = this.#widest();
    const isMap = this.#isMapped(this.#coordinates[times].dimension);
    return this.#fitOn(rows) + this.#encode(asked, times, isMap) + this.#answers(asked, rows, times);
  }

  /** A champion is searched as it was stored: by coordinates. */
  #champion(asked: number, rows: number, times: TimeScale): number {
    const { dimension } = this.#coordinates[times];
    return asked * (rows * this.#densePair(rows, dimension) + this.#maxNeighbours * NS.neighbour);
  }

  fit(): number {
    const { rows } = this.#size;
    return this.#fitOn(rows) + rows * this.#coordinates[this.#widest()].dimension * NS.writeCoordinate;
  }

  #fitOn(rows: number): number {
    const times = this.#widest();
    const { dimension } = this.#coordinates[times];
    const isMap = this.#isMapped(dimension);
    return (
      this.#learn(rows) +
      (isMap ? this.#discriminants(rows, dimension) : 0) +
      this.#encode(rows, times, isMap) +
      this.#tree(rows, dimension) +
      rows * dimension * NS.openCoordinate +
      Math.min(NOVELTY_ROWS, rows) * rows * this.#pair(rows, times)
    );
  }

  /** The recipes that are tried, by the scale of dates. */
  #recipesByTimes(): Map<TimeScale, { isMap: boolean; metrics: number }[]> {
    const byTimes = new Map<TimeScale, { isMap: boolean; metrics: number }[]>();
    for (const { recipe, metrics } of searchSpaces(this.#hasNumbers, this.#hasTimes, this.#plan.scope)) {
      const times = recipe.times ?? 'line';
      const one = { isMap: usesMap(recipe.space), metrics: metrics.length };
      byTimes.set(times, [...(byTimes.get(times) ?? []), one]);
    }
    return byTimes;
  }

  /** The scale of dates that gives the most coordinates. */
  #widest(): TimeScale {
    return this.#hasTimes && this.#plan.scope.cycles ? 'cycles' : 'line';
  }

  #isMapped(dimension: number): boolean {
    return dimension <= MAX_DISCRIMINANT_DIMENSION && this.#size.classes <= MAX_DISCRIMINANT_CLASSES;
  }

  #learn(rows: number): number {
    const { columns } = this.#size;
    const categories = columns.reduce((sum, column) => sum + column.categories, 0);
    const { tableNumbers } = this.#coordinates.line;
    return (
      Math.min(rows, LEARNING_ROWS) * columns.length * NS.learnCell +
      categories * NS.learnCategory +
      tableNumbers * NS.tableNumber
    );
  }

  #discriminants(rows: number, dimension: number): number {
    const { classes } = this.#size;
    const terms =
      (Math.min(rows, DISCRIMINANT_ROWS) * dimension ** 2) / 2 +
      2 * dimension ** 3 +
      classes * dimension ** 2 +
      classes ** 2 * dimension +
      3 * SWEEPS * classes ** 3;
    return terms * NS.matrixTerm;
  }

  #encode(rows: number, times: TimeScale, isMap: boolean): number {
    const { columns } = this.#size;
    const { dimension, tableNumbers } = this.#coordinates[times];
    const categories = columns.reduce((sum, column) => sum + column.categories, 0);
    const cells = columns.reduce((sum, { type }) => sum + LEARNINGS[type].cellNs(times), 0);
    return (
      rows * (cells + dimension) +
      (isMap ? rows * dimension ** 2 * NS.mapTerm : 0) +
      2 * categories * NS.learnCategory +
      tableNumbers * NS.tableNumber
    );
  }

  /** Choosing between tree and scan, and making codes. */
  #open(rows: number, times: TimeScale): number {
    const { dimension } = this.#coordinates[times];
    if (dimension > MAX_FEATURES) return rows * dimension * NS.openCoordinate;
    return this.#tree(rows, dimension) + rows * dimension * NS.openCoordinate;
  }

  #tree(rows: number, dimension: number): number {
    const levels = 32 - Math.clz32(rows);
    const measured = Math.min(MEASURED_QUERIES, rows) * rows * this.#plainPair(dimension);
    return rows * (NS.treeCoordinate * dimension + NS.treeLevelRow * levels) + measured;
  }

  #answers(asked: number, rows: number, times: TimeScale): number {
    const { neighbour_candidates: ks } = this.#settings;
    const rules = voteRules(rows).length * ks.length;
    const voted = Math.min(this.#size.classes, this.#maxNeighbours);
    return (
      asked *
      (rows * this.#pair(rows, times) +
        this.#maxNeighbours * NS.neighbour +
        rules * (20 + voted * NS.votedClass))
    );
  }

  #pair(rows: number, times: TimeScale): number {
    const { dimension, coded } = this.#coordinates[times];
    if (coded !== null) return NS.codedPair + NS.codedCategory * coded;
    return this.#densePair(rows, dimension);
  }

  #densePair(rows: number, dimension: number): number {
    if (rows >= MIN_ROWS && dimension <= MAX_FEATURES)
      return (
        NS.filteredPair +
        (NS.filteredCoordinate + (NS.coarseCoordinate * dimension) / MAX_FEATURES) * dimension
      );
    return this.#plainPair(dimension);
  }

  #plainPair(dimension: number): number {
    return NS.plainPair + NS.plainCoordinate * dimension;
  }
}

import { scoreCount } from '../classifier/class-targets.ts';
import { MAX_BINS } from '../classifier/coordinate-bins.ts';
import {
  type ScoreSpace,
  SPACES,
  type Space,
  scalesOf,
  usesLinearMap,
  usesScores,
} from '../classifier/encoding-recipe.ts';
import { MAX_LANDMARKS } from '../classifier/landmark-scores.ts';
import {
  DISCRIMINANT_ROWS,
  LEARNING_ROWS,
  MAX_DISCRIMINANT_CLASSES,
  MAX_DISCRIMINANT_DIMENSION,
  offersScores,
  scoredRows,
} from '../classifier/learn-encoder.ts';
import { TUNED_FITS, TUNING_ROWS } from '../classifier/learn-landmarks.ts';
import { LINEAR_FITS, LINEAR_TUNING_ROWS, TREE_PARTS } from '../classifier/learn-tree-scores.ts';
import { COORDINATES_TAKEN_ONE_IN, TREE_DEPTH, TREES } from '../classifier/learn-trees.ts';
import { MAX_FEATURES, MIN_ROWS } from '../classifier/search/row-filter.ts';
import { LEARNINGS } from '../columns/kinds.ts';
import { dealsOf, scaledKinds, searchSpaces, voteRules } from './candidates.ts';
import { type Coordinates, coordinatesOf, triedScales, type WidthScales } from './coordinates.ts';
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
  /** Terms of distances to landmarks, and of the ridge regressions on them. */
  landmarkTerm: 1.6,
  /** A number in a bin of a tree's histogram; a row's way through a split. */
  treeTerm: 2,
  treeStep: 10,
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

const SCORES = SPACES.filter(usesScores);

/** Coordinates by scales that are tried. */
interface TriedCoordinates extends Coordinates {
  readonly scales: WidthScales;
}

class Estimate {
  readonly #size: TableSize;
  readonly #settings: TrainingSettings;
  readonly #plan: TrainingPlan;
  readonly #samples: SampleSizes;
  readonly #maxNeighbours: number;
  /** By each of the scales that decide how many coordinates there are. */
  readonly #tried: readonly TriedCoordinates[];

  constructor(size: TableSize, settings: TrainingSettings, plan: TrainingPlan) {
    this.#size = size;
    this.#settings = settings;
    this.#plan = plan;
    this.#samples = sampleSizes(size, settings, plan);
    this.#maxNeighbours = Math.min(settings.neighbour_candidates.at(-1)!, this.#samples.train);
    this.#tried = triedScales(size, plan.scope).map((scales) => ({
      scales,
      ...coordinatesOf(size, scales, plan.maxIndicators),
    }));
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
    for (const tried of this.#tried) {
      const isMapped = this.#isMapped(tried);
      const recipes = this.#recipesOf(tried);
      if (isMapped) scored += 2 * this.#discriminants(fitted, tried);
      for (const { space, metrics } of recipes) {
        if (usesLinearMap(space) && !isMapped) continue;
        if (usesScores(space)) {
          if (!this.#isScored(tried, space)) continue;
          scored += (dealsOf({ space }, repeats) / repeats) * this.#learnScores(space, fitted, asked, tried);
        }
        scored += this.#encode(selection, tried, usesLinearMap(space));
        scored += metrics * (this.#open(fitted, tried) + this.#answers(asked, fitted, tried));
      }
    }
    const unseen = this.#most(
      (chosen) =>
        this.#chosenScores(fitted, asked, chosen) +
        this.#encode(selection, chosen, this.#isMapped(chosen)) +
        this.#open(fitted, chosen) +
        this.#answers(asked, fitted, chosen),
    );
    return folds * (repeats * scored + this.#learn(fitted) + unseen);
  }

  /** Fitting and asking the evaluated model, and asking a champion of the same size. */
  evaluate(): number {
    const { train, heldOut } = this.#samples;
    const probabilities = heldOut * this.#size.classes * PROBABILITY_NS;
    const asked = this.#most(
      (chosen) =>
        this.#fitOn(train, heldOut, chosen) +
        this.#encode(heldOut, chosen, this.#isMapped(chosen)) +
        this.#answers(heldOut, train, chosen),
    );
    return asked + this.#most((champion) => this.#champion(heldOut, train, champion)) + 2 * probabilities;
  }

  /** One answer, with the map of its coordinates. */
  answer(): number {
    return this.#most((chosen) => {
      const mapped = this.#isMapped(chosen) ? chosen.dimension ** 2 * NS.mapTerm : 0;
      const scored = SCORES.map((space) =>
        this.#isScored(chosen, space) ? this.#giveScores(space, 1, chosen) : 0,
      );
      return Math.max(mapped, ...scored) + this.#answers(1, this.#samples.train, chosen);
    });
  }

  fitted(rows: number, asked: number): number {
    return this.#most(
      (chosen) =>
        this.#fitOn(rows, asked, chosen) +
        this.#encode(asked, chosen, this.#isMapped(chosen)) +
        this.#answers(asked, rows, chosen),
    );
  }

  /** A champion is searched as it was stored: by coordinates. */
  #champion(asked: number, rows: number, { dimension }: Coordinates): number {
    return asked * (rows * this.#densePair(rows, dimension) + this.#maxNeighbours * NS.neighbour);
  }

  fit(): number {
    const { rows } = this.#size;
    return this.#most(
      (chosen) => this.#fitOn(rows, 0, chosen) + rows * chosen.dimension * NS.writeCoordinate,
    );
  }

  /** Fitting on some rows; with scores of the classes, also those of the rows that are asked. */
  #fitOn(rows: number, asked: number, chosen: TriedCoordinates): number {
    const { dimension } = chosen;
    const isMap = this.#isMapped(chosen);
    return (
      this.#learn(rows) +
      Math.max(isMap ? this.#discriminants(rows, chosen) : 0, this.#chosenScores(rows, asked, chosen)) +
      this.#encode(rows, chosen, isMap) +
      this.#tree(rows, dimension) +
      rows * dimension * NS.openCoordinate +
      Math.min(NOVELTY_ROWS, rows) * rows * this.#pair(rows, chosen)
    );
  }

  /** The most that a step takes, whichever scales are chosen. */
  #most(cost: (chosen: TriedCoordinates) => number): number {
    return Math.max(...this.#tried.map(cost));
  }

  /** The recipes that are tried with these scales. */
  #recipesOf({ scales }: TriedCoordinates): { space: Space; metrics: number }[] {
    return searchSpaces(scaledKinds(this.#size.columns), this.#plan.scope).flatMap(({ recipe, metrics }) => {
      const { times, gaps } = scalesOf(recipe);
      const isOf = times === scales.times && gaps === scales.gaps;
      return isOf ? [{ space: recipe.space, metrics: metrics.length }] : [];
    });
  }

  #isMapped({ dimension }: Coordinates): boolean {
    return dimension <= MAX_DISCRIMINANT_DIMENSION && this.#size.classes <= MAX_DISCRIMINANT_CLASSES;
  }

  #isScored({ dimension, scales }: TriedCoordinates, space: ScoreSpace): boolean {
    const isFirst = scales.times === 'line' && scales.gaps === 'median';
    return this.#plan.scope[space] && isFirst && offersScores(space, dimension, this.#size.classes);
  }

  #learn(rows: number): number {
    const { columns } = this.#size;
    const categories = columns.reduce((sum, column) => sum + column.categories, 0);
    const tableNumbers = this.#tried.reduce((sum, tried) => sum + tried.tableNumbers, 0);
    return (
      Math.min(rows, LEARNING_ROWS) * columns.length * NS.learnCell +
      categories * NS.learnCategory +
      tableNumbers * NS.tableNumber
    );
  }

  #discriminants(rows: number, { dimension }: Coordinates): number {
    const { classes } = this.#size;
    const terms =
      (Math.min(rows, DISCRIMINANT_ROWS) * dimension ** 2) / 2 +
      2 * dimension ** 3 +
      classes * dimension ** 2 +
      classes ** 2 * dimension +
      3 * SWEEPS * classes ** 3;
    return terms * NS.matrixTerm;
  }

  /** Learning scores of the kind that takes longest: which kind is chosen is not known yet. */
  #chosenScores(rows: number, asked: number, chosen: TriedCoordinates): number {
    const costs = SCORES.filter((space) => this.#isScored(chosen, space)).map((space) =>
      this.#learnScores(space, rows, asked, chosen),
    );
    return Math.max(0, ...costs);
  }

  /** Learning scores, and those of the rows that were not learnt from. */
  #learnScores(space: ScoreSpace, rows: number, asked: number, tried: TriedCoordinates): number {
    return space === 'trees' ? this.#trees(rows, asked, tried) : this.#landmarks(rows, asked, tried);
  }

  /** Scores of rows that are not learnt from, with their distances to the landmarks. */
  #giveScores(space: ScoreSpace, rows: number, { dimension }: Coordinates): number {
    const outputs = scoreCount(this.#size.classes);
    const count = this.#landmarkCount(this.#samples.train);
    const landmarks = count * dimension * NS.landmarkTerm;
    if (space === 'landmarks') return rows * (landmarks + count * outputs * NS.landmarkTerm);
    return (
      rows * (landmarks + dimension * outputs * NS.mapTerm + TREES * (TREE_DEPTH + outputs) * NS.treeStep)
    );
  }

  #trees(rows: number, asked: number, tried: TriedCoordinates): number {
    const learnt = Math.min(rows, scoredRows('trees', tried.dimension, this.#size.classes));
    const outputs = scoreCount(this.#size.classes);
    const { dimension } = tried;
    const taken = Math.ceil(dimension / COORDINATES_TAKEN_ONE_IN);
    // The smaller child is counted, the other is what is left: half of the rows, on each level but the first.
    const counted = learnt * taken * (1 + (TREE_DEPTH - 1) / 2) * (1 + outputs);
    const bins = Math.min(2 ** TREE_DEPTH, learnt) * taken * MAX_BINS * (1 + outputs) * 3;
    const tree = (counted + bins) * NS.treeTerm + learnt * (TREE_DEPTH + 3 * outputs) * NS.treeStep;
    const sorted = learnt * dimension * NS.learnCell;
    const scored = learnt + (rows > learnt ? rows : 0) + asked;
    return (
      sorted +
      this.#linear(learnt, dimension, outputs) +
      TREE_PARTS * TREES * tree +
      this.#giveScores('trees', scored, tried)
    );
  }

  #linear(learnt: number, dimension: number, outputs: number): number {
    const tuning = Math.min(learnt, LINEAR_TUNING_ROWS);
    const width = 1 + dimension;
    const solve = width ** 3 / 3 + outputs * width ** 2;
    const leaveOut = (left: number) => left * (width ** 2 + 2 * outputs * width);
    return (LINEAR_FITS * (solve + leaveOut(tuning)) + solve + leaveOut(learnt)) * NS.landmarkTerm;
  }

  #landmarks(rows: number, asked: number, tried: TriedCoordinates): number {
    const learnt = Math.min(rows, scoredRows('landmarks', tried.dimension, this.#size.classes));
    const tuning = Math.min(learnt, TUNING_ROWS);
    const width = 1 + this.#landmarkCount(learnt);
    const outputs = scoreCount(this.#size.classes);
    const solve = width ** 3 / 3 + outputs * width ** 2;
    const leaveOut = (left: number) => left * (width ** 2 + 2 * outputs * width);
    const terms = TUNED_FITS * (solve + leaveOut(tuning)) + solve + leaveOut(learnt);
    const scored = learnt + tuning + (rows > learnt ? rows : 0) + asked;
    return terms * NS.landmarkTerm + this.#giveScores('landmarks', scored, tried);
  }

  /** Each class has one at least. */
  #landmarkCount(rows: number): number {
    return Math.min(rows, MAX_LANDMARKS + this.#size.classes);
  }

  #encode(rows: number, { dimension, tableNumbers, scales }: TriedCoordinates, isMap: boolean): number {
    const { columns } = this.#size;
    const categories = columns.reduce((sum, column) => sum + column.categories, 0);
    const cells = columns.reduce((sum, { type }) => sum + LEARNINGS[type].cellNs(scales.times), 0);
    return (
      rows * (cells + dimension) +
      (isMap ? rows * dimension ** 2 * NS.mapTerm : 0) +
      2 * categories * NS.learnCategory +
      tableNumbers * NS.tableNumber
    );
  }

  /** Choosing between tree and scan, and making codes. */
  #open(rows: number, { dimension }: Coordinates): number {
    if (dimension > MAX_FEATURES) return rows * dimension * NS.openCoordinate;
    return this.#tree(rows, dimension) + rows * dimension * NS.openCoordinate;
  }

  #tree(rows: number, dimension: number): number {
    const levels = 32 - Math.clz32(rows);
    const measured = Math.min(MEASURED_QUERIES, rows) * rows * this.#plainPair(dimension);
    return rows * (NS.treeCoordinate * dimension + NS.treeLevelRow * levels) + measured;
  }

  #answers(asked: number, rows: number, coordinates: Coordinates): number {
    const { neighbour_candidates: ks } = this.#settings;
    const rules = voteRules(rows).length * ks.length;
    const voted = Math.min(this.#size.classes, this.#maxNeighbours);
    return (
      asked *
      (rows * this.#pair(rows, coordinates) +
        this.#maxNeighbours * NS.neighbour +
        rules * (20 + voted * NS.votedClass))
    );
  }

  #pair(rows: number, { dimension, coded }: Coordinates): number {
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

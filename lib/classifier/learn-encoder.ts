import { hasGaps, rowCount, takeRows } from '../columns/column-rows.ts';
import { type ColumnData, type FeatureCode, isNumbers, LEARNINGS } from '../columns/kinds.ts';
import { type LearningColumn, MAX_INDICATORS, type MakeCode } from '../columns/learning.ts';
import { scoreCount } from './class-targets.ts';
import type { LinearMap } from './coordinate-map.ts';
import { Discriminants } from './discriminants.ts';
import { encodeColumns } from './encode-columns.ts';
import { Encoder, type EncoderData } from './encoder.ts';
import { type EncodingRecipe, type ScoreSpace, scalesOf, usesMap, usesScores } from './encoding-recipe.ts';
import { totalWidth } from './feature-codes.ts';
import { learnLandmarks } from './learn-landmarks.ts';
import { learnTreeScores } from './learn-tree-scores.ts';
import { informationOf } from './mutual-information.ts';

/** The weight of a feature that says nothing about the class. */
const MIN_WEIGHT = 0.05;
/**
 * Encodings are learnt from at most this many rows, evenly spaced. More rows hardly change medians, ranks and
 * shares, and sorting them would take more memory than the rows themselves. Which features may be missing,
 * and which categories exist, is taken from all rows.
 */
export const LEARNING_ROWS = 200_000;
/** Discriminants are learnt from at most this many rows, evenly spaced. */
export const DISCRIMINANT_ROWS = 20_000;
/** The time to find discriminants grows with the cube of these, so larger data has none. */
export const MAX_DISCRIMINANT_DIMENSION = 300;
export const MAX_DISCRIMINANT_CLASSES = 300;
/** Landmark scores are learnt from at most this many rows. */
const MAX_LANDMARK_ROWS = 20_000;
/** Trees from as many at most as a fold of 10,000 has in the choice, where they are compared with others. */
const MAX_TREE_ROWS = 8000;
/** Trees count this many numbers at most: for each row and coordinate one, and one of each score. */
const TREE_NUMBERS = 3_000_000;

/** From how many rows at most scores are learnt, evenly spaced. */
export const scoredRows = (space: ScoreSpace, width: number, classCount: number) =>
  space === 'trees'
    ? Math.min(MAX_TREE_ROWS, Math.floor(TREE_NUMBERS / width / (1 + scoreCount(classCount))))
    : MAX_LANDMARK_ROWS;
/**
 * Landmark scores take at most this share of the coordinates that they replace, as a table with scores is
 * stored without packing its numbers. Scores by trees, which gain more, may be as many as these.
 */
const MAX_LANDMARK_SHARE = 0.25;
/** No table of more classes gained by trees, whose time grows with the classes. */
const MAX_TREE_CLASSES = 9;

/** Whether scores of the classes are offered to a table of so many coordinates and classes. */
export function offersScores(space: ScoreSpace, width: number, classCount: number): boolean {
  if (width > MAX_DISCRIMINANT_DIMENSION) return false;
  const scores = scoreCount(classCount);
  if (space === 'landmarks') return scores <= MAX_LANDMARK_SHARE * width;
  return classCount <= MAX_TREE_CLASSES && 2 * scores <= width;
}

/** An encoder with the coordinates of the rows that it was learnt from. */
export interface EncodedRows {
  readonly encoder: Encoder;
  /** Row-major. Scores are those of a fit without the row, which would know its class. */
  readonly points: Float64Array;
}

/**
 * Learns encoders from labelled rows, for any recipe. The work that recipes share is done once, so that
 * trying many recipes on the same rows is cheap.
 */
export class EncoderLearner {
  /** All rows. */
  readonly #all: readonly ColumnData[];
  readonly #sample: EvenSample;
  readonly #classCount: number;
  readonly #sources: readonly LearningColumn<ColumnData>[];
  readonly #makers: readonly MakeCode<FeatureCode>[];
  /** By the recipe's scales. */
  readonly #discriminants = new Map<string, Discriminants>();
  #information: readonly number[] | undefined;

  /**
   * @param columns in feature order
   * @param labels the class index of each row
   * @param maxIndicators as in LearningColumn
   */
  constructor(
    columns: readonly ColumnData[],
    labels: Int32Array,
    classCount: number,
    maxIndicators = MAX_INDICATORS,
  ) {
    const sample = evenSample({ columns, labels }, LEARNING_ROWS);
    this.#all = columns;
    this.#sample = sample;
    this.#classCount = classCount;
    this.#sources = sample.columns.map((column, i) => ({
      column,
      sorted: sortedNumbers(column),
      nullable: hasGaps(columns[i]!),
      labels: sample.labels,
      classCount,
      maxIndicators,
    }));
    this.#makers = this.#sources.map((source) => LEARNINGS[source.column.type].learn(source));
  }

  /** Whether a recipe can be learnt from these columns: maps have their limits. */
  offers(recipe: EncodingRecipe): boolean {
    if (!usesMap(recipe.space)) return true;
    const width = totalWidth(this.#plain(recipe).features);
    if (usesScores(recipe.space)) return offersScores(recipe.space, width, this.#classCount);
    return width <= MAX_DISCRIMINANT_DIMENSION && this.#classCount <= MAX_DISCRIMINANT_CLASSES;
  }

  /** Learns the encoder of a recipe, and encodes all rows. */
  learnRows(recipe: EncodingRecipe): EncodedRows {
    if (usesScores(recipe.space)) return this.#scores(recipe, recipe.space);
    const encoder = this.learn(recipe);
    return { encoder, points: encodeColumns(encoder, this.#all) };
  }

  /** Learns the encoder of a recipe. */
  learn(recipe: EncodingRecipe): Encoder {
    const { space } = recipe;
    if (usesScores(space)) return this.#scores(recipe, space).encoder;
    const plain = this.#plain(recipe);
    if (space === 'plain') return new Encoder(plain);
    if (space === 'shaped' || space === 'discriminants')
      return new Encoder({ ...plain, map: this.#map(recipe, space) });
    const weights = this.#weights(space === 'information_root');
    return new Encoder({
      ...plain,
      features: plain.features.map((code, i) => ({ ...code, weight: weights[i]! })),
    });
  }

  #plain(recipe: EncodingRecipe): EncoderData {
    const scales = scalesOf(recipe);
    const parts: Float64Array[] = [];
    let length = 0;
    const place = (...arrays: Float64Array[]) => {
      const at = length;
      for (const array of arrays) {
        parts.push(array);
        length += array.length;
      }
      return at;
    };
    const features = this.#makers.map((make) => make(scales, place));
    const table = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      table.set(part, at);
      at += part.length;
    }
    return { features, table, map: null };
  }

  /** How much each feature alone says about the class, in [0, 1]: see informationOf. */
  get information(): readonly number[] {
    this.#information ??= this.#sources.map(informationOf);
    return this.#information;
  }

  #weights(isRoot: boolean): number[] {
    const largest = Math.max(...this.information);
    return this.information.map((information) => {
      const share = largest > 0 ? information / largest : 1;
      return MIN_WEIGHT + (1 - MIN_WEIGHT) * (isRoot ? Math.sqrt(share) : share);
    });
  }

  #map(recipe: EncodingRecipe, space: 'shaped' | 'discriminants'): LinearMap {
    const scales = JSON.stringify(scalesOf(recipe));
    let found = this.#discriminants.get(scales);
    if (!found) {
      const encoder = new Encoder(this.#plain(recipe));
      const { columns, labels } = evenSample(this.#sample, DISCRIMINANT_ROWS);
      found = new Discriminants(encodeColumns(encoder, columns), encoder.dimension, labels, this.#classCount);
      this.#discriminants.set(scales, found);
    }
    return space === 'shaped' ? found.shapedSpace() : found.discriminantSpace();
  }

  #scores(recipe: EncodingRecipe, space: ScoreSpace): EncodedRows {
    const plain = this.#plain(recipe);
    const dimension = totalWidth(plain.features);
    const { columns, labels, rows } = evenSample(
      this.#sample,
      scoredRows(space, dimension, this.#classCount),
    );
    const learn = space === 'trees' ? learnTreeScores : learnLandmarks;
    const learnt = learn({
      points: encodeColumns(new Encoder(plain), columns),
      dimension,
      labels,
      classCount: this.#classCount,
    });
    if (!rows) return { encoder: new Encoder({ ...plain, map: learnt.map }), points: learnt.leftOut };
    const map = { ...learnt.map, rows: learnt.map.rows.map((row) => rows[row]!) };
    const encoder = new Encoder({ ...plain, map });
    const points = encodeColumns(encoder, this.#all);
    rows.forEach((row, i) => {
      points.set(learnt.leftOut.subarray(i * map.to, (i + 1) * map.to), row * map.to);
    });
    return { encoder, points };
  }
}

interface EvenSample {
  readonly columns: readonly ColumnData[];
  readonly labels: Int32Array;
  /** Which of all rows these are, ascending; undefined for all of them. */
  readonly rows?: Int32Array;
}

/** At most `limit` rows, evenly spaced. */
function evenSample(from: EvenSample, limit: number): EvenSample {
  const count = rowCount(from.columns);
  if (count <= limit) return from;
  const chosen = Int32Array.from({ length: limit }, (_, i) => Math.floor((i * count) / limit));
  return {
    columns: takeRows(from.columns, chosen),
    labels: chosen.map((row) => from.labels[row]!),
    rows: from.rows ? chosen.map((row) => from.rows![row]!) : chosen,
  };
}

function sortedNumbers(column: ColumnData): Float64Array {
  if (!isNumbers(column)) return new Float64Array(0);
  return column.values.filter((value) => !Number.isNaN(value)).sort();
}

import * as z from 'zod/mini';
import { type FeatureCode, featureCode } from '../columns/kinds.ts';
import type { RawValue } from '../columns/storage.ts';
import { ArtifactError } from '../errors.ts';
import { calibrated, calibration } from './calibration.ts';
import { givesScores, isTrees } from './coordinate-map.ts';
import { Encoder, type EncoderData, type PlacedRow } from './encoder.ts';
import { encodingRecipe, usesMap, usesScores } from './encoding-recipe.ts';
import { landmarkDistance } from './landmark-scores.ts';
import { largestClasses } from './largest-classes.ts';
import { isNovelDistance, meanDistance, type Novelty, noveltyOf, noveltyScale } from './novelty.ts';
import { type RawColumns, RawRows } from './raw-rows.ts';
import {
  type NeighbourIndexData,
  type NeighbourSearch,
  type Neighbours,
  openIndex,
} from './search/neighbour-index.ts';
import { classFactors, VoteTally, voteRule } from './vote.ts';

/** A model's metadata: everything but its arrays. */
export const modelMeta = z.strictObject({
  label: z.string(),
  /** In code-unit order. A class index is a position in this list. */
  classes: z.array(z.string()).check(z.minLength(2)),
  features: z.array(featureCode),
  /** Texts that mean a missing value in files to be predicted, beside the empty text. */
  missing_tokens: z.array(z.string()),
  /** Columns of the file that are no features; left out where there are none. */
  ignored: z.optional(z.array(z.string())),
  recipe: encodingRecipe,
  neighbours: z.int().check(z.minimum(1)),
  votes: voteRule,
  confidence: z.strictObject({
    /** For every class without its own calibration. */
    pooled: calibration,
    /** In the order of the classes. */
    by_class: z.array(z.nullable(calibration)),
  }),
  novelty: noveltyScale,
  lineage: z.strictObject({
    dataset_sha256: z.string(),
    algorithm_version: z.int(),
    seed: z.int(),
    settings: z.record(z.string(), z.unknown()),
  }),
});

export type ModelMeta = z.infer<typeof modelMeta>;

/** All parts of a fitted model. Rows are in canonical order in every part. */
export interface FittedModel {
  readonly meta: Omit<ModelMeta, 'features'>;
  readonly encoder: EncoderData;
  readonly index: NeighbourIndexData;
  /** Class index per row. */
  readonly labels: Int32Array;
  readonly raw: RawColumns;
}

/** The answer to one query. */
export interface Prediction {
  readonly prediction: string;
  /** The share of answers like this one that were right on rows the model was not trained on, in (0, 1). */
  readonly confidence: number;
}

/** Called with each prediction, in values that can be summed up. */
export interface PredictionObserver {
  /** @param label class index @param isNovel as in Novelty */
  observe(label: number, confidence: number, isNovel: boolean): void;
}

/** One of the training rows that an answer is based on. */
export interface ExplainingNeighbour {
  readonly label: string;
  readonly distance: number;
  /** The row's values in feature order, as in the data, in the form that requests use. */
  readonly values: readonly RawValue[];
}

export interface Explanation extends Prediction {
  /** The prediction's share of the votes before balancing and calibration, in (0, 1]. */
  readonly voteShare: number;
  /** One entry per class, in the order of the classes. They sum to 1. */
  readonly probabilities: readonly { readonly label: string; readonly probability: number }[];
  /** Nearest first. */
  readonly neighbours: readonly ExplainingNeighbour[];
  readonly novelty: Novelty;
}

/** The probability of every class, in the order of the classes. They sum to 1. */
export interface ModelProbabilities {
  readonly probabilities: Float64Array;
}

/** Answers to rows whose class is known. All arrays have one entry per row. */
export interface JudgedAnswers {
  /** Class indices. */
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  /** The winner's balanced share of the votes, which the calibration maps to a confidence. */
  readonly shares: Float64Array;
  readonly confidences: Float64Array;
  /** The probability given to the true class, in [0, 1]. */
  readonly truthProbabilities: Float64Array;
}

interface IndexedAnswer {
  readonly label: number;
  readonly share: number;
}

/** Queries per batch; bounds the memory for their neighbours. */
const BATCH_QUERIES = 1024;

/**
 * A k-NN classifier that is ready to predict. Build it once and use it for any number of predictions, one at
 * a time.
 */
export class Model {
  readonly meta: FittedModel['meta'];
  readonly encoder: Encoder;
  readonly labels: Int32Array;
  readonly rawRows: RawRows;
  readonly #search: NeighbourSearch;
  readonly #tally: VoteTally;
  readonly #factors: Float64Array;
  readonly #plainFactors: Float64Array;
  /** The classes' shares of the training rows. */
  readonly #shares: Float64Array;

  /**
   * @param options.search used in place of a search over the index: one over the same rows, in which rows
   *   may be excluded
   * @throws ArtifactError when the parts do not fit each other
   */
  constructor(
    { meta, encoder, index, labels, raw }: FittedModel,
    options: { readonly search?: NeighbourSearch } = {},
  ) {
    this.meta = meta;
    this.encoder = new Encoder(encoder);
    this.labels = labels;
    this.rawRows = new RawRows({ raw, encoder, index });
    this.#checkParts(index);
    const counts = countClasses(labels, meta.classes.length);
    this.#search = options.search ?? openIndex(index);
    this.#tally = new VoteTally(meta.classes.length);
    this.#factors = classFactors(counts, meta.votes.balance);
    this.#plainFactors = classFactors(counts, 0);
    this.#shares = counts.map((count) => count / labels.length);
  }

  #checkParts(index: NeighbourIndexData): void {
    const { classes, confidence, recipe } = this.meta;
    if (index.dimension !== this.encoder.dimension || this.labels.length !== index.rows) {
      const message = 'The artifact is refused: its index does not fit its features or labels';
      throw new ArtifactError('artifact_shape', message);
    }
    if (confidence.by_class.length !== classes.length) {
      throw new ArtifactError(
        'artifact_shape',
        'The artifact is refused: its confidence does not fit its classes',
      );
    }
    const { map } = this.encoder.data;
    const { space } = recipe;
    const fits =
      usesMap(space) === (map !== null) &&
      usesScores(space) === givesScores(map) &&
      (space === 'trees') === isTrees(map);
    if (!fits) {
      throw new ArtifactError(
        'artifact_map',
        'The artifact is refused: its space and its map do not fit each other',
      );
    }
    this.rawRows.check();
  }

  /** The columns of a prediction's input, in the order of array requests. */
  get features(): readonly FeatureCode[] {
    return this.encoder.features;
  }

  /** The indices of the classes with the most training rows, largest first. */
  largestClasses(limit: number): number[] {
    return largestClasses(this.#shares, limit);
  }

  /** Predicts the class of one row of raw values, given in the order of `features`. */
  predict(values: readonly RawValue[], observer?: PredictionObserver): Prediction {
    const { label, confidence } = this.#answer(values, observer);
    return { prediction: this.meta.classes[label]!, confidence };
  }

  /** The same with the probability of every class, which cost a pass over the classes. */
  predictProbabilities(
    values: readonly RawValue[],
    observer?: PredictionObserver,
  ): Prediction & ModelProbabilities {
    const { label, confidence } = this.#answer(values, observer);
    const probabilities = this.#probabilities(label, confidence);
    return { prediction: this.meta.classes[label]!, confidence, probabilities };
  }

  #answer(values: readonly RawValue[], observer?: PredictionObserver): { label: number; confidence: number } {
    const placed = this.encoder.placeRow(values);
    const { rows, distances } = this.#nearest(placed.point);
    const { label, share } = this.#vote(rows, distances);
    const confidence = this.#confidenceIn(label, share);
    if (observer) {
      const distance = rarity(placed, distances);
      observer.observe(label, confidence, isNovelDistance(distance, this.meta.novelty));
    }
    return { label, confidence };
  }

  /** Predicts and explains the answer. See Explanation. */
  explain(values: readonly RawValue[], observer?: PredictionObserver): Explanation {
    const placed = this.encoder.placeRow(values);
    const near = this.#nearest(placed.point);
    const { label, share } = this.#vote(near.rows, near.distances);
    const confidence = this.#confidenceIn(label, share);
    const { classes, votes } = this.meta;
    const probabilities = this.#probabilities(label, confidence);
    const novelty = noveltyOf(rarity(placed, near.distances), this.meta.novelty);
    observer?.observe(label, confidence, novelty.isNovel);
    return {
      prediction: classes[label]!,
      confidence,
      voteShare: this.#tally.share(label, votes.weights, this.#plainFactors),
      probabilities: classes.map((name, i) => ({ label: name, probability: probabilities[i]! })),
      neighbours: Array.from(near.rows, (row, i) => ({
        label: classes[this.labels[row]!]!,
        distance: near.distances[i]!,
        values: this.rawRows.shownRow(row),
      })),
      novelty,
    };
  }

  /** Predicts encoded rows (row-major) as `predict` does. Returns class indices. */
  answerAll(points: Float64Array): Int32Array {
    const labels = new Int32Array(points.length / this.encoder.dimension);
    this.#eachAnswer(points, ({ label }, row) => {
      labels[row] = label;
    });
    return labels;
  }

  /**
   * Predicts encoded rows (row-major) whose classes are known. `truth` may hold indices of classes that this
   * model does not have.
   */
  judgeAll(points: Float64Array, truth: Int32Array): JudgedAnswers {
    const judged = {
      truth,
      predicted: new Int32Array(truth.length),
      shares: new Float64Array(truth.length),
      confidences: new Float64Array(truth.length),
      truthProbabilities: new Float64Array(truth.length),
    };
    this.#eachAnswer(points, ({ label, share }, row) => {
      const confidence = this.#confidenceIn(label, share);
      judged.predicted[row] = label;
      judged.shares[row] = share;
      judged.confidences[row] = confidence;
      judged.truthProbabilities[row] = this.#probabilities(label, confidence)[truth[row]!] ?? 0;
    });
    return judged;
  }

  #eachAnswer(points: Float64Array, take: (answer: IndexedAnswer, row: number) => void): void {
    const { dimension } = this.encoder;
    const size = BATCH_QUERIES * dimension;
    for (let from = 0; from < points.length; from += size) {
      const near = this.#search.nearestBatch(points.subarray(from, from + size), this.meta.neighbours);
      for (let query = 0; query < near.queries; query++) {
        const [first, end] = [query * near.width, (query + 1) * near.width];
        const answer = this.#vote(near.rows.subarray(first, end), near.distances.subarray(first, end));
        take(answer, from / dimension + query);
      }
    }
  }

  #confidenceIn(label: number, share: number): number {
    return statedConfidence(this.meta.confidence, label, share);
  }

  #nearest(point: Float64Array): Neighbours {
    return this.#search.nearest(point, this.meta.neighbours);
  }

  #vote(rows: Int32Array, distances: Float64Array): IndexedAnswer {
    const tally = this.#tally;
    tally.reset();
    for (let i = 0; i < rows.length; i++) tally.add(this.labels[rows[i]!]!, distances[i]!);
    const { weights } = this.meta.votes;
    const label = tally.winner(weights, this.#factors);
    return { label, share: tally.share(label, weights, this.#factors) };
  }

  /**
   * Splits 1 − confidence among the other classes by their votes. One extra vote, split in proportion to
   * class size, gives every class some probability.
   */
  #probabilities(winner: number, confidence: number): Float64Array {
    const one = 1 / (this.meta.neighbours + 1);
    const claims = this.#shares.map((size, label) =>
      label === winner
        ? 0
        : (1 - one) * this.#tally.share(label, this.meta.votes.weights, this.#plainFactors) + one * size,
    );
    const total = claims.reduce((sum, claim) => sum + claim, 0);
    return claims.map((claim, label) =>
      label === winner
        ? confidence
        : total > 0
          ? ((1 - confidence) * claim) / total
          : (1 - confidence) / (claims.length - 1),
    );
  }
}

/** The distance that novelty is told by. */
const rarity = ({ toLandmarks }: PlacedRow, distances: Float64Array): number =>
  toLandmarks === null ? meanDistance(distances, distances.length) : landmarkDistance(toLandmarks);

/** The confidence in the class `label`, which won with this share of the votes. */
export function statedConfidence(
  { by_class, pooled }: FittedModel['meta']['confidence'],
  label: number,
  share: number,
): number {
  return calibrated(by_class[label] ?? pooled, share);
}

/**
 * Counts the rows of each class, and checks them in the same pass. It is an indexed loop over integers
 * because a model's first prediction waits for it, in code that is not compiled yet. Throws ArtifactError
 * `artifact_labels`.
 */
function countClasses(labels: Int32Array, classes: number): Float64Array {
  const counts = new Uint32Array(classes);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (label < 0 || label >= classes) {
      throw new ArtifactError('artifact_labels', 'The artifact is refused: a row has no valid class');
    }
    counts[label]!++;
  }
  return Float64Array.from(counts);
}

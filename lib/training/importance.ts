import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { mapPoints } from '../classifier/coordinate-map.ts';
import { encodeFeatures } from '../classifier/encode-columns.ts';
import { totalWidth } from '../classifier/feature-codes.ts';
import { EncoderLearner } from '../classifier/learn-encoder.ts';
import type { Model } from '../classifier/model.ts';
import { sampleRows } from '../classifier/sample-rows.ts';
import { ENCODINGS } from '../columns/kinds.ts';
import { estimateAnswer, totalSeconds } from './estimate-work.ts';
import { ClassTally } from './evaluation.ts';
import type { PlannedTraining } from './plan-training.ts';
import type { TrainingSettings } from './settings.ts';
import type { TableSize } from './table-size.ts';
import { type LabelledRows, pickRows, type TrainingData } from './training-data.ts';

/** What each feature is worth to a model's answers to rows that it was not fitted on. */
export interface Importance {
  /** The rows that were asked. */
  readonly rows: number;
  /** How often each feature's values were dealt anew. */
  readonly repeats: number;
  /** The macro-F1 of these rows as they are. */
  readonly macroF1: number;
  /** Largest fall first. */
  readonly features: readonly FeatureImportance[];
  /** Features that were not measured, for lack of time: those that alone say least about the class. */
  readonly unmeasured: number;
}

export interface FeatureImportance {
  readonly name: string;
  /**
   * How much macro-F1 falls, on average, when the feature's values are dealt anew among the rows. About 0, or
   * below it, for a feature that is worth nothing beside the others.
   */
  readonly macroF1Fall: number;
}

/** What the measurement is bounded and seeded by. */
export interface ImportanceContext {
  readonly data: TrainingData;
  /** The rows that the model is fitted on. */
  readonly train: Int32Array;
  readonly settings: TrainingSettings;
  readonly planned: PlannedTraining;
  readonly size: TableSize;
}

/** The share of the training's estimated time that the measurement may be estimated to take. */
const MAX_SHARE = 0.05;
/** Answers for each feature that are enough: more would show only what is too small to matter. */
const WANTED_ANSWERS = 2000;
const MAX_REPEATS = 20;
/** With fewer rows than this a fall says too little: rather fewer features are measured. */
const MIN_ROWS = 200;
/** Rows by which features are ranked where not all can be measured. */
const RANKING_ROWS = 1000;

/**
 * Permutation importance (Breiman, Random Forests, 2001): the fall of macro-F1 when a feature's values are
 * dealt anew among the held-out rows. It depends on nothing but the arguments. Of two features that say the
 * same each is worth little, since the other one stands in.
 *
 * A feature's coordinates depend on its own values only, so the coordinates are dealt in place of the values:
 * the answers are the same, and rows are encoded once instead of once for each feature.
 */
export function measureImportance(
  model: Model,
  heldOut: LabelledRows,
  context: ImportanceContext,
): Importance {
  const { data, settings, planned, size } = context;
  const { plan } = planned;
  const answers = (MAX_SHARE * totalSeconds(planned.work)) / estimateAnswer(size, settings, plan);
  const extent = extentOf(answers, data.columns.length, heldOut.labels.length);
  const every = Int32Array.from(heldOut.labels, (_, row) => row);
  const rows = pickRows(heldOut, sampleRows(every, heldOut.labels, extent.rows, 1));
  const dealt = new DealtRows(model, rows);
  const macroF1 = dealt.macroF1();
  const orders = shuffles(rows.labels.length, extent.repeats, settings.seed);
  const falls = measuredFeatures(extent.features, context).map((feature) => ({
    feature,
    fall: macroF1 - meanOf(orders.map((order) => dealt.macroF1With(feature, order))),
  }));
  return {
    rows: rows.labels.length,
    repeats: extent.repeats,
    macroF1,
    features: falls
      .sort((a, b) => b.fall - a.fall || a.feature - b.feature)
      .map(({ feature, fall }) => ({ name: data.columns[feature]!.name, macroF1Fall: fall })),
    unmeasured: data.columns.length - extent.features,
  };
}

/** How much is measured. */
export interface ImportanceExtent {
  readonly features: number;
  readonly rows: number;
  readonly repeats: number;
}

/**
 * Spreads the allowed answers: all features on fewer rows first, then fewer features.
 *
 * @param answers the most answers that may be asked for
 */
export function extentOf(answers: number, features: number, heldOutRows: number): ImportanceExtent {
  const each = Math.floor(answers / features);
  const rows = Math.max(1, Math.min(heldOutRows, WANTED_ANSWERS, Math.max(MIN_ROWS, each)));
  const wanted = Math.ceil(WANTED_ANSWERS / rows);
  return {
    features: Math.max(1, Math.min(features, Math.floor(answers / rows))),
    rows,
    repeats: Math.max(1, Math.min(MAX_REPEATS, wanted, Math.floor(each / rows))),
  };
}

/** The features to measure, in any order: all of them, or those that alone say most about the class. */
function measuredFeatures(count: number, { data, train, planned }: ImportanceContext): number[] {
  const all = data.columns.map((_, feature) => feature);
  if (count === all.length) return all;
  const { columns, labels } = pickRows(data, sampleRows(train, data.labels, RANKING_ROWS));
  const learner = new EncoderLearner(columns, labels, data.classes.length, planned.plan.maxIndicators);
  const { information } = learner;
  return all.sort((a, b) => information[b]! - information[a]! || a - b).slice(0, count);
}

/** Encoded rows of which one feature at a time is dealt in another order. */
class DealtRows {
  readonly #model: Model;
  readonly #labels: Int32Array;
  readonly #points: Float64Array;
  readonly #stride: number;
  readonly #offsets: readonly number[];

  constructor(model: Model, { columns, labels }: LabelledRows) {
    const { features } = model;
    this.#model = model;
    this.#labels = labels;
    this.#points = encodeFeatures(model.encoder, columns);
    this.#stride = totalWidth(features);
    const offsets = [0];
    for (const code of features) offsets.push(offsets.at(-1)! + ENCODINGS[code.type].width(code));
    this.#offsets = offsets;
  }

  macroF1(): number {
    const { map } = this.#model.encoder.data;
    const predicted = this.#model.answerAll(map === null ? this.#points : mapPoints(map, this.#points));
    const tally = new ClassTally(this.#model.meta.classes.length);
    for (let row = 0; row < predicted.length; row++) tally.add(this.#labels[row]!, predicted[row]!);
    return tally.macroF1();
  }

  /** The score when row i has the feature's values of row `order[i]`. */
  macroF1With(feature: number, order: Int32Array): number {
    const kept = this.#take(feature);
    this.#put(feature, kept, order);
    const score = this.macroF1();
    this.#put(
      feature,
      kept,
      order.map((_, row) => row),
    );
    return score;
  }

  #take(feature: number): Float64Array {
    const [from, to] = [this.#offsets[feature]!, this.#offsets[feature + 1]!];
    const kept = new Float64Array(this.#labels.length * (to - from));
    for (let row = 0; row < this.#labels.length; row++) {
      const start = row * this.#stride;
      kept.set(this.#points.subarray(start + from, start + to), row * (to - from));
    }
    return kept;
  }

  #put(feature: number, kept: Float64Array, order: Int32Array): void {
    const [from, to] = [this.#offsets[feature]!, this.#offsets[feature + 1]!];
    const width = to - from;
    for (let row = 0; row < order.length; row++) {
      const source = order[row]! * width;
      this.#points.set(kept.subarray(source, source + width), row * this.#stride + from);
    }
  }
}

/** Orders of the rows by Fisher and Yates: the same ones for every feature. */
function shuffles(rows: number, count: number, seed: number): Int32Array[] {
  const generator = xoroshiro128plus(seed);
  return Array.from({ length: count }, () => {
    const order = Int32Array.from({ length: rows }, (_, row) => row);
    for (let last = rows - 1; last > 0; last--) {
      const other = uniformInt(generator, 0, last);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  });
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

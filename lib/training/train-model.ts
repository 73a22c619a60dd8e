import { type EncodedFeature, encodeColumns, learnFeatures, rowCount } from '../classifier/encoder.ts';
import { type FittedModel, Model, writeModel } from '../classifier/model.ts';
import { chooseIndex, openIndex } from '../classifier/search/neighbour-index.ts';
import { VoteCounter } from '../classifier/vote.ts';
import type { DatasetFeature } from '../dataset/read-parquet.ts';
import { TrainingError } from '../errors.ts';
import { type Evaluation, evaluate } from './evaluation.ts';
import { dealFolds } from './folds.ts';
import { checkAgainstReference, type LabelledPoints } from './reference-check.ts';
import { ALGORITHM_VERSION, type TrainingSettings } from './settings.ts';

/** A data set as training takes it: rows in canonical order. */
export interface TrainingData {
  readonly columns: readonly DatasetFeature[];
  /** Class index per row. */
  readonly labels: Int32Array;
  /** In code-unit order. */
  readonly classes: readonly string[];
  readonly label: string;
  readonly datasetSha256: string;
}

/** One candidate's score in the cross-validation. */
export interface CandidateScore {
  readonly neighbours: number;
  /** Mean over the folds. */
  readonly macroF1: number;
}

export interface TrainedModel {
  readonly artifact: Uint8Array<ArrayBuffer>;
  readonly artifactSha256: string;
  readonly neighbours: number;
  readonly candidates: readonly CandidateScore[];
  /** On rows that took no part in fitting or choosing. */
  readonly evaluation: Evaluation;
  /** Share of the held-out rows that always answering the most frequent class gets right. */
  readonly majorityAccuracy: number;
  /** How the answers compare with the reference implementation's, on a bounded sample. */
  readonly reference: { readonly compared: number; readonly tied: number };
}

/**
 * Chooses the number of neighbours by stratified cross-validation, evaluates the choice on held-out rows, and fits the
 * final model on all rows. Depends on nothing but its arguments: the same data gives the same bytes on any machine.
 *
 * @throws TrainingError when the data cannot be learnt from: fewer than two classes, or too few rows to hold any out.
 */
export function trainModel(data: TrainingData, settings: TrainingSettings): TrainedModel {
  const all = new Int32Array(data.labels.length).map((_, row) => row);
  const holdout = dealFolds(data.labels, settings.holdout_one_in, settings.seed);
  const trainRows = all.filter((row) => holdout[row] !== 0);
  const testRows = capRows(
    all.filter((row) => holdout[row] === 0),
    settings.selection_rows,
  );
  checkLearnable(data, trainRows, testRows);
  const candidates = scoreCandidates(data, capRows(trainRows, settings.selection_rows), settings);
  const neighbours = bestCandidate(candidates).neighbours;
  const evaluated = new Model(fitModel(data, trainRows, neighbours, settings));
  const predicted = predictRows(evaluated, data, testRows);
  const truth = testRows.map((row) => data.labels[row]!);
  const final = fitModel(data, all, neighbours, settings);
  const reference = checkAgainstReference(labelledPoints(data), neighbours);
  const { bytes, sha256 } = writeModel(final);
  return {
    artifact: bytes,
    artifactSha256: sha256,
    neighbours,
    candidates,
    evaluation: evaluate(truth, predicted, data.classes),
    majorityAccuracy: majorityShare(truth, data.classes.length),
    reference,
  };
}

function labelledPoints(data: TrainingData): LabelledPoints {
  const points = encodeColumns(learnFeatures(data.columns), data.columns);
  const dimension = dimensionOf(points, data.labels.length);
  return { points, labels: data.labels, dimension, classCount: data.classes.length };
}

function checkLearnable(data: TrainingData, trainRows: Int32Array, testRows: Int32Array): void {
  if (data.classes.length < 2) {
    throw new TrainingError(
      'classes',
      `expected at least 2 classes in "${data.label}", got ${data.classes.length}`,
    );
  }
  if (testRows.length === 0 || trainRows.length < 2) {
    throw new TrainingError('rows', `${data.labels.length} rows are too few to hold any out; send more rows`);
  }
}

/** Every n-th row, so that at most `limit` remain: rows lie in canonical order, so the choice depends on content only. */
function capRows(rows: Int32Array, limit: number): Int32Array {
  if (rows.length <= limit) return rows;
  return Int32Array.from({ length: limit }, (_, i) => rows[Math.floor((i * rows.length) / limit)]!);
}

function fitModel(
  data: TrainingData,
  rows: Int32Array,
  neighbours: number,
  settings: TrainingSettings,
): FittedModel {
  const columns = takeRows(data.columns, rows);
  const features = learnFeatures(columns);
  const points = encodeColumns(features, columns);
  const { data: index } = chooseIndex(points, dimensionOf(points, rows.length), 'euclidean');
  const { seed, ...rest } = settings;
  return {
    meta: {
      features,
      label: data.label,
      classes: [...data.classes],
      neighbours,
      lineage: {
        dataset_sha256: data.datasetSha256,
        algorithm_version: ALGORITHM_VERSION,
        seed,
        settings: rest,
      },
    },
    index,
    labels: rows.map((row) => data.labels[row]!),
  };
}

const dimensionOf = (points: Float64Array, rows: number) => points.length / rows;

/** One neighbour search per fold serves every candidate: the first k of the nearest are the k nearest. */
function scoreCandidates(data: TrainingData, rows: Int32Array, settings: TrainingSettings): CandidateScore[] {
  const labels = rows.map((row) => data.labels[row]!);
  const foldCount = Math.min(settings.folds, rows.length);
  const folds = dealFolds(labels, foldCount, settings.seed);
  const usable = settings.neighbour_candidates.filter(
    (k) => k <= rows.length - Math.ceil(rows.length / foldCount),
  );
  const sums = usable.map(() => 0);
  for (let fold = 0; fold < foldCount; fold++) {
    const scores = scoreFold(
      data,
      rows.filter((_, i) => folds[i] !== fold),
      rows.filter((_, i) => folds[i] === fold),
      usable,
    );
    scores.forEach((score, i) => {
      sums[i]! += score;
    });
  }
  return usable.map((neighbours, i) => ({ neighbours, macroF1: sums[i]! / foldCount }));
}

function scoreFold(
  data: TrainingData,
  fitted: Int32Array,
  asked: Int32Array,
  candidates: readonly number[],
): number[] {
  const columns = takeRows(data.columns, fitted);
  const features = learnFeatures(columns);
  const points = encodeColumns(features, columns);
  const dimension = dimensionOf(points, fitted.length);
  const search = openIndex(chooseIndex(points, dimension, 'euclidean').data);
  const queries = encodeColumns(features, takeRows(data.columns, asked));
  const votes = new VoteCounter(data.classes.length);
  const predicted = candidates.map(() => new Int32Array(asked.length));
  const mostNeighbours = Math.max(...candidates);
  for (let i = 0; i < asked.length; i++) {
    const near = search.nearest(queries.subarray(i * dimension, (i + 1) * dimension), mostNeighbours);
    const labels = near.rows.map((row) => data.labels[fitted[row]!]!);
    candidates.forEach((k, c) => {
      predicted[c]![i] = votes.count(labels, near.distances, Math.min(k, labels.length)).winner;
    });
  }
  const truth = asked.map((row) => data.labels[row]!);
  return predicted.map((answers) => evaluate(truth, answers, data.classes).macroF1);
}

/** The highest score; of equal ones the fewest neighbours. */
function bestCandidate(candidates: readonly CandidateScore[]): CandidateScore {
  const [first, ...rest] = candidates;
  if (!first)
    throw new TrainingError('rows', 'too few rows for the smallest number of neighbours; send more rows');
  return rest.reduce((best, candidate) => (candidate.macroF1 > best.macroF1 ? candidate : best), first);
}

function predictRows(model: Model, data: TrainingData, rows: Int32Array): Int32Array {
  const columns = takeRows(data.columns, rows);
  const points = encodeColumns(model.features as EncodedFeature[], columns);
  const dimension = dimensionOf(points, rows.length);
  const position = new Map(data.classes.map((label, index) => [label, index]));
  return Int32Array.from(rows, (_, i) => {
    const answer = model.predictEncoded(points.subarray(i * dimension, (i + 1) * dimension));
    return position.get(answer.prediction)!;
  });
}

/** Plain loops: a typed array's `from` with a mapping collects the numbers as objects first. */
function takeRows(columns: readonly DatasetFeature[], rows: Int32Array): readonly DatasetFeature[] {
  if (rows.length === rowCount(columns)) return columns;
  return columns.map((column) =>
    column.type === 'numeric'
      ? { ...column, values: gather(column.values, rows, new Float64Array(rows.length)) }
      : { ...column, codes: gather(column.codes, rows, new Int32Array(rows.length)) },
  );
}

function gather<T extends Float64Array | Int32Array>(source: T, rows: Int32Array, target: T): T {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!;
  return target;
}

function majorityShare(truth: Int32Array, classCount: number): number {
  const counts = new Array<number>(classCount).fill(0);
  for (const label of truth) counts[label]! += 1;
  return Math.max(...counts) / truth.length;
}

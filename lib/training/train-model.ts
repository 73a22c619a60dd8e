import { encodeColumns } from '../classifier/encode-columns.ts';
import { largestClasses } from '../classifier/largest-classes.ts';
import {
  type FittedModel,
  type JudgedAnswers,
  Model,
  type ModelMeta,
  statedConfidence,
} from '../classifier/model.ts';
import { writeModel } from '../classifier/model-file.ts';
import { sampleRows } from '../classifier/sample-rows.ts';
import type { UnseenClassAnswers } from '../drift/learn-baseline.ts';
import { TrainingError } from '../errors.ts';
import { choose, type ScoredCandidate } from './candidates.ts';
import type { ChampionScore } from './compare-champion.ts';
import {
  type CrossValidationPlan,
  crossValidate,
  type LearntInFolds,
  outOfFoldAnswers,
  type UnseenAnswers,
} from './cross-validation.ts';
import { type Evaluation, evaluate } from './evaluation.ts';
import { type FitOptions, fitModel, fitWithSearch } from './fit-model.ts';
import type { GateVerdict } from './gate-verdict.ts';
import { splitRows } from './holdout.ts';
import { type Importance, type ImportanceContext, measureImportance } from './importance.ts';
import { type CurvePoint, measureCurve } from './learning-curve.ts';
import type { TrainingPhase } from './phases.ts';
import { type PlannedTraining, planTraining, type TrainingBounds } from './plan-training.ts';
import { judge } from './quality-gate.ts';
import { checkAgainstReference } from './reference-check.ts';
import { measureReliability, type Reliability } from './reliability.ts';
import { repeatsOf } from './sample-sizes.ts';
import { macroF1Error } from './score-error.ts';
import { ALGORITHM_VERSION, type TrainingSettings } from './settings.ts';
import { sizeOfData } from './table-size.ts';
import { type LabelledRows, pickRows, type TrainingData } from './training-data.ts';
import type { TrainingPlan } from './training-plan.ts';

export interface TrainedModel {
  readonly artifact: Uint8Array<ArrayBuffer>;
  readonly artifactSha256: string;
  /** Labels, those with the most rows first. */
  readonly classesBySize: readonly string[];
  readonly chosen: ScoredCandidate;
  /** All scored candidates. */
  readonly candidates: readonly ScoredCandidate[];
  /** The evaluation on rows that were not used to fit or to choose. */
  readonly evaluation: Evaluation;
  /** The standard error of the evaluation's macro-F1. */
  readonly standardError: number;
  /** The reliability of the confidence on the same rows. */
  readonly reliability: Reliability;
  /** What each feature is worth to the answers to these rows, or to a sample of them. */
  readonly importance: Importance;
  /** The scores of guessing without the features on the same rows. */
  readonly baseline: Baseline;
  readonly gate: GateVerdict;
  /** The comparison with the reference implementation, on a bounded sample. */
  readonly reference: { readonly compared: number; readonly tied: number };
  /** The answers to the held-out rows, with the confidence that the final model states for such votes. */
  readonly unseenAnswers: UnseenClassAnswers;
  /** How the score grows with the rows: see measureCurve. */
  readonly curve: readonly CurvePoint[];
  readonly rows: {
    /** Rows of the data set. */
    readonly all: number;
    /** The rows that the final model holds: all of them, or a sample. */
    readonly trained: number;
    /** The rows that the setting was chosen on. */
    readonly selection: number;
    readonly heldOut: number;
  };
  /** What the training was estimated to take, and what was thinned so that it stays within its bounds. */
  readonly planned: PlannedTraining;
}

export interface TrainingOptions {
  /** The score that the new model is compared with; none before the first promotion. */
  readonly champion?: ChampionScore;
  /** Narrower bounds than the usual ones thin more: see planTraining. */
  readonly bounds?: TrainingBounds;
  /** Called when a phase begins, and as it progresses. `share` is in [0, 1]. */
  onProgress?(phase: TrainingPhase, share: number): void;
}

/**
 * Chooses encoding, metric, votes and number of neighbours by stratified cross-validation, evaluates the
 * choice on held-out rows, judges it, and fits the final model on all rows. The result depends only on the
 * arguments: the same data gives the same bytes on any machine. The champion affects the verdict, but not the
 * bytes.
 *
 * @param data the data set, or the sample of it that the plan for its size asks for: see trainingSample
 * @throws TrainingError when the data cannot be learnt from (fewer than two classes, or too few rows to hold
 *   any out), when it is too large to train on within the bounds, or when the reference implementation
 *   disagrees
 */
export function trainModel(
  data: TrainingData,
  settings: TrainingSettings,
  options: TrainingOptions = {},
): TrainedModel {
  const planned = planTraining(sizeOfData(data), settings, options.bounds);
  const { plan } = planned;
  checkSampled(data, plan);
  const { train, heldOut } = splitRows(data, settings, plan);
  checkLearnable(data, train.length, heldOut.labels.length);
  const { maxIndicators } = plan;
  const fit = { maxIndicators, lineage: lineageOf(data, settings, planned) };
  options.onProgress?.('select', 0);
  const selected = select(data, train, { settings, plan, options });
  options.onProgress?.('evaluate', 0);
  const asking = { data, train, settings, planned };
  const { answers, importance } = askHeldOut(heldOut, asking, { ...selected, ...fit });
  const measured = { ...asking, heldOut, predicted: answers.predicted };
  const curve = measureCurve(measured, { ...selected, ...fit });
  const judgement = judgeAnswers(answers, heldOut, { data, train, settings, champion: options.champion });
  options.onProgress?.('fit', 0);
  const unseen = joined(selected.unseen, answers);
  const final = fitModel(data, data, { ...selected, unseen, ...fit });
  options.onProgress?.('check', 0);
  const reference = checkAgainstReference(final);
  options.onProgress?.('write', 0);
  const { bytes, sha256 } = writeModel(final);
  return {
    artifact: bytes,
    artifactSha256: sha256,
    classesBySize: bySize(final),
    chosen: selected.chosen,
    candidates: selected.candidates,
    ...judgement,
    reliability: measureReliability(answers),
    importance,
    curve,
    reference,
    unseenAnswers: statedAnswers(answers, final.meta.confidence),
    rows: {
      all: data.tableRows ?? data.labels.length,
      trained: data.labels.length,
      selection: selected.unseen.truth.length,
      heldOut: heldOut.labels.length,
    },
    planned,
  };
}

/** The result of the cross-validation. */
interface Selection {
  readonly candidates: readonly ScoredCandidate[];
  readonly chosen: ScoredCandidate;
  readonly unseen: UnseenAnswers;
}

/** How a setting is chosen. */
interface Choosing {
  readonly settings: TrainingSettings;
  readonly plan: TrainingPlan;
  readonly options: TrainingOptions;
}

function select(data: TrainingData, train: Int32Array, choosing: Choosing): Selection {
  const { settings, plan } = choosing;
  const rows = pickRows(data, sampleRows(train, data.labels, plan.selectionRows, plan.minPerClass));
  const validation = validationOf(data, rows, choosing);
  const learnt: LearntInFolds = new Map();
  const candidates = crossValidate(rows, validation, learnt);
  const chosen = choose(candidates, settings.simplicity_tolerance);
  return { candidates, chosen, unseen: outOfFoldAnswers(rows, chosen, validation, learnt) };
}

/**
 * The answers of a model that is fitted on the training rows, and what each feature is worth to them. The
 * model is as large as the final one, so it is released before that is fitted.
 */
function askHeldOut(
  heldOut: LabelledRows,
  asking: Omit<ImportanceContext, 'size'>,
  fit: FitOptions,
): { readonly answers: JudgedAnswers; readonly importance: Importance } {
  const { data, train } = asking;
  const { model: fitted, search } = fitWithSearch(data, pickRows(data, train), fit);
  const model = new Model(fitted, { search });
  const answers = model.judgeAll(encodeColumns(model.encoder, heldOut.columns), heldOut.labels);
  const importance = measureImportance(model, heldOut, { ...asking, size: asking.planned.size });
  return { answers, importance };
}

function judgeAnswers(
  { predicted }: JudgedAnswers,
  heldOut: LabelledRows,
  against: {
    data: TrainingData;
    train: Int32Array;
    settings: TrainingSettings;
    champion: ChampionScore | undefined;
  },
): Pick<TrainedModel, 'evaluation' | 'standardError' | 'baseline' | 'gate'> {
  const { data, train, settings, champion } = against;
  const evaluation = evaluate(heldOut.labels, predicted, data.classes);
  const standardError = macroF1Error(heldOut.labels, predicted, data.classes.length, settings.seed);
  const baseline = baselineOf(data, train, heldOut);
  const given = {
    score: evaluation.macroF1,
    standardError,
    baseline: Math.max(baseline.macroF1, baseline.chanceMacroF1),
    heldOutRows: heldOut.labels.length,
    champion: champion ?? null,
  };
  return { evaluation, standardError, baseline, gate: judge(given, settings.gate) };
}

function checkSampled({ labels }: TrainingData, { trainingRows }: TrainingPlan): void {
  if (labels.length <= trainingRows) return;
  throw new RangeError(`expected a sample of at most ${trainingRows} rows, got ${labels.length}`);
}

function checkLearnable(data: TrainingData, trainRows: number, heldOutRows: number): void {
  if (data.classes.length < 2) {
    throw new TrainingError(
      'classes',
      `expected at least 2 classes in "${data.label}", got ${data.classes.length}`,
    );
  }
  if (heldOutRows === 0 || trainRows < 2) {
    throw new TrainingError('rows', `${data.labels.length} rows are too few to hold any out; send more rows`);
  }
}

function validationOf(
  { classes }: TrainingData,
  { labels }: LabelledRows,
  { settings: { seed, folds, neighbour_candidates }, plan, options: { onProgress } }: Choosing,
): CrossValidationPlan {
  return {
    classCount: classes.length,
    seed,
    folds,
    repeats: repeatsOf(labels.length, plan.maxRepeats),
    neighbourCandidates: neighbour_candidates,
    scope: plan.scope,
    maxIndicators: plan.maxIndicators,
    onFold: (done, total) => onProgress?.('select', done / total),
  };
}

/**
 * Includes the settings that change the answers, and not those of the gate. What was thinned follows from
 * them and the data; it is there for people.
 */
function lineageOf(
  { datasetSha256 }: TrainingData,
  { seed, gate: _, ...rest }: TrainingSettings,
  { thinned }: PlannedTraining,
): ModelMeta['lineage'] {
  return {
    dataset_sha256: datasetSha256,
    algorithm_version: ALGORITHM_VERSION,
    seed,
    settings: thinned.length > 0 ? { ...rest, thinned } : rest,
  };
}

/**
 * The answers with the final model's confidences, as later predictions will have them: the evaluated model
 * maps votes to confidences by another line.
 */
function statedAnswers(
  { predicted, shares }: JudgedAnswers,
  confidence: ModelMeta['confidence'],
): UnseenClassAnswers {
  return {
    predicted,
    confidences: shares.map((share, i) => statedConfidence(confidence, predicted[i]!, share)),
  };
}

function bySize({ meta: { classes }, labels }: FittedModel): string[] {
  const counts = new Uint32Array(classes.length);
  for (const label of labels) counts[label]! += 1;
  return largestClasses(counts, classes.length).map((label) => classes[label]!);
}

/**
 * Joins two sets of answers. The final model's confidence is learnt from all answers to rows that the
 * answering model was not trained on.
 */
function joined(a: UnseenAnswers, b: UnseenAnswers): UnseenAnswers {
  const rows = a.truth.length + b.truth.length;
  const all = {
    predicted: new Int32Array(rows),
    shares: new Float64Array(rows),
    truth: new Int32Array(rows),
  };
  for (const name of ['predicted', 'shares', 'truth'] as const) {
    all[name].set(a[name]);
    all[name].set(b[name], a.truth.length);
  }
  return all;
}

/**
 * The scores of guessing without the features. `accuracy` and `macroF1` are those of always answering the
 * most frequent class of the training rows.
 */
export interface Baseline {
  readonly accuracy: number;
  readonly macroF1: number;
  /**
   * The expected macro-F1 of random answers with the classes' frequencies. For balanced classes it is the
   * higher one.
   */
  readonly chanceMacroF1: number;
}

function baselineOf({ labels, classes }: TrainingData, train: Int32Array, heldOut: LabelledRows): Baseline {
  const counts = new Float64Array(classes.length);
  for (const row of train) counts[labels[row]!]!++;
  const majority = counts.indexOf(Math.max(...counts));
  const { accuracy, macroF1, perClass } = evaluate(
    heldOut.labels,
    heldOut.labels.map(() => majority),
    classes,
  );
  // For random answers, a class's precision is its share of the held-out rows, and its recall its share of
  // the training rows.
  const chances = perClass.map(({ support }, label) => {
    const [precision, recall] = [support / heldOut.labels.length, counts[label]! / train.length];
    return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  });
  const occurring = perClass.filter(({ support }) => support > 0).length;
  return { accuracy, macroF1, chanceMacroF1: chances.reduce((sum, f1) => sum + f1, 0) / occurring };
}

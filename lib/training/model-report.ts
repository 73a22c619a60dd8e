import type { KindName } from '../columns/kinds.ts';
import type { Candidate, ScoredCandidate } from './candidates.ts';
import { totalSeconds } from './estimate-work.ts';
import type { Importance } from './importance.ts';
import type { PlannedTraining, Thinning } from './plan-training.ts';
import { ALGORITHM_VERSION, type TrainingSettings } from './settings.ts';
import type { TrainedModel } from './train-model.ts';
import type { TrainingData } from './training-data.ts';

/** The number of candidates that a report lists. */
const LISTED_CANDIDATES = 20;

/**
 * `<artifact sha256>.report.json`: how a model was chosen and how good it is. It has the name of its
 * artifact, so it does not say when or where the training ran, or which champion it was compared with. It is
 * written as it is, so its names are in snake_case.
 */
export interface ModelReport {
  readonly artifact_sha256: string;
  readonly artifact_bytes: number;
  readonly dataset_sha256: string;
  readonly algorithm_version: number;
  readonly settings: TrainingSettings;
  readonly label: string;
  readonly classes: readonly string[];
  readonly features: readonly { readonly name: string; readonly type: KindName }[];
  readonly rows: {
    /** Rows of the data set. */
    readonly all: number;
    /** Rows that the model holds, where they are a sample of the data set. */
    readonly trained?: number;
    readonly selection: number;
    readonly held_out: number;
  };
  /** By number of rows, ascending: see learning-curve.ts. Absent in reports of earlier releases. */
  readonly learning_curve?: readonly {
    readonly rows: number;
    readonly macro_f1: number;
    readonly standard_error: number;
  }[];
  /** What the training was estimated to take before it began. */
  readonly estimate: {
    /** Processor time. */
    readonly work_seconds: number;
    readonly max_work_seconds: number;
    readonly memory_bytes: number;
    readonly max_memory_bytes: number;
    /** What was thinned to stay within these; empty for a table of ordinary size. */
    readonly thinned: readonly Thinning[];
  };
  readonly chosen: ReportedCandidate;
  readonly cross_validation: {
    readonly candidates: number;
    /** The best, in descending order. */
    readonly best: readonly ReportedCandidate[];
    /** The chosen setting with every number of neighbours. */
    readonly neighbours_sweep: readonly {
      readonly neighbours: number;
      readonly macro_f1: number;
      readonly standard_error: number;
    }[];
  };
  readonly holdout: {
    readonly accuracy: number;
    readonly macro_f1: number;
    readonly macro_f1_standard_error: number;
    readonly baseline: {
      readonly accuracy: number;
      readonly macro_f1: number;
      readonly chance_macro_f1: number;
    };
    readonly classes: TrainedModel['evaluation']['perClass'];
    /** `[truth][prediction]`, in the order of the classes. */
    readonly confusion: TrainedModel['evaluation']['confusion'];
    readonly log_loss: number;
    readonly expected_calibration_error: number;
    readonly reliability: readonly {
      readonly from: number;
      readonly to: number;
      readonly rows: number;
      readonly mean_confidence: number;
      readonly share_right: number;
    }[];
  };
  /** By permutation, on held-out rows: see importance.ts. Absent in reports of earlier releases. */
  readonly importance?: ReportedImportance;
  readonly reference_check: TrainedModel['reference'];
}

export interface ReportedImportance {
  readonly rows: number;
  readonly repeats: number;
  /** Of these rows as they are. */
  readonly macro_f1: number;
  /** Largest fall first. */
  readonly features: readonly { readonly name: string; readonly macro_f1_fall: number }[];
  /** Features beyond what time allowed to measure. */
  readonly unmeasured: number;
}

export interface ReportedCandidate {
  readonly numbers: Candidate['recipe']['numbers'];
  /** Absent where no feature is a date. */
  readonly times?: NonNullable<Candidate['recipe']['times']>;
  /** Absent where no number or date is missing. */
  readonly gaps?: NonNullable<Candidate['recipe']['gaps']>;
  readonly space: Candidate['recipe']['space'];
  readonly metric: Candidate['metric'];
  readonly neighbours: number;
  readonly vote_weights: Candidate['votes']['weights'];
  readonly class_balance: Candidate['votes']['balance'];
  readonly macro_f1: number;
  readonly standard_error: number;
}

/** Builds the report of a training. */
export function modelReport(
  trained: TrainedModel,
  data: TrainingData,
  settings: TrainingSettings,
): ModelReport {
  const { evaluation, reliability, chosen, candidates, rows } = trained;
  const ranked = candidates.toSorted((a, b) => b.macroF1 - a.macroF1);
  return {
    artifact_sha256: trained.artifactSha256,
    artifact_bytes: trained.artifact.length,
    dataset_sha256: data.datasetSha256,
    algorithm_version: ALGORITHM_VERSION,
    settings,
    label: data.label,
    classes: data.classes,
    features: data.columns.map(({ name, type }) => ({ name, type })),
    rows: {
      all: rows.all,
      ...(rows.trained < rows.all && { trained: rows.trained }),
      selection: rows.selection,
      held_out: rows.heldOut,
    },
    learning_curve: trained.curve.map(({ rows: count, macroF1, standardError }) => ({
      rows: count,
      macro_f1: macroF1,
      standard_error: standardError,
    })),
    estimate: reportedEstimate(trained.planned),
    chosen: reported(chosen),
    cross_validation: {
      candidates: candidates.length,
      best: ranked.slice(0, LISTED_CANDIDATES).map(reported),
      neighbours_sweep: candidates
        .filter((candidate) => differsInNeighboursOnly(candidate, chosen))
        .map(({ neighbours, macroF1, standardError }) => ({
          neighbours,
          macro_f1: macroF1,
          standard_error: standardError,
        })),
    },
    holdout: {
      accuracy: evaluation.accuracy,
      macro_f1: evaluation.macroF1,
      macro_f1_standard_error: trained.standardError,
      baseline: {
        accuracy: trained.baseline.accuracy,
        macro_f1: trained.baseline.macroF1,
        chance_macro_f1: trained.baseline.chanceMacroF1,
      },
      classes: evaluation.perClass,
      confusion: evaluation.confusion,
      log_loss: reliability.logLoss,
      expected_calibration_error: reliability.expectedCalibrationError,
      reliability: reliability.table.map((bin) => ({
        from: bin.from,
        to: bin.to,
        rows: bin.rows,
        mean_confidence: bin.meanConfidence,
        share_right: bin.shareRight,
      })),
    },
    importance: reportedImportance(trained.importance),
    reference_check: trained.reference,
  };
}

const reportedImportance = ({
  rows,
  repeats,
  macroF1,
  features,
  unmeasured,
}: Importance): ReportedImportance => ({
  rows,
  repeats,
  macro_f1: macroF1,
  features: features.map(({ name, macroF1Fall }) => ({ name, macro_f1_fall: macroF1Fall })),
  unmeasured,
});

const reportedEstimate = ({
  work,
  memoryBytes,
  bounds,
  thinned,
}: PlannedTraining): ModelReport['estimate'] => ({
  work_seconds: Number(totalSeconds(work).toFixed(3)),
  max_work_seconds: bounds.seconds,
  memory_bytes: Math.ceil(memoryBytes),
  max_memory_bytes: bounds.bytes,
  thinned,
});

function reported({
  recipe,
  metric,
  neighbours,
  votes,
  macroF1,
  standardError,
}: ScoredCandidate): ReportedCandidate {
  return {
    numbers: recipe.numbers,
    ...(recipe.times && { times: recipe.times }),
    ...(recipe.gaps && { gaps: recipe.gaps }),
    space: recipe.space,
    metric,
    neighbours,
    vote_weights: votes.weights,
    class_balance: votes.balance,
    macro_f1: macroF1,
    standard_error: standardError,
  };
}

function differsInNeighboursOnly(a: Candidate, b: Candidate): boolean {
  return (
    a.metric === b.metric &&
    a.recipe.numbers === b.recipe.numbers &&
    a.recipe.times === b.recipe.times &&
    a.recipe.gaps === b.recipe.gaps &&
    a.recipe.space === b.recipe.space &&
    a.votes.weights === b.votes.weights &&
    a.votes.balance === b.votes.balance
  );
}

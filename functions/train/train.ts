import * as z from 'zod/mini';
import type { Executions } from '../../lib/aws/executions.ts';
import { committedUpload, type Manifest, manifestSchema } from '../../lib/dataset/manifest.ts';
import { TrainingError } from '../../lib/errors.ts';
import { trainingTask } from '../../lib/registry/attempts.ts';
import { endTraining } from '../../lib/registry/end-uploads.ts';
import { type NotBegun, runAttempt } from '../../lib/registry/run-attempt.ts';
import { getUpload, notePhase, type UploadEntry } from '../../lib/registry/uploads.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { openRanged, readObject } from '../../lib/storage/objects.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';
import { gateOutcome } from '../../lib/training/gate-verdict.ts';
import { modelReport } from '../../lib/training/model-report.ts';
import type { TrainingPhase } from '../../lib/training/phases.ts';
import { readTrainingData } from '../../lib/training/read-training-data.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';
import { versionBaseline } from '../../lib/training/version-baseline.ts';
import type { UploadPhase } from '../../lib/upload-progress.ts';
import { championScore } from './champion.ts';
import { exceedsBounds, handOver, hasLargerChampion } from './hand-over.ts';
import { PhaseTimer } from './phase-timer.ts';
import { type PromoteOutcome, promote, recordTraining } from './promote.ts';
import { type PublishDependencies, publishVersion } from './publish-version.ts';
import type { Learnt } from './store-model.ts';

export interface TrainDependencies extends PublishDependencies {
  readonly emit: EmitMetric;
  /** Trains what exceeds the bounds, where there is such a state machine. */
  readonly executions?: Executions;
}

/** The result of a training that came to an end. */
type TrainingOutcome =
  | PromoteOutcome
  | { readonly kind: 'failed'; readonly model: string; readonly detail: string };

/** A training that a state machine does. */
interface HandedOver {
  readonly kind: 'handed_over';
  readonly model: string;
}

export type TrainOutcome = TrainingOutcome | HandedOver | NotBegun;

/** Learns from the data that a manifest commits. */
export type Learn = (
  manifest: Manifest,
  bucket: string,
  phases: PhaseTimer,
  deps: TrainDependencies,
) => Promise<Learnt>;

/**
 * Trains a model from a committed data set, registers it as a version and makes it the champion unless a rule
 * forbids it. A data set that cannot be learnt from is recorded and acknowledged. Only infrastructure faults
 * throw, so that they are retried, three times at most: then the upload has failed. A repeated call finds the
 * existing version.
 *
 * What exceeds the bounds is handed over where there is a state machine for it, and so is what is compared
 * with a champion that does. That is no attempt at the training: they are counted where it is done.
 *
 * @param learn replaces the training itself, for simulations
 */
export async function trainFromManifest(
  object: CreatedObject,
  deps: TrainDependencies,
  learn: Learn = learnFromData,
): Promise<TrainOutcome> {
  const upload = committedUpload(object.key);
  if (!upload) throw new Error(`${object.bucket}/${object.key}: expected <model>/<upload id>/manifest.json`);
  const { model, uploadId } = upload;
  if (await isHandedOver(object, deps)) return { kind: 'handed_over', model };
  const repeatable = {
    work: async () => {
      const outcome = await trainedOrFailed(await readManifest(object, deps), object.bucket, learn, deps);
      deps.emit('trainings', { outcome: outcome.kind }, 1);
      return outcome;
    },
    isDone: async () => isTrained(await getUpload(deps.table, model, uploadId)),
    recordFailed: async (detail: string) => {
      const ended = { model, uploadId, key: object.key, createdAt: object.eventTime };
      const isNew = await endTraining(deps.table, ended, { status: 'failed', detail });
      if (isNew) deps.logger.error('failed', { model, key: object.key, detail });
    },
  };
  return await runAttempt<TrainOutcome>(trainingTask(model, uploadId), repeatable, deps);
}

async function isHandedOver(object: CreatedObject, deps: TrainDependencies): Promise<boolean> {
  if (!deps.executions) return false;
  const manifest = await readManifest(object, deps);
  if (!exceedsBounds(manifest, deps) && !(await hasLargerChampion(manifest.model, deps))) return false;
  await handOver(object, manifest, deps.executions);
  deps.logger.info('handed over', { model: manifest.model, key: object.key });
  return true;
}

/** Whether the ledger has a result of training. `failed` may be of its reading, before a late commit. */
const isTrained = (entry: UploadEntry | undefined) =>
  entry?.version !== undefined || entry?.status === 'training_failed';

async function trainedOrFailed(
  manifest: Manifest,
  bucket: string,
  learn: Learn,
  deps: TrainDependencies,
): Promise<TrainingOutcome> {
  const phases = new PhaseTimer(deps);
  try {
    const entry = await publishVersion(manifest, () => learn(manifest, bucket, phases, deps), deps);
    phases.end();
    return await promote(manifest, entry, deps);
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    deps.logger.warn('training failed', { model: manifest.model, code: error.code, detail: error.message });
    await recordTraining(deps.table, manifest, { status: 'training_failed', detail: error.message });
    return { kind: 'failed', model: manifest.model, detail: error.message };
  }
}

async function readManifest(object: CreatedObject, deps: TrainDependencies): Promise<Manifest> {
  const bytes = await readObject(deps.s3, object);
  if (!bytes) throw new Error(`${object.bucket}/${object.key} is not there: was it deleted by hand?`);
  return z.parse(manifestSchema, JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** Trains on the data that the manifest commits, and scores the champion on the same rows. */
async function learnFromData(
  manifest: Manifest,
  bucket: string,
  phases: PhaseTimer,
  deps: TrainDependencies,
): Promise<Learnt> {
  const begin = async (phase: Exclude<UploadPhase, 'fit'>) => {
    phases.begin(phase);
    await tell(manifest, phase, deps);
  };
  await begin('read');
  const data = await readData(manifest, bucket, deps);
  await begin('champion');
  const champion = await championScore(manifest.model, data, deps);
  await tell(manifest, 'fit', deps);
  const onProgress = (phase: TrainingPhase) => phases.begin(phase);
  const { bounds } = deps;
  const options = { onProgress, ...(champion ? { champion } : {}), ...(bounds ? { bounds } : {}) };
  const trained = trainModel(data, deps.settings, options);
  await begin('store');
  deps.emit('gateOutcomes', { outcome: gateOutcome(trained.gate) }, 1);
  const baseline = versionBaseline(trained, data, deps.settings);
  return { trained, report: modelReport(trained, data, deps.settings), baseline };
}

/** Tells people how far it is. A training goes on when nobody can be told. */
async function tell(
  manifest: Manifest,
  phase: UploadPhase,
  { table, logger }: TrainDependencies,
): Promise<void> {
  try {
    await notePhase(table, manifest, phase);
  } catch (error) {
    logger.warn('could not note the phase', { model: manifest.model, phase, error: error as Error });
  }
}

async function readData(manifest: Manifest, bucket: string, deps: TrainDependencies): Promise<TrainingData> {
  const file = await openRanged(deps.s3, { bucket, key: manifest.files.data });
  if (!file) throw new Error(`${bucket}/${manifest.files.data} is not there: was it deleted by hand?`);
  const summary = { ...manifest, datasetSha256: manifest.dataset_sha256 };
  return await readTrainingData(file, summary, deps.settings, deps.bounds);
}

import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { type Manifest, manifestSchema } from '../../lib/dataset/manifest.ts';
import { readDataset } from '../../lib/dataset/read-parquet.ts';
import { TrainingError } from '../../lib/errors.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { findByFingerprint, registerVersion, type VersionEntry } from '../../lib/registry/versions.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { openRanged, readObject } from '../../lib/storage/objects.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';
import { trainingDataOf } from '../../lib/training/from-dataset.ts';
import { modelReport } from '../../lib/training/model-report.ts';
import { ALGORITHM_VERSION, type TrainingSettings } from '../../lib/training/settings.ts';
import { type TrainedModel, trainModel } from '../../lib/training/train-model.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';
import { championScore } from './champion.ts';
import { type PromoteOutcome, promote, recordTraining } from './promote.ts';
import { storeModel } from './store-model.ts';

export interface TrainDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly modelsBucket: string;
  readonly settings: TrainingSettings;
  readonly codeVersion: string;
  readonly emit: EmitMetric;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export type TrainOutcome =
  | PromoteOutcome
  | { readonly kind: 'failed'; readonly model: string; readonly detail: string };

/**
 * Trains a model from a committed data set, registers it as a version and makes it the champion unless a rule forbids
 * it. A data set that cannot be learnt from is recorded and acknowledged; only faults of the infrastructure throw. Doing it
 * again finds the version that is there.
 */
export async function trainFromManifest(
  object: CreatedObject,
  deps: TrainDependencies,
): Promise<TrainOutcome> {
  const manifest = await readManifest(object, deps);
  try {
    const entry = await versionFor(manifest, object.bucket, deps);
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

/** What was trained from what: two trainings of one fingerprint give the same bytes, and are one version. */
function fingerprintOf(manifest: Manifest, settings: TrainingSettings): string {
  const identity = {
    algorithm_version: ALGORITHM_VERSION,
    dataset_sha256: manifest.dataset_sha256,
    feature_order: manifest.schema.feature_order,
    settings,
  };
  return createHash('sha256').update(canonicalJson(identity)).digest('hex');
}

async function versionFor(
  manifest: Manifest,
  bucket: string,
  deps: TrainDependencies,
): Promise<VersionEntry> {
  const fingerprint = fingerprintOf(manifest, deps.settings);
  const known = await findByFingerprint(deps.table, manifest.model, fingerprint);
  if (known) return known;
  const startedMs = deps.now();
  const data = await readData(manifest, bucket, deps);
  const champion = await championScore(manifest.model, data, deps);
  const trained = trainModel(data, deps.settings, champion ? { champion } : {});
  deps.emit('trainingDuration', { model: manifest.model }, deps.now() - startedMs);
  const report = modelReport(trained, data, deps.settings);
  const { artifactKey, reportKey } = await storeModel(manifest.model, trained, report, deps);
  const { entry } = await registerVersion(deps.table, {
    model: manifest.model,
    fingerprint,
    dataset_sha256: manifest.dataset_sha256,
    artifact_sha256: trained.artifactSha256,
    artifact_key: artifactKey,
    report_key: reportKey,
    metrics: metricsOf(trained),
    gate: trained.gate,
    settings: { ...deps.settings },
    schema: { ...manifest.schema },
    lineage: {
      source: manifest.source,
      upload_id: manifest.upload_id,
      rows: manifest.rows,
      classes: manifest.classes.length,
      algorithm_version: ALGORITHM_VERSION,
      code_version: deps.codeVersion,
    },
    registered_at: new Date(deps.now()).toISOString(),
  });
  return entry;
}

async function readData(manifest: Manifest, bucket: string, deps: TrainDependencies): Promise<TrainingData> {
  const file = await openRanged(deps.s3, { bucket, key: manifest.files.data });
  if (!file) throw new Error(`${bucket}/${manifest.files.data} is not there: was it deleted by hand?`);
  const dataset = await readDataset(file, manifest.schema);
  return trainingDataOf(dataset, { schema: manifest.schema, datasetSha256: manifest.dataset_sha256 });
}

function metricsOf({ evaluation, standardError, baseline, reliability, chosen }: TrainedModel) {
  return {
    accuracy: evaluation.accuracy,
    macro_f1: evaluation.macroF1,
    macro_f1_standard_error: standardError,
    baseline_macro_f1: Math.max(baseline.macroF1, baseline.chanceMacroF1),
    log_loss: reliability.logLoss,
    expected_calibration_error: reliability.expectedCalibrationError,
    holdout_rows: evaluation.rows,
    neighbours: chosen.neighbours,
  };
}

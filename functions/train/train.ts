import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { openModel } from '../../lib/classifier/model.ts';
import { type Manifest, manifestSchema } from '../../lib/dataset/manifest.ts';
import type { DatasetFeature } from '../../lib/dataset/read-parquet.ts';
import { readDataset } from '../../lib/dataset/read-parquet.ts';
import { TrainingError } from '../../lib/errors.ts';
import { newestDecision, type PromotionRefusal, promoteAutomatically } from '../../lib/registry/decisions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { recordUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import {
  findByFingerprint,
  getVersion,
  registerVersion,
  type VersionEntry,
} from '../../lib/registry/versions.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { hashObject, openRanged, putObjectIfAbsent, readObject } from '../../lib/storage/objects.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';
import { ALGORITHM_VERSION, type TrainingSettings } from '../../lib/training/settings.ts';
import { type TrainedModel, type TrainingData, trainModel } from '../../lib/training/train-model.ts';

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
  | {
      readonly kind: 'promoted' | 'kept';
      readonly model: string;
      readonly version: number;
      readonly macroF1: number;
      readonly detail: string;
    }
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
    await record(manifest, { status: 'training_failed', detail: error.message }, deps);
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
  const trained = trainModel(await readData(manifest, bucket, deps), deps.settings);
  deps.emit('trainingDuration', { model: manifest.model }, deps.now() - startedMs);
  const keys = await store(manifest, trained, deps);
  const { entry } = await registerVersion(deps.table, {
    model: manifest.model,
    fingerprint,
    dataset_sha256: manifest.dataset_sha256,
    artifact_sha256: trained.artifactSha256,
    artifact_key: keys.artifact,
    report_key: keys.report,
    metrics: {
      accuracy: trained.evaluation.accuracy,
      macro_f1: trained.evaluation.macroF1,
      majority_accuracy: trained.majorityAccuracy,
      holdout_rows: trained.evaluation.rows,
      neighbours: trained.neighbours,
    },
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
  });
  return entry;
}

async function readData(manifest: Manifest, bucket: string, deps: TrainDependencies): Promise<TrainingData> {
  const file = await openRanged(deps.s3, { bucket, key: manifest.files.data });
  if (!file) throw new Error(`${bucket}/${manifest.files.data} is not there: was it deleted by hand?`);
  const dataset = await readDataset(file, manifest.schema);
  const byName = new Map<string, DatasetFeature>(dataset.columns.map((column) => [column.name, column]));
  return {
    columns: manifest.schema.feature_order.map((name) => byName.get(name)!),
    labels: dataset.labels,
    classes: dataset.classes,
    label: manifest.label,
    datasetSha256: manifest.dataset_sha256,
  };
}

/**
 * Opens the artifact as a prediction would, writes it under its own sha256, and holds what the bucket then has against
 * that: only then may it be registered.
 */
async function store(manifest: Manifest, trained: TrainedModel, deps: TrainDependencies) {
  const keys = {
    artifact: `${manifest.model}/${trained.artifactSha256}.knn`,
    report: `${manifest.model}/${trained.artifactSha256}.report.json`,
  };
  const at = (key: string) => ({ bucket: deps.modelsBucket, key });
  openModel(trained.artifact, trained.artifactSha256);
  await putObjectIfAbsent(deps.s3, at(keys.artifact), trained.artifact, 'application/octet-stream');
  const stored = await hashObject(deps.s3, at(keys.artifact));
  if (stored !== trained.artifactSha256) {
    throw new Error(
      `${deps.modelsBucket}/${keys.artifact}: expected that sha256, the bucket holds ${stored}`,
    );
  }
  await putObjectIfAbsent(
    deps.s3,
    at(keys.report),
    reportJson(manifest, trained, deps.settings),
    'application/json',
  );
  return keys;
}

/** Content-addressed beside its artifact, so it holds nothing of when or where the training ran. */
function reportJson(manifest: Manifest, trained: TrainedModel, settings: TrainingSettings): string {
  const { evaluation } = trained;
  const report = {
    artifact_sha256: trained.artifactSha256,
    dataset_sha256: manifest.dataset_sha256,
    algorithm_version: ALGORITHM_VERSION,
    settings,
    neighbours: trained.neighbours,
    reference_check: trained.reference,
    cross_validation: trained.candidates.map(({ neighbours, macroF1 }) => ({
      neighbours,
      macro_f1: macroF1,
    })),
    holdout: {
      rows: evaluation.rows,
      accuracy: evaluation.accuracy,
      macro_f1: evaluation.macroF1,
      majority_accuracy: trained.majorityAccuracy,
      classes: evaluation.perClass,
      confusion: evaluation.confusion,
    },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

async function promote(
  manifest: Manifest,
  entry: VersionEntry,
  deps: TrainDependencies,
): Promise<TrainOutcome> {
  const macroF1 = entry.metrics.macro_f1 ?? 0;
  const { key, sequencer, uploaded_at } = manifest.source;
  const promotion = await promoteAutomatically(deps.table, {
    model: manifest.model,
    version: entry.version,
    source: { key, sequencer, uploaded_at },
    reason: `trained from ${key}: macro-F1 ${macroF1.toFixed(4)} on held-out rows`,
    decidedAt: new Date(deps.now()).toISOString(),
    isCompatibleWith: async (champion) => {
      const other = await getVersion(deps.table, manifest.model, champion);
      return other !== undefined && requestShape(other.schema) === requestShape(entry.schema);
    },
  });
  deps.emit('modelMacroF1', { model: manifest.model }, macroF1);
  const named = { model: manifest.model, version: entry.version, macroF1 };
  const standing = promotion.promoted
    ? 'promoted'
    : await standingOf(manifest, entry, promotion.refusal, deps);
  if (standing === 'promoted') {
    const detail = `v${entry.version} is the champion`;
    await record(manifest, { status: 'promoted', detail, version: entry.version }, deps);
    return { kind: 'promoted', ...named, detail };
  }
  const detail = REASONS[standing];
  await record(manifest, { status: 'registered', detail, version: entry.version }, deps);
  return { kind: 'kept', ...named, detail };
}

/**
 * Why a version was not promoted now: `promoted` when an attempt that was broken off before it could record it had made
 * this upload's version the champion, `champion_already` when another upload of the same data did.
 */
async function standingOf(
  { model, source }: Manifest,
  { version }: VersionEntry,
  refusal: PromotionRefusal,
  { table }: TrainDependencies,
): Promise<PromotionRefusal | 'promoted' | 'champion_already'> {
  const state = await newestDecision(table, model);
  if (state?.champion !== version) return refusal;
  const mark = state.high_water;
  const isThisUpload =
    mark?.key === source.key &&
    mark.sequencer === source.sequencer &&
    mark.uploaded_at === source.uploaded_at;
  return isThisUpload ? 'promoted' : 'champion_already';
}

const REASONS = {
  champion_already: 'nothing changes: it holds the same data as this version, which is the champion already',
  older_source: 'not promoted: a newer upload was promoted already',
  was_champion_before:
    'not promoted: this version was the champion before; promote it by hand to bring it back',
  schema_changed:
    "not promoted: its features differ from the champion's, so requests would break; promote it by hand",
} as const;

/** What a request must look like: the features' names, order and types, and the label. */
function requestShape(schema: Readonly<Record<string, unknown>>): string {
  const { columns, feature_order, label } = schema as Manifest['schema'];
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return canonicalJson({
    label,
    features: feature_order.map((name) => [name, types.get(name) ?? 'unknown']),
  });
}

async function record(
  manifest: Manifest,
  step: Pick<UploadEntry, 'status' | 'detail' | 'version'>,
  deps: TrainDependencies,
): Promise<void> {
  await recordUpload(deps.table, {
    model: manifest.model,
    upload_id: manifest.upload_id,
    key: manifest.source.key,
    version_id: manifest.source.version_id,
    uploaded_at: manifest.source.uploaded_at,
    ...step,
  });
}

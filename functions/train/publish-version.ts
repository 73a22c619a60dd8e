import { canonicalJson } from '../../lib/canonical-json.ts';
import type { Manifest } from '../../lib/dataset/manifest.ts';
import { isArtifactIntact } from '../../lib/registry/artifact-check.ts';
import { decisionLog, isRetired } from '../../lib/registry/decisions.ts';
import { requestSha256 } from '../../lib/registry/version-schema.ts';
import { findByFingerprint, registerVersion, type VersionEntry } from '../../lib/registry/versions.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import { COUNTED_CLASSES } from '../../lib/telemetry/metric-names.ts';
import { askingIdentity } from '../../lib/training/asking-rules.ts';
import { planTraining, type TrainingBounds } from '../../lib/training/plan-training.ts';
import { ALGORITHM_VERSION, type TrainingSettings } from '../../lib/training/settings.ts';
import { sizeOfManifest } from '../../lib/training/table-size.ts';
import type { TrainedModel } from '../../lib/training/train-model.ts';
import { type Learnt, type StoreDependencies, type StoredModel, storeModel } from './store-model.ts';

export interface PublishDependencies extends StoreDependencies {
  readonly settings: TrainingSettings;
  /** What a training may be estimated to take; the train function's bounds when left out. */
  readonly bounds?: TrainingBounds;
  readonly codeVersion: string;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Returns the version of a data set: the registered one, or a new one whose artifact and schema are stored
 * and verified before the version is registered. Only a person can have deleted a missing object: training
 * again restores it. A retired version's objects are not restored.
 *
 * @param learn trains; not called when no training is needed
 * @throws TrainingError before anything is read when the data is too large to train on
 */
export async function publishVersion(
  manifest: Manifest,
  learn: () => Promise<Learnt>,
  deps: PublishDependencies,
): Promise<VersionEntry> {
  const { model } = manifest;
  const fingerprint = fingerprintOf(manifest, deps);
  const known = await findByFingerprint(deps.table, model, fingerprint);
  if (known && !(await needsArtifact(known, deps))) return known;
  const learnt = await learn();
  if (known) checkSameArtifact(known, learnt.trained);
  const stored = await storeModel({ model, fingerprint, schema: manifest.schema }, learnt, deps);
  if (known) return await restored(known, deps);
  const draft = { ...draftOf(manifest, learnt.trained, stored, deps), fingerprint };
  const { entry } = await registerVersion(deps.table, draft);
  return entry;
}

/** What decides how much of a data set is trained on. */
export type Planning = Pick<PublishDependencies, 'settings'> & {
  readonly bounds?: TrainingBounds | undefined;
};

/**
 * Identifies what was trained from what. Two trainings with one fingerprint give the same bytes, and are one
 * version.
 */
function fingerprintOf(manifest: Manifest, { settings, bounds }: Planning): string {
  const identity = {
    algorithm_version: ALGORITHM_VERSION,
    dataset_sha256: manifest.dataset_sha256,
    feature_order: manifest.schema.feature_order,
    ...askingIdentity(manifest.schema),
    settings,
    ...thinnedIdentity(manifest, { settings, bounds }),
  };
  return sha256Hex(canonicalJson(identity));
}

/**
 * What was thinned is part of what was trained: earlier releases thinned nothing, and their versions of such
 * data have other bytes. Data of ordinary size has the fingerprint that it always had.
 */
function thinnedIdentity(manifest: Manifest, { settings, bounds }: Planning) {
  const { thinned } = planTraining(sizeOfManifest(manifest), settings, bounds);
  return thinned.length > 0 ? { thinned } : {};
}

async function needsArtifact(known: VersionEntry, deps: PublishDependencies): Promise<boolean> {
  if (isRetired(await decisionLog(deps.table, known.model), known.version)) return false;
  if (await isArtifactIntact(deps.s3, deps.modelsBucket, known)) return false;
  const { model, version, artifact_key: key } = known;
  deps.logger.error('an artifact is gone or spoilt: training again to restore it', { model, version, key });
  return true;
}

function checkSameArtifact({ model, version, artifact_sha256 }: VersionEntry, trained: TrainedModel): void {
  if (trained.artifactSha256 === artifact_sha256) return;
  throw new Error(
    `the artifact of "${model}" v${version} is gone, and training again gave other bytes: expected ${artifact_sha256}, ` +
      `got ${trained.artifactSha256}; retire the version, or restore the object from a backup`,
  );
}

/** @throws Error when what was stored does not restore the version: its own schema differs, and is gone */
async function restored(known: VersionEntry, deps: PublishDependencies): Promise<VersionEntry> {
  if (await isArtifactIntact(deps.s3, deps.modelsBucket, known)) return known;
  const { model, version, schema_key: key } = known;
  throw new Error(
    `the schema of "${model}" v${version} is gone, and this upload has another one; ` +
      `restore ${key} from its older versions, or retire the version`,
  );
}

function draftOf(
  manifest: Manifest,
  trained: TrainedModel,
  { artifactKey, reportKey, schema }: StoredModel,
  { settings, codeVersion, now }: PublishDependencies,
): Omit<VersionEntry, 'version' | 'fingerprint'> {
  return {
    model: manifest.model,
    dataset_sha256: manifest.dataset_sha256,
    artifact_sha256: trained.artifactSha256,
    artifact_key: artifactKey,
    report_key: reportKey,
    metrics: metricsOf(trained),
    gate: trained.gate,
    settings: { ...settings },
    schema_key: schema.key,
    schema_sha256: schema.sha256,
    request_sha256: requestSha256(manifest.schema),
    lineage: {
      source: manifest.source,
      contract: manifest.contract ?? null,
      understood: manifest.understood ?? null,
      upload_id: manifest.upload_id,
      rows: manifest.rows,
      classes: manifest.classes.length,
      // Metrics name classes by their place in this list, so the list must be short.
      largest_classes: trained.classesBySize.slice(0, COUNTED_CLASSES),
      algorithm_version: ALGORITHM_VERSION,
      code_version: codeVersion,
    },
    registered_at: new Date(now()).toISOString(),
  };
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

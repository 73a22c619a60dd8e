import type { S3Client } from '@aws-sdk/client-s3';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import type { DatasetSchema } from '../../lib/columns/dataset-schema.ts';
import { baselineKey, type DriftBaseline } from '../../lib/drift/drift-baseline.ts';
import { claimArtifact, tombstonedVersions } from '../../lib/registry/artifact-claims.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { type SchemaObject, schemaObject } from '../../lib/registry/version-schema.ts';
import { hashObject, headObject, putObject, putObjectIfAbsent } from '../../lib/storage/objects.ts';
import type { ObjectLocation } from '../../lib/storage/sized-object.ts';
import type { ModelReport } from '../../lib/training/model-report.ts';
import { renderModelReport } from '../../lib/training/model-report-html.ts';
import type { TrainedModel } from '../../lib/training/train-model.ts';

export interface StoreDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly modelsBucket: string;
}

/** The result of a training. */
export interface Learnt {
  readonly trained: TrainedModel;
  readonly report: ModelReport;
  /** The baseline that later inputs and predictions are compared with. */
  readonly baseline: DriftBaseline;
}

/** The keys of a model and its reports in the models bucket, and its schema's object there. */
export interface StoredModel {
  readonly artifactKey: string;
  readonly reportKey: string;
  readonly schema: SchemaObject;
}

/** What a model is stored for. */
export interface ModelIdentity {
  readonly model: string;
  readonly fingerprint: string;
  readonly schema: DatasetSchema;
}

/**
 * Opens the artifact as a prediction would, claims it (see artifact-claims.ts) and writes it and the schema
 * under their own sha256. Then compares the bucket's copies with them: only what was verified may be
 * registered. Writing again is harmless.
 *
 * @throws Error when the bucket holds other bytes
 */
export async function storeModel(
  { model, fingerprint, schema }: ModelIdentity,
  { trained, report, baseline }: Learnt,
  { s3, table, modelsBucket: bucket }: StoreDependencies,
): Promise<StoredModel> {
  const { artifact, artifactSha256 } = trained;
  const name = `${model}/${artifactSha256}`;
  const stored: StoredModel = {
    artifactKey: `${name}.knn`,
    reportKey: `${name}.report.json`,
    schema: schemaObject(model, artifactSha256, schema),
  };
  openModel(artifact, artifactSha256);
  await claimArtifact(table, { model, artifactSha256, fingerprint });
  const doomed = await tombstonedVersions(table, model, artifactSha256);
  const put = (key: string, body: string | Uint8Array, type: string) =>
    putToStay(s3, { bucket, key }, { body, type }, doomed);
  await put(stored.artifactKey, artifact, 'application/octet-stream');
  await checkStored(s3, { bucket, key: stored.artifactKey }, artifactSha256);
  await put(stored.schema.key, stored.schema.text, 'application/json');
  await checkStored(s3, { bucket, key: stored.schema.key }, stored.schema.sha256);
  await put(baselineKey(model, artifactSha256), `${canonicalJson(baseline)}\n`, 'application/json');
  await put(stored.reportKey, `${JSON.stringify(report, null, 2)}\n`, 'application/json');
  await put(`${name}.report.html`, renderModelReport(report, model), 'text/html; charset=utf-8');
  return stored;
}

async function checkStored(s3: S3Client, at: ObjectLocation, sha256: string): Promise<void> {
  const found = await hashObject(s3, at);
  if (found === sha256) return;
  throw new Error(`${at.bucket}/${at.key}: expected that sha256, the bucket holds ${found}`);
}

/** Writes an object unless one exists that no deletion is about to remove. */
async function putToStay(
  s3: S3Client,
  at: ObjectLocation,
  { body, type }: { readonly body: string | Uint8Array; readonly type: string },
  doomed: ReadonlySet<string>,
): Promise<void> {
  const outcome = await putObjectIfAbsent(s3, at, body, type);
  if (outcome === 'written' || doomed.size === 0) return;
  const versionId = (await headObject(s3, at))?.versionId;
  if (versionId === undefined || doomed.has(versionId)) await putObject(s3, at, body, type);
}

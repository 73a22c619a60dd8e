import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { DatasetSchema } from '../../lib/columns/dataset-schema.ts';
import type { AuthorizerContext } from '../../lib/http/access.ts';
import { promoteAutomatically } from '../../lib/registry/automatic-promotion.ts';
import { requestSha256, schemaObject } from '../../lib/registry/version-schema.ts';
import { registerVersion, type VersionEntry } from '../../lib/registry/versions.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { openTestRegistry, type TestRegistry } from './dynamodb.ts';
import { httpEvent, LAMBDA_CONTEXT } from './http-event.ts';
import { versionDraft } from './version-draft.ts';

export const MODELS_BUCKET = 'classifier-models';
export const PREDICTIONS_BUCKET = 'classifier-predictions';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: the tests check the content of an answer.
  readonly body: any;
}

export interface ApiCall {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** A text is sent unchanged, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The authorizer's context. By default ann's token, with the scopes to read and administer. */
  readonly token?: AuthorizerContext;
}

/** The models function with its own S3 and DynamoDB, called as the gateway calls it, with tokens required. */
export interface ModelsApi {
  readonly s3: S3Fixture;
  readonly registry: TestRegistry;
  call(routeKey: string, call?: ApiCall): Promise<ApiAnswer>;
  close(): Promise<void>;
}

export async function openModelsApi(): Promise<ModelsApi> {
  const buckets = [MODELS_BUCKET, PREDICTIONS_BUCKET].map((name) => ({
    name,
    versioned: true,
    notifications: [],
  }));
  const s3 = await openS3Fixture({ buckets });
  const registry = await openTestRegistry();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: registry.endpoint,
    MODELS_BUCKET,
    PREDICTIONS_BUCKET,
    REGISTRY_TABLE: 'registry',
    AUTH: 'required',
    AWS_MAX_ATTEMPTS: '1',
  });
  const { handler } = await import('../../functions/models/handler.ts');
  return {
    s3,
    registry,
    async call(routeKey, call = {}) {
      const answer = await handler(eventOf(routeKey, call), LAMBDA_CONTEXT);
      return {
        status: answer.statusCode!,
        headers: answer.headers as Record<string, string>,
        body: JSON.parse(answer.body!),
      };
    },
    async close() {
      await Promise.all([s3.remove(), registry.close()]);
    },
  };
}

const ANN = { name: 'ann', scopes: 'read admin', expires_at: '' };

function eventOf(routeKey: string, { path, query, body, headers, token = ANN }: ApiCall) {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const event = httpEvent(routeKey, {
    ...(path && { pathParameters: { ...path } }),
    ...(text !== undefined && { body: text }),
    ...(headers && { headers: { ...headers } }),
    ...(query && { query: new URLSearchParams(query).toString() }),
  });
  Object.assign(event.requestContext, { authorizer: { lambda: token } });
  return event;
}

export const sourceOf = (model: string, version: number) => ({
  bucket: 'classifier-raw',
  key: `${model}/${version}.csv`,
  version_id: `id-${version}`,
  size_bytes: 100,
  sha256: sha256Hex(`file ${version}`),
  uploaded_at: new Date(Date.UTC(2026, 0, version)).toISOString(),
  sequencer: null,
});

const SCHEMA: DatasetSchema = {
  columns: [
    { name: 'acid', type: 'numeric', nullable: true, min: null, max: null },
    { name: 'colour', type: 'categorical', nullable: false, categories: ['red', 'white'], allowed: null },
  ],
  label: 'quality',
  feature_order: ['acid', 'colour'],
  missing_tokens: ['NA'],
  ignored: [],
};

/**
 * Registers the next version of a model as training does, and puts its artifact, its schema and its report
 * into the bucket.
 */
export async function addVersion(
  { s3, registry }: ModelsApi,
  model: string,
  version: number,
  changes: Partial<VersionEntry> = {},
  given: DatasetSchema = SCHEMA,
): Promise<VersionEntry> {
  const artifact = `artifact ${model} ${version}`;
  const sha256 = sha256Hex(artifact);
  const keys = { artifact_key: `${model}/${sha256}.knn`, report_key: `${model}/${sha256}.report.json` };
  const put = (Key: string, Body: string) =>
    s3.client.send(new PutObjectCommand({ Bucket: MODELS_BUCKET, Key, Body }));
  await put(keys.artifact_key, artifact);
  const schema = schemaObject(model, sha256, given);
  await put(schema.key, schema.text);
  await put(keys.report_key, JSON.stringify({ classes: ['bad', 'good'] }));
  const { entry } = await registerVersion(registry.table, {
    ...versionDraft(model, '0'),
    ...keys,
    fingerprint: sha256Hex(`fingerprint ${version}`),
    artifact_sha256: sha256,
    schema_key: schema.key,
    schema_sha256: schema.sha256,
    request_sha256: requestSha256(given),
    lineage: {
      source: sourceOf(model, version),
      upload_id: sha256Hex(`upload ${version}`),
      rows: { read: 10, accepted: 8, rejected: 1, blank: 1 },
      classes: 2,
      algorithm_version: 5,
      code_version: 'test',
    },
    ...changes,
  });
  if (entry.version !== version) throw new Error(`expected v${version}, the registry gave v${entry.version}`);
  return entry;
}

/** Promotes a version as training does. */
export async function promote({ registry }: ModelsApi, model: string, version: number): Promise<void> {
  const { key, sequencer, uploaded_at } = sourceOf(model, version);
  const outcome = await promoteAutomatically(registry.table, {
    model,
    version,
    source: { key, sequencer, uploaded_at },
    reason: `trained from ${key}`,
    decidedAt: '2026-02-01T00:00:00.000Z',
    isCompatibleWith: async () => true,
  });
  if (!outcome.promoted) throw new Error(`v${version} was not promoted: ${outcome.refusal}`);
}

import type { S3Client } from '@aws-sdk/client-s3';
import { canonicalJson } from '../canonical-json.ts';
import type { DatasetSchema } from '../columns/dataset-schema.ts';
import { ClassifierError } from '../errors.ts';
import { sha256Hex } from '../sha256.ts';
import { readObject } from '../storage/objects.ts';
import type { VersionEntry } from './versions.ts';

/** Where the schema of a version is: in the models bucket, or in the entry of an earlier release. */
export type SchemaRef = Pick<VersionEntry, 'schema' | 'schema_key' | 'schema_sha256'>;

/** A schema as an object of the models bucket. */
export interface SchemaObject {
  readonly key: string;
  readonly sha256: string;
  readonly text: string;
}

/**
 * The object that holds a schema. A schema has a place for every category of the data, so that no item of the
 * registry could hold it. It lies beside the artifact, named by the sha256 of both: what protects the
 * artifact from retention, or deletes it, does the same to the schema.
 */
export function schemaObject(model: string, artifactSha256: string, schema: DatasetSchema): SchemaObject {
  const text = `${canonicalJson(schema)}\n`;
  const sha256 = sha256Hex(text);
  return { key: `${model}/${artifactSha256}.${sha256}.schema.json`, sha256, text };
}

/**
 * Reads the schema of a version, and compares it with the sha256 that was registered.
 *
 * @throws ClassifierError `schema_missing` or `schema_damaged`
 */
export async function readVersionSchema(
  s3: S3Client,
  bucket: string,
  { schema, schema_key: key, schema_sha256: sha256 }: SchemaRef,
): Promise<Readonly<Record<string, unknown>>> {
  if (schema) return schema;
  const bytes = key === undefined ? undefined : await readObject(s3, { bucket, key });
  const place = `${bucket}/${key}`;
  const remedy = 'restore it from the older versions of the object';
  if (!bytes)
    throw new ClassifierError('schema_missing', `${place}: the schema of a version is not there; ${remedy}`);
  const found = sha256Hex(bytes);
  if (found === sha256) return JSON.parse(Buffer.from(bytes).toString('utf8'));
  const got = `expected the sha256 ${sha256}, got ${found}`;
  throw new ClassifierError(
    'schema_damaged',
    `${place}: the schema of a version was changed: ${got}; ${remedy}`,
  );
}

/**
 * The order of features in which a version takes arrays; undefined where an earlier release recorded none.
 *
 * @throws ClassifierError `schema_missing` or `schema_damaged`
 */
export async function featureOrderOf(
  s3: S3Client,
  bucket: string,
  version: SchemaRef,
): Promise<readonly string[] | undefined> {
  const { feature_order: order } = await readVersionSchema(s3, bucket, version);
  return Array.isArray(order) ? (order as string[]) : undefined;
}

/** Identifies what a request must contain: the names, order and kinds of the features, and the label. */
export function requestSha256({ columns, feature_order, label }: DatasetSchema): string {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const features = feature_order.map((name) => [name, types.get(name) ?? 'unknown']);
  return sha256Hex(canonicalJson({ label, features }));
}

/** Whether two versions take the same requests. */
export const takesSameRequests = (a: VersionEntry, b: VersionEntry): boolean => requestOf(a) === requestOf(b);

const requestOf = ({ request_sha256: sha256, schema }: VersionEntry) =>
  sha256 ?? requestSha256(schema as DatasetSchema);

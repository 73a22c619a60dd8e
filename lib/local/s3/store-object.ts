import { checkWriteConditions, type WriteConditions } from './conditions.ts';
import { type EventName, eventOf, ruleMatches } from './event-record.ts';
import type { IndexTransaction } from './object-index.ts';
import type { BlobRecord, BucketRecord, ObjectAttributes, ObjectVersion, Version } from './records.ts';
import type { ReceivedBody } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import type { S3Context, S3Request } from './s3-request.ts';

/** An object without the fields that its commit sets. */
export type NewObject = Omit<ObjectVersion, 'kind' | 'key' | 'versionId' | 'sequence' | 'lastModifiedMs'>;

export interface CommittedVersion<T extends Version = Version> {
  readonly version: T;
  readonly bucket: BucketRecord;
}

/**
 * Makes an object the newest version of the request's key, within a change and under the request's
 * conditions.
 */
export async function storeObject(
  context: S3Context,
  transaction: IndexTransaction,
  request: S3Request,
  object: NewObject,
  conditions: WriteConditions,
  eventName: EventName,
): Promise<CommittedVersion<ObjectVersion>> {
  const bucket = await context.index.bucket(request.bucket);
  checkWriteConditions(conditions, await context.index.latest(bucket.name, request.key));
  const version: ObjectVersion = {
    kind: 'object',
    ...object,
    ...(await place(context, transaction, bucket, request.key)),
  };
  transaction.putVersion(bucket.name, version);
  notify(context, transaction, request, bucket, version, eventName);
  return { version, bucket };
}

/** Makes a body that was received whole the newest version of the key: see storeObject and withBlobs. */
export const storeBody = (
  context: S3Context,
  request: S3Request,
  { attributes, body }: { readonly attributes: ObjectAttributes; readonly body: ReceivedBody },
  conditions: WriteConditions,
  eventName: EventName,
): Promise<CommittedVersion<ObjectVersion>> => {
  const { blob, etag, checksum } = body;
  const { sizeBytes } = blob;
  const object = { ...attributes, etag, checksum, sizeBytes, blobs: [blob], isMultipart: false };
  return withBlobs(context, [blob], () =>
    context.index.change((transaction) =>
      storeObject(context, transaction, request, object, conditions, eventName),
    ),
  );
};

/** Puts a delete marker on top of the key's versions. */
export async function storeDeleteMarker(
  context: S3Context,
  transaction: IndexTransaction,
  request: S3Request,
  bucket: BucketRecord,
  key: string,
): Promise<Version> {
  const version: Version = { kind: 'delete-marker', ...(await place(context, transaction, bucket, key)) };
  transaction.putVersion(bucket.name, version);
  notify(context, transaction, request, bucket, version, 'ObjectRemoved:DeleteMarkerCreated');
  return version;
}

/** Removes one version for good. */
export function removeVersion(
  context: S3Context,
  transaction: IndexTransaction,
  request: S3Request,
  bucket: BucketRecord,
  version: Version,
): void {
  transaction.deleteVersion(bucket.name, version);
  notify(context, transaction, request, bucket, version, 'ObjectRemoved:Delete');
}

/**
 * Runs a change that makes these blobs part of an object. When S3 refuses it, they are deleted. After any
 * other failure they stay, because the index may name them. The next start deletes them if it does not.
 */
export async function withBlobs<T>(
  context: S3Context,
  blobs: readonly BlobRecord[],
  change: () => Promise<T>,
): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof S3Error) await context.blobs.remove(blobs);
    throw error;
  }
}

/** The header that names a version. S3 names none in a bucket that never had versioning. */
export function versionHeader(bucket: BucketRecord, version: Version): Record<string, string> {
  return bucket.versioning === 'Unversioned' ? {} : { 'x-amz-version-id': version.versionId };
}

/**
 * The place of a new version. Without versioning it is the key's `null` version, which replaces the previous
 * one.
 */
async function place(context: S3Context, transaction: IndexTransaction, bucket: BucketRecord, key: string) {
  const { sequence, versionId, atMs } = transaction.stamp();
  const base = { key, sequence, lastModifiedMs: atMs };
  if (bucket.versioning === 'Enabled') return { ...base, versionId };
  const replaced = await context.index.version(bucket.name, key, 'null');
  if (replaced !== undefined) transaction.deleteVersion(bucket.name, replaced);
  return { ...base, versionId: 'null' };
}

/** Puts an entry into the outbox, in the same batch, for every rule that matches the change. */
function notify(
  context: S3Context,
  transaction: IndexTransaction,
  request: S3Request,
  bucket: BucketRecord,
  version: Version,
  eventName: EventName,
): void {
  const rules = (context.rulesByBucket.get(bucket.name) ?? []).filter((rule) =>
    ruleMatches(rule, eventName, version.key),
  );
  if (rules.length === 0) return;
  // A removal is a separate change, later than the version that it removes.
  const { sequence, atMs } = eventName === 'ObjectRemoved:Delete' ? transaction.stamp() : stampOf(version);
  const { requestId, hostId, message } = request;
  for (const rule of rules) {
    const event = eventOf(
      {
        eventName,
        bucket: bucket.name,
        version,
        isVersioned: bucket.versioning !== 'Unversioned',
        sequence,
        atMs,
        region: context.region,
        requestId,
        hostId,
        sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
      },
      rule,
    );
    const id = `${sequence}-${rule.id}`;
    // The event of a removal has no size and no ETag, as in S3; the type S3Event covers only events of
    // creations.
    transaction.putNotification(sequence, JSON.stringify({ id, functionName: rule.functionName, event }));
  }
}

function stampOf(version: Version): { sequence: string; atMs: number } {
  return { sequence: version.sequence, atMs: version.lastModifiedMs };
}

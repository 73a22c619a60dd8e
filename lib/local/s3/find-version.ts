import type { BucketRecord, ObjectVersion, Version } from './records.ts';
import { S3Error } from './s3-error.ts';
import type { S3Context } from './s3-request.ts';

/**
 * The object of a read: the newest version of a key, or the version with this id. Its blobs are retained; the
 * caller releases them. Throws S3Error NoSuchBucket, NoSuchKey, NoSuchVersion, and MethodNotAllowed for the
 * id of a delete marker.
 */
export function retainVersion(
  context: S3Context,
  bucketName: string,
  key: string,
  versionId: string | undefined,
): Promise<{ bucket: BucketRecord; version: ObjectVersion }> {
  return context.index.read(async () => {
    const bucket = await context.index.bucket(bucketName);
    const version = await findVersion(context, bucketName, key, versionId);
    context.blobs.retain(version.blobs);
    return { bucket, version };
  });
}

async function findVersion(
  context: S3Context,
  bucket: string,
  key: string,
  versionId: string | undefined,
): Promise<ObjectVersion> {
  if (versionId === undefined) return requireObject(await context.index.latest(bucket, key), key);
  checkVersionId(versionId);
  const version = await context.index.version(bucket, key, versionId);
  if (version?.kind === 'object') return version;
  if (version !== undefined) throw markerNotReadable(version);
  throw new S3Error('NoSuchVersion', 'The specified version does not exist.', {
    details: { Key: key, VersionId: versionId },
  });
}

/** Throws S3Error InvalidArgument when the text cannot be a version id. */
export function checkVersionId(versionId: string): void {
  if (versionId === 'null' || /^[0-9a-f]{32}$/.test(versionId)) return;
  throw new S3Error('InvalidArgument', 'Invalid version id specified.', {
    details: { ArgumentName: 'versionId', ArgumentValue: versionId },
  });
}

function requireObject(latest: Version | undefined, key: string): ObjectVersion {
  if (latest?.kind === 'object') return latest;
  const headers = latest && { 'x-amz-delete-marker': 'true', 'x-amz-version-id': latest.versionId };
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', {
    details: { Key: key },
    ...(headers && { headers }),
  });
}

function markerNotReadable(version: Version): S3Error {
  return new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    details: { Method: 'GET', ResourceType: 'DeleteMarker' },
    headers: {
      allow: 'DELETE',
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': version.versionId,
      'last-modified': new Date(version.lastModifiedMs).toUTCString(),
    },
  });
}

import type { ByteRange } from './byte-range.ts';
import { parseCopyRange } from './byte-range.ts';
import { checkReadConditions } from './conditions.ts';
import { retainVersion } from './find-version.ts';
import { invalidArgument } from './query-parameters.ts';
import type { ObjectVersion } from './records.ts';
import { decode } from './request-target.ts';
import type { S3Context, S3Request } from './s3-request.ts';

const HEADER = 'x-amz-copy-source';

/** The object and the bytes that a copy reads. */
export interface CopySource {
  readonly bucket: string;
  readonly version: ObjectVersion;
  readonly range: ByteRange;
  /** True when the header names a version, even the newest. */
  readonly isVersionNamed: boolean;
  /** The response header that names the version that was read. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Finds the source of CopyObject or UploadPartCopy, checks its conditions, and keeps its bytes while `use`
 * runs. Throws S3Error InvalidArgument for a source that is not `bucket/key[?versionId=...]`, URL-encoded,
 * and every error of reading the object.
 */
export async function withCopySource<T>(
  context: S3Context,
  request: S3Request,
  use: (source: CopySource) => Promise<T>,
): Promise<T> {
  const { bucketName, key, versionId } = parseCopySource(request.headers.get(HEADER) ?? '');
  const { bucket, version } = await retainVersion(context, bucketName, key, versionId);
  try {
    checkReadConditions(request.headers, version, `${HEADER}-`);
    const range = parseCopyRange(request.headers.get(`${HEADER}-range`), version.sizeBytes);
    return await use({
      bucket: bucketName,
      version,
      range: range ?? { start: 0, end: version.sizeBytes },
      isVersionNamed: versionId !== undefined,
      headers:
        bucket.versioning === 'Unversioned' ? {} : { 'x-amz-copy-source-version-id': version.versionId },
    });
  } finally {
    await context.blobs.release(version.blobs);
  }
}

function parseCopySource(header: string): { bucketName: string; key: string; versionId: string | undefined } {
  const [path = '', versionId] = header.split('?versionId=', 2);
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decode(path));
  if (match?.[1] === undefined || match[2] === undefined) {
    throw invalidArgument(HEADER, header, 'expected bucket/key, URL-encoded, with an optional ?versionId=');
  }
  return { bucketName: match[1], key: match[2], versionId };
}

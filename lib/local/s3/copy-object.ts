import { checksumElement, parseAlgorithm } from './checksum-headers.ts';
import { parseWriteConditions } from './conditions.ts';
import { type CopySource, withCopySource } from './copy-source.ts';
import { parseAttributes } from './object-attributes.ts';
import { invalidArgument } from './query-parameters.ts';
import type { ObjectAttributes } from './records.ts';
import { MAX_BODY_BYTES, receiveCopy } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { storeBody, versionHeader } from './store-object.ts';
import { isoSeconds } from './timestamps.ts';
import { xmlDocument } from './xml.ts';

/** CopyObject: the bytes of one version as a new object, with that version's attributes or the request's. */
export function copyObject(context: S3Context, request: S3Request): Promise<S3Response> {
  const isReplacing = parseDirective(request) === 'REPLACE';
  const requested = parseAttributes(request.headers);
  return withCopySource(context, request, async (source) => {
    checkCopy(request, source, isReplacing);
    return copyFrom(context, request, source, copiedAttributes(source, requested, isReplacing));
  });
}

async function copyFrom(
  context: S3Context,
  request: S3Request,
  source: CopySource,
  attributes: ObjectAttributes,
): Promise<S3Response> {
  const conditions = parseWriteConditions(request.headers);
  await context.index.bucket(request.bucket);
  const algorithm = parseAlgorithm(
    request.headers.get('x-amz-checksum-algorithm') ?? source.version.checksum.algorithm,
  );
  const bytes = context.blobs.read(source.version.blobs, source.range);
  const body = await receiveCopy(context.blobs, bytes, algorithm);
  const { version, bucket } = await storeBody(
    context,
    request,
    { attributes, body },
    conditions,
    'ObjectCreated:Copy',
  );
  return {
    status: 200,
    headers: { ...source.headers, ...versionHeader(bucket, version) },
    xml: xmlDocument('CopyObjectResult', [
      ['LastModified', isoSeconds(version.lastModifiedMs)],
      ['ETag', `"${body.etag}"`],
      ['ChecksumType', body.checksum.type],
      [checksumElement(body.checksum.algorithm), body.checksum.value],
    ]),
  };
}

function parseDirective(request: S3Request): 'COPY' | 'REPLACE' {
  const directive = request.headers.get('x-amz-metadata-directive') ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive;
  throw invalidArgument('x-amz-metadata-directive', directive, 'expected COPY or REPLACE');
}

function checkCopy(request: S3Request, source: CopySource, isReplacing: boolean): void {
  if (source.version.sizeBytes > MAX_BODY_BYTES) {
    throw new S3Error(
      'InvalidRequest',
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_BODY_BYTES}.`,
    );
  }
  const isSelf = source.bucket === request.bucket && source.version.key === request.key;
  if (!isSelf || isReplacing || source.isVersionNamed || request.headers.has('x-amz-storage-class')) return;
  throw new S3Error(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's " +
      'metadata, storage class, website redirect location or encryption attributes.',
  );
}

/** The storage class is never copied: it comes from the request, or is the standard class. */
function copiedAttributes(
  source: CopySource,
  requested: ObjectAttributes,
  isReplacing: boolean,
): ObjectAttributes {
  if (isReplacing) return requested;
  const { systemHeaders, metadata } = source.version;
  return { systemHeaders, metadata, storageClass: requested.storageClass };
}

import { checkWriteConditions, parseWriteConditions, unquote, type WriteConditions } from './conditions.ts';
import { checkVersionId } from './find-version.ts';
import type { IndexTransaction } from './object-index.ts';
import type { BucketRecord } from './records.ts';
import { checkKeyLength } from './request-target.ts';
import { childrenOf, malformed, type ParsedElement, requiredTextOf, textOf } from './request-xml.ts';
import { S3Error } from './s3-error.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { removeVersion, storeDeleteMarker } from './store-object.ts';
import { type XmlElement, xmlDocument } from './xml.ts';
import { readXmlBody } from './xml-body.ts';

const MAX_KEYS_PER_REQUEST = 1000;

interface Deletion {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly conditions: WriteConditions;
}

interface DeletionOutcome {
  /** True when a marker was put or removed. */
  readonly isDeleteMarker: boolean;
  /** The version id of the marker that was put. */
  readonly markerVersionId: string | undefined;
}

/** DeleteObject: puts a delete marker when the bucket is versioned. A named version is removed for good. */
export async function deleteObject(context: S3Context, request: S3Request): Promise<S3Response> {
  const versionId = request.query.get('versionId') ?? undefined;
  const conditions = parseWriteConditions(request.headers);
  const outcome = await deleteOne(context, request, { key: request.key, versionId, conditions });
  const namedVersionId = versionId ?? outcome.markerVersionId;
  return {
    status: 204,
    headers: {
      ...(outcome.isDeleteMarker && { 'x-amz-delete-marker': 'true' }),
      ...(namedVersionId !== undefined && { 'x-amz-version-id': namedVersionId }),
    },
  };
}

/** DeleteObjects: up to 1,000 keys, each handled separately. Failures are listed beside the deleted keys. */
export async function deleteObjects(context: S3Context, request: S3Request): Promise<S3Response> {
  await context.index.bucket(request.bucket);
  const body = await readXmlBody(request, 'Delete');
  const objects = childrenOf(body, 'Object');
  if (objects.length === 0 || objects.length > MAX_KEYS_PER_REQUEST) {
    throw malformed(`expected 1 to ${MAX_KEYS_PER_REQUEST} objects, got ${objects.length}`);
  }
  const isQuiet = textOf(body, 'Quiet') === 'true';
  const results: XmlElement[] = [];
  for (const deletion of objects.map(parseDeletion)) {
    const result = await resultOf(context, request, deletion);
    if (!isQuiet || result[0] === 'Error') results.push(result);
  }
  return { status: 200, xml: xmlDocument('DeleteResult', results) };
}

function parseDeletion(element: ParsedElement): Deletion {
  const etag = textOf(element, 'ETag');
  return {
    key: requiredTextOf(element, 'Key'),
    versionId: textOf(element, 'VersionId'),
    conditions: { mustBeAbsent: false, mustHaveEtag: etag && unquote(etag) },
  };
}

async function resultOf(context: S3Context, request: S3Request, deletion: Deletion): Promise<XmlElement> {
  const named: XmlElement[] = [
    ['Key', deletion.key],
    ['VersionId', deletion.versionId],
  ];
  try {
    const { isDeleteMarker, markerVersionId } = await deleteOne(context, request, deletion);
    return [
      'Deleted',
      [
        ...named,
        ['DeleteMarker', isDeleteMarker || undefined],
        ['DeleteMarkerVersionId', isDeleteMarker ? (markerVersionId ?? deletion.versionId) : undefined],
      ],
    ];
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return ['Error', [...named, ['Code', error.s3Code], ['Message', error.message]]];
  }
}

function deleteOne(context: S3Context, request: S3Request, deletion: Deletion): Promise<DeletionOutcome> {
  checkKeyLength(deletion.key);
  if (deletion.versionId !== undefined) checkVersionId(deletion.versionId);
  return context.index.change(async (transaction) => {
    const bucket = await context.index.bucket(request.bucket);
    const latest = await context.index.latest(bucket.name, deletion.key);
    checkWriteConditions(deletion.conditions, latest);
    if (deletion.versionId !== undefined || bucket.versioning === 'Unversioned') {
      return removeOne(context, transaction, request, bucket, deletion);
    }
    const marker = await storeDeleteMarker(context, transaction, request, bucket, deletion.key);
    return { isDeleteMarker: true, markerVersionId: marker.versionId };
  });
}

/** Removing a version that does not exist is no error. */
async function removeOne(
  context: S3Context,
  transaction: IndexTransaction,
  request: S3Request,
  bucket: BucketRecord,
  { key, versionId }: Deletion,
): Promise<DeletionOutcome> {
  const version = await context.index.version(bucket.name, key, versionId ?? 'null');
  if (version !== undefined) removeVersion(context, transaction, request, bucket, version);
  return { isDeleteMarker: version?.kind === 'delete-marker', markerVersionId: undefined };
}

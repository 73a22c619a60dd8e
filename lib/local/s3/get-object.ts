import { validateHeaderValue } from 'node:http';
import { type ByteRange, parseRange } from './byte-range.ts';
import { checksumHeaders } from './checksum-headers.ts';
import { checkReadConditions } from './conditions.ts';
import { retainVersion } from './find-version.ts';
import { attributeHeaders, SYSTEM_HEADERS } from './object-attributes.ts';
import { parseInteger } from './query-parameters.ts';
import type { BucketRecord, ObjectVersion, StoredChecksum } from './records.ts';
import { S3Error } from './s3-error.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { versionHeader } from './store-object.ts';

/** The bytes that a read returns, and the checksum of exactly these bytes, if there is one. */
interface Selection {
  readonly range: ByteRange;
  readonly isPartial: boolean;
  readonly checksum: StoredChecksum | undefined;
}

/** GetObject: whole, by range or by part, of the newest version or of the version with an id. */
export async function getObject(context: S3Context, request: S3Request): Promise<S3Response> {
  const versionId = request.query.get('versionId') ?? undefined;
  const { bucket, version } = await retainVersion(context, request.bucket, request.key, versionId);
  try {
    checkReadConditions(request.headers, version);
    const selection = select(request, version);
    return {
      status: selection.isPartial ? 206 : 200,
      headers: { ...responseHeaders(request, bucket, version, selection), ...overrides(request.query) },
      blobBody: { blobs: version.blobs, range: selection.range },
    };
  } catch (error) {
    await context.blobs.release(version.blobs);
    throw error;
  }
}

/** HeadObject: GetObject without the bytes. */
export async function headObject(context: S3Context, request: S3Request): Promise<S3Response> {
  const { blobBody, ...response } = await getObject(context, request);
  if (blobBody !== undefined) await context.blobs.release(blobBody.blobs);
  return response;
}

function select(request: S3Request, version: ObjectVersion): Selection {
  const header = request.headers.get('range');
  const partNumber = request.query.get('partNumber');
  if (partNumber !== null) {
    if (header !== undefined)
      throw new S3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter.');
    return selectPart(version, parseInteger('partNumber', partNumber, 1, 10_000));
  }
  const range = parseRange(header, version.sizeBytes);
  if (range !== undefined) return { range, isPartial: true, checksum: undefined };
  return { range: { start: 0, end: version.sizeBytes }, isPartial: false, checksum: version.checksum };
}

function selectPart(version: ObjectVersion, partNumber: number): Selection {
  const part = version.blobs[partNumber - 1];
  if (part === undefined) {
    throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable.', {
      details: { PartNumberRequested: String(partNumber), ActualPartCount: String(version.blobs.length) },
    });
  }
  const start = version.blobs.slice(0, partNumber - 1).reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const checksum = version.isMultipart ? part.checksum : version.checksum;
  return { range: { start, end: start + part.sizeBytes }, isPartial: true, checksum };
}

function responseHeaders(
  request: S3Request,
  bucket: BucketRecord,
  version: ObjectVersion,
  { range, isPartial, checksum }: Selection,
): Record<string, string> {
  const isChecksumWanted = request.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return {
    'accept-ranges': 'bytes',
    'last-modified': new Date(version.lastModifiedMs).toUTCString(),
    etag: `"${version.etag}"`,
    'content-length': String(range.end - range.start),
    ...attributeHeaders(version),
    ...versionHeader(bucket, version),
    ...(isPartial && range.end > range.start && { 'content-range': contentRange(range, version.sizeBytes) }),
    ...(version.isMultipart &&
      request.query.has('partNumber') && { 'x-amz-mp-parts-count': String(version.blobs.length) }),
    ...(isChecksumWanted && checksum && checksumHeaders(checksum)),
  };
}

function contentRange({ start, end }: ByteRange, sizeBytes: number): string {
  return `bytes ${start}-${end - 1}/${sizeBytes}`;
}

/** A link may set response headers with `response-content-type` and similar parameters. */
function overrides(query: URLSearchParams): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of SYSTEM_HEADERS) {
    const value = query.get(`response-${name}`);
    if (value !== null) headers[name] = checkHeaderValue(name, value);
  }
  return headers;
}

function checkHeaderValue(name: string, value: string): string {
  try {
    validateHeaderValue(name, value);
    return value;
  } catch (error) {
    throw new S3Error(
      'InvalidArgument',
      `response-${name}: ${error instanceof Error ? error.message : String(error)}.`,
      {
        details: { ArgumentName: `response-${name}`, ArgumentValue: value },
      },
    );
  }
}

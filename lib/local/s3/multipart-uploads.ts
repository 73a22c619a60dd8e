import { randomBytes } from 'node:crypto';
import {
  checksumElement,
  checksumHeaders,
  parseAlgorithm,
  parseClaimedChecksum,
} from './checksum-headers.ts';
import { withCopySource } from './copy-source.ts';
import { parseAttributes } from './object-attributes.ts';
import { invalidArgument, parseInteger, parseMaxEntries, requireParameter } from './query-parameters.ts';
import type { ChecksumType, PartRecord, UploadRecord } from './records.ts';
import {
  DEFAULT_ALGORITHM,
  MAX_BODY_BYTES,
  type ReceivedBody,
  receiveBody,
  receiveCopy,
} from './request-body.ts';
import type { ChecksumAlgorithm } from './running-digest.ts';
import { S3Error } from './s3-error.ts';
import type { Headers, S3Context, S3Request, S3Response } from './s3-request.ts';
import { withBlobs } from './store-object.ts';
import { isoSeconds } from './timestamps.ts';
import { type XmlElement, xmlDocument } from './xml.ts';

const MAX_PARTS = 10_000;

/** CreateMultipartUpload: stores the object's attributes and how its bytes are to be checked. */
export async function createMultipartUpload(context: S3Context, request: S3Request): Promise<S3Response> {
  const attributes = parseAttributes(request.headers);
  const checksum = parseUploadChecksum(request.headers);
  const uploadId = await context.index.change(async (transaction) => {
    await context.index.bucket(request.bucket);
    const { sequence, atMs } = transaction.stamp();
    const upload: UploadRecord = {
      ...attributes,
      ...checksum,
      key: request.key,
      uploadId: sequence + randomBytes(8).toString('hex'),
      initiatedAtMs: atMs,
    };
    transaction.putUpload(request.bucket, upload);
    return upload.uploadId;
  });
  return {
    status: 200,
    headers: checksum.isChecksumDeclared
      ? {
          'x-amz-checksum-algorithm': checksum.checksumAlgorithm,
          'x-amz-checksum-type': checksum.checksumType,
        }
      : {},
    xml: xmlDocument('InitiateMultipartUploadResult', [
      ['Bucket', request.bucket],
      ['Key', request.key],
      ['UploadId', uploadId],
    ]),
  };
}

/** UploadPart: like PutObject, but the bytes are kept until the upload is completed. */
export async function uploadPart(context: S3Context, request: S3Request): Promise<S3Response> {
  const { uploadId, partNumber } = parsePartTarget(request);
  const upload = await findUpload(context, request, uploadId);
  checkPartAlgorithm(upload, parseClaimedChecksum(request.headers)?.algorithm);
  const body = await receiveBody(context.blobs, request, [upload.checksumAlgorithm]);
  const part = await storePart(context, request, upload, partNumber, body);
  return { status: 200, headers: { etag: `"${part.etag}"`, ...partChecksumHeaders(body) } };
}

/** UploadPartCopy: like UploadPart, with bytes of another object. */
export async function uploadPartCopy(context: S3Context, request: S3Request): Promise<S3Response> {
  const { uploadId, partNumber } = parsePartTarget(request);
  const upload = await findUpload(context, request, uploadId);
  return withCopySource(context, request, async ({ version, range, headers }) => {
    if (range.end - range.start > MAX_BODY_BYTES)
      throw new S3Error('InvalidRequest', `A part takes at most ${MAX_BODY_BYTES} bytes.`);
    const body = await receiveCopy(
      context.blobs,
      context.blobs.read(version.blobs, range),
      upload.checksumAlgorithm,
    );
    const part = await storePart(context, request, upload, partNumber, body);
    return {
      status: 200,
      headers,
      xml: xmlDocument('CopyPartResult', [
        ['LastModified', isoSeconds(part.lastModifiedMs)],
        ['ETag', `"${part.etag}"`],
        [checksumElement(part.checksum.algorithm), part.checksum.value],
      ]),
    };
  });
}

/** AbortMultipartUpload: forgets the upload and deletes its parts. */
export async function abortMultipartUpload(context: S3Context, request: S3Request): Promise<S3Response> {
  const uploadId = requireParameter(request.query, 'uploadId');
  await context.index.change(async (transaction) => {
    const upload = await findUpload(context, request, uploadId);
    transaction.deleteUpload(request.bucket, upload, await context.index.parts(uploadId), new Set());
  });
  return { status: 204 };
}

/** ListParts: one page of the parts that have arrived, by number. */
export async function listParts(context: S3Context, request: S3Request): Promise<S3Response> {
  const uploadId = requireParameter(request.query, 'uploadId');
  const maxParts = parseMaxEntries(request.query, 'max-parts');
  const marker = parseInteger(
    'part-number-marker',
    request.query.get('part-number-marker') || '0',
    0,
    2_147_483_647,
  );
  const upload = await findUpload(context, request, uploadId);
  const parts = (await context.index.parts(uploadId)).filter(({ partNumber }) => partNumber > marker);
  const page = parts.slice(0, maxParts);
  return {
    status: 200,
    xml: xmlDocument('ListPartsResult', [
      ['Bucket', request.bucket],
      ['Key', request.key],
      ['UploadId', uploadId],
      ['StorageClass', upload.storageClass],
      ['PartNumberMarker', marker],
      ['NextPartNumberMarker', page.at(-1)?.partNumber ?? marker],
      ['MaxParts', maxParts],
      ['IsTruncated', parts.length > page.length && maxParts > 0],
      ['ChecksumAlgorithm', upload.isChecksumDeclared ? upload.checksumAlgorithm : undefined],
      ['ChecksumType', upload.isChecksumDeclared ? upload.checksumType : undefined],
      ...page.map(partElement),
    ]),
  };
}

/** The upload that a request names. Throws S3Error NoSuchBucket or NoSuchUpload. */
export async function findUpload(
  context: S3Context,
  request: S3Request,
  uploadId: string,
): Promise<UploadRecord> {
  await context.index.bucket(request.bucket);
  return context.index.upload(request.bucket, request.key, uploadId);
}

function partElement(part: PartRecord): XmlElement {
  return [
    'Part',
    [
      ['PartNumber', part.partNumber],
      ['LastModified', isoSeconds(part.lastModifiedMs)],
      ['ETag', `"${part.etag}"`],
      ['Size', part.sizeBytes],
      [checksumElement(part.checksum.algorithm), part.checksum.value],
    ],
  ];
}

function parsePartTarget({ query }: S3Request): { uploadId: string; partNumber: number } {
  return {
    uploadId: requireParameter(query, 'uploadId'),
    partNumber: parseInteger('partNumber', query.get('partNumber') ?? '', 1, MAX_PARTS),
  };
}

function checkPartAlgorithm(upload: UploadRecord, algorithm: ChecksumAlgorithm | undefined): void {
  if (!upload.isChecksumDeclared || algorithm === undefined || algorithm === upload.checksumAlgorithm) return;
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksumAlgorithm.toLowerCase()}, ` +
      `actual checksum Type: ${algorithm.toLowerCase()}.`,
  );
}

/** Stores a part that has arrived. The upload may have been completed or aborted in the meantime. */
function storePart(
  context: S3Context,
  request: S3Request,
  upload: UploadRecord,
  partNumber: number,
  { blob, etag, digests }: ReceivedBody,
): Promise<PartRecord> {
  const { uploadId, checksumAlgorithm: algorithm } = upload;
  const value = digests.get(algorithm) ?? '';
  const part: PartRecord = {
    ...blob,
    partNumber,
    etag,
    checksum: { algorithm, type: upload.checksumType, value },
    lastModifiedMs: context.now(),
  };
  return withBlobs(context, [blob], () =>
    context.index.change(async (transaction) => {
      await findUpload(context, request, uploadId);
      transaction.putPart(uploadId, part, await context.index.part(uploadId, partNumber));
      return part;
    }),
  );
}

function partChecksumHeaders({ checksum }: ReceivedBody): Record<string, string> {
  const { 'x-amz-checksum-type': _, ...headers } = checksumHeaders(checksum);
  return headers;
}

interface UploadChecksum {
  readonly checksumAlgorithm: ChecksumAlgorithm;
  readonly checksumType: ChecksumType;
  readonly isChecksumDeclared: boolean;
}

/**
 * Source: "Checking object integrity", Amazon S3 User Guide, table of the types that each algorithm allows.
 */
function parseUploadChecksum(headers: Headers): UploadChecksum {
  const name = headers.get('x-amz-checksum-algorithm');
  const checksumAlgorithm = name === undefined ? DEFAULT_ALGORITHM : parseAlgorithm(name);
  const natural = checksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const checksumType = parseChecksumType(headers.get('x-amz-checksum-type')) ?? natural;
  const isPossible =
    checksumType === natural || (checksumType === 'FULL_OBJECT' && !checksumAlgorithm.startsWith('SHA'));
  if (isPossible) return { checksumAlgorithm, checksumType, isChecksumDeclared: name !== undefined };
  throw new S3Error(
    'InvalidRequest',
    `The ${checksumType} checksum type cannot be used with the ${checksumAlgorithm} checksum algorithm.`,
  );
}

function parseChecksumType(header: string | undefined): ChecksumType | undefined {
  if (header === undefined || header === 'FULL_OBJECT' || header === 'COMPOSITE') return header;
  throw invalidArgument('x-amz-checksum-type', header, 'expected FULL_OBJECT or COMPOSITE');
}

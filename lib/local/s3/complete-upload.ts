import { createHash } from 'node:crypto';
import { checksumElement, checksumHeader } from './checksum-headers.ts';
import { parseWriteConditions, unquote } from './conditions.ts';
import { CRC_PARAMETERS, combineCrcs } from './crc-combine.ts';
import { findUpload } from './multipart-uploads.ts';
import { parseInteger, requireParameter } from './query-parameters.ts';
import type { PartRecord, StoredChecksum, UploadRecord } from './records.ts';
import { childrenOf, malformed, type ParsedElement, requiredTextOf, textOf } from './request-xml.ts';
import { CHECKSUM_ALGORITHMS, digestOf } from './running-digest.ts';
import { S3Error } from './s3-error.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { type NewObject, storeObject, versionHeader } from './store-object.ts';
import { xmlDocument } from './xml.ts';
import { readCompletionBody } from './xml-body.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

/** A part in the client's list. */
interface ListedPart {
  readonly partNumber: number;
  readonly etag: string;
  /** By algorithm. */
  readonly checksums: ReadonlyMap<string, string>;
}

/**
 * CompleteMultipartUpload: the listed parts become one object in a single change, without copying a byte.
 * When it is refused the upload stays, and the client can try again with another list.
 */
export async function completeMultipartUpload(context: S3Context, request: S3Request): Promise<S3Response> {
  const uploadId = requireParameter(request.query, 'uploadId');
  const conditions = parseWriteConditions(request.headers);
  await findUpload(context, request, uploadId);
  const listed = parseListedParts(await readCompletionBody(request, 'CompleteMultipartUpload'));
  const { version, bucket } = await context.index.change(async (transaction) => {
    const upload = await findUpload(context, request, uploadId);
    const stored = await context.index.parts(uploadId);
    const parts = chooseParts(upload, listed, stored);
    const object = await assemble(upload, parts);
    checkWhole(request, object);
    transaction.deleteUpload(request.bucket, upload, stored, new Set(parts.map(({ blobId }) => blobId)));
    return storeObject(
      context,
      transaction,
      request,
      object,
      conditions,
      'ObjectCreated:CompleteMultipartUpload',
    );
  });
  return {
    status: 200,
    headers: versionHeader(bucket, version),
    xml: xmlDocument('CompleteMultipartUploadResult', [
      [
        'Location',
        `http://${request.headers.get('host') ?? 'localhost'}/${bucket.name}/${encodeURIComponent(version.key)}`,
      ],
      ['Bucket', bucket.name],
      ['Key', version.key],
      ['ETag', `"${version.etag}"`],
      [checksumElement(version.checksum.algorithm), version.checksum.value],
      ['ChecksumType', version.checksum.type],
    ]),
  };
}

function parseListedParts(body: ParsedElement): ListedPart[] {
  const parts = childrenOf(body, 'Part').map((element) => ({
    partNumber: parseInteger('PartNumber', requiredTextOf(element, 'PartNumber').trim(), 1, MAX_PARTS),
    etag: unquote(requiredTextOf(element, 'ETag')),
    checksums: checksumsOf(element),
  }));
  if (parts.length === 0 || parts.length > MAX_PARTS) throw malformed(`expected 1 to ${MAX_PARTS} parts`);
  parts.forEach(({ partNumber }, index) => {
    if (partNumber > (parts[index - 1]?.partNumber ?? 0)) return;
    throw new S3Error(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
    );
  });
  return parts;
}

function checksumsOf(element: ParsedElement): Map<string, string> {
  const checksums = new Map<string, string>();
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = textOf(element, checksumElement(algorithm));
    if (value !== undefined) checksums.set(algorithm, value);
  }
  return checksums;
}

/** The stored parts that the client lists. Throws S3Error InvalidPart, InvalidRequest or EntityTooSmall. */
function chooseParts(
  upload: UploadRecord,
  listed: readonly ListedPart[],
  stored: readonly PartRecord[],
): PartRecord[] {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  const parts = listed.map((wanted) => checkPart(upload, wanted, byNumber.get(wanted.partNumber)));
  for (const { partNumber, sizeBytes, etag } of parts.slice(0, -1)) {
    if (sizeBytes >= MIN_PART_BYTES) continue;
    throw new S3Error(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed object size.',
      {
        details: {
          PartNumber: String(partNumber),
          ETag: etag,
          ProposedSize: String(sizeBytes),
          MinSizeAllowed: String(MIN_PART_BYTES),
        },
      },
    );
  }
  return parts;
}

function checkPart(upload: UploadRecord, wanted: ListedPart, part: PartRecord | undefined): PartRecord {
  const { checksumAlgorithm: algorithm, uploadId } = upload;
  const checksum = wanted.checksums.get(algorithm);
  if (checksum === undefined && upload.isChecksumDeclared && upload.checksumType === 'COMPOSITE') {
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for ` +
        `each part. It was missing for part ${wanted.partNumber} in the request.`,
    );
  }
  const isSame = part?.etag === wanted.etag && (checksum === undefined || checksum === part.checksum.value);
  if (part !== undefined && isSame) return part;
  throw new S3Error(
    'InvalidPart',
    'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified ' +
      "entity tag or checksum may not match the part's.",
    { details: { UploadId: uploadId, PartNumber: String(wanted.partNumber), ETag: wanted.etag } },
  );
}

async function assemble(upload: UploadRecord, parts: readonly PartRecord[]): Promise<NewObject> {
  const { systemHeaders, metadata, storageClass } = upload;
  return {
    systemHeaders,
    metadata,
    storageClass,
    etag: multipartEtag(parts),
    checksum: await wholeChecksum(upload, parts),
    sizeBytes: parts.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
    blobs: parts.map(({ blobId, sizeBytes, checksum }) => ({ blobId, sizeBytes, checksum })),
    isMultipart: true,
  };
}

/** The MD5 of the parts' MD5s, a dash, and the number of parts. */
function multipartEtag(parts: readonly PartRecord[]): string {
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

/**
 * The checksum of the whole object when it is a CRC, which can be combined. Otherwise a checksum of the
 * parts' checksums, with the number of parts.
 */
async function wholeChecksum(upload: UploadRecord, parts: readonly PartRecord[]): Promise<StoredChecksum> {
  const { checksumAlgorithm: algorithm, checksumType: type } = upload;
  const checksums = parts.map(({ checksum }) => Buffer.from(checksum.value, 'base64'));
  if (type === 'COMPOSITE') {
    const digest = await digestOf(algorithm, Buffer.concat(checksums));
    return { algorithm, type, value: `${digest.toString('base64')}-${parts.length}` };
  }
  if (algorithm === 'SHA1' || algorithm === 'SHA256')
    throw new Error(`${algorithm} cannot cover a whole multipart object`);
  const parameters = CRC_PARAMETERS[algorithm];
  const pieces = parts.map(({ sizeBytes }, index) => ({ sizeBytes, crc: toBigInt(checksums[index]) }));
  const crc = combineCrcs(parameters, pieces)
    .toString(16)
    .padStart(parameters.widthBits / 4, '0');
  return { algorithm, type, value: Buffer.from(crc, 'hex').toString('base64') };
}

function toBigInt(bytes: Buffer | undefined): bigint {
  return BigInt(`0x${bytes?.toString('hex') || '0'}`);
}

/** Checks the request's size and checksum of the whole object. Throws S3Error BadDigest or InvalidRequest. */
function checkWhole(request: S3Request, object: NewObject): void {
  const claimed = request.headers.get(checksumHeader(object.checksum.algorithm));
  if (claimed !== undefined && withoutCount(claimed) !== withoutCount(object.checksum.value)) {
    throw new S3Error(
      'BadDigest',
      `The ${object.checksum.algorithm} you specified did not match the calculated checksum.`,
    );
  }
  const size = request.headers.get('x-amz-mp-object-size');
  if (size === undefined || size === String(object.sizeBytes)) return;
  throw new S3Error(
    'InvalidRequest',
    `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${object.sizeBytes}.`,
  );
}

function withoutCount(value: string): string {
  return value.replace(/-\d+$/, '');
}

import { decodeAwsChunked, type Trailers } from './aws-chunked.ts';
import type { BlobStore } from './blob-store.ts';
import { checkChecksumForm, checksumHeader, parseClaimedChecksum } from './checksum-headers.ts';
import type { BlobRecord, StoredChecksum } from './records.ts';
import {
  type ChecksumAlgorithm,
  type DigestName,
  type RunningDigest,
  startDigest,
} from './running-digest.ts';
import { S3Error } from './s3-error.ts';
import type { Headers, S3Request } from './s3-request.ts';

/** The largest body of one PutObject, UploadPart or CopyObject. */
export const MAX_BODY_BYTES = 5 * 1024 ** 3;

/** S3 computes this for a body without any checksum. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME';

/** A complete body that agrees with the size and checksums of its request. */
export interface ReceivedBody {
  readonly blob: BlobRecord;
  /** MD5 in hexadecimal: the ETag of an object that is not made of parts. */
  readonly etag: string;
  readonly checksum: StoredChecksum;
  /** The MD5 and every other requested algorithm, in base64. */
  readonly digests: ReadonlyMap<DigestName, string>;
}

interface BodyClaims {
  readonly algorithm: ChecksumAlgorithm;
  /** The value from a header. A trailer's value follows the body. */
  readonly checksum: string | undefined;
  readonly isTrailer: boolean;
  readonly md5: string | undefined;
  readonly sha256Hex: string | undefined;
  readonly isChunked: boolean;
  readonly sizeBytes: number;
}

/**
 * Streams a request's body to a new blob, decodes `aws-chunked`, and checks size, Content-MD5, checksum and
 * x-amz-content-sha256. It computes `alsoAlgorithms` beside the checksums in the request. When a check fails
 * or the client disconnects, nothing is left. Throws S3Error BadDigest, XAmzContentSHA256Mismatch,
 * IncompleteBody, EntityTooLarge, MissingContentLength, InvalidDigest, InvalidRequest or
 * MalformedTrailerError.
 */
export async function receiveBody(
  blobs: BlobStore,
  request: S3Request,
  alsoAlgorithms: readonly ChecksumAlgorithm[] = [],
): Promise<ReceivedBody> {
  const claims = parseClaims(request.headers);
  const trailers: Trailers = new Map();
  const bytes = bodyOf(request);
  const body = claims.isChunked ? decodeAwsChunked(bytes, trailers) : bytes;
  const running = startDigests(claims, alsoAlgorithms);
  const blob = await blobs.write(limited(body, claims.sizeBytes), running.values());
  try {
    const digests = await finishDigests(running);
    checkBody(claims, trailers, blob.sizeBytes, digests);
    return received(blob, claims.algorithm, digests);
  } catch (error) {
    await blobs.remove([blob]);
    throw error;
  }
}

/**
 * The bytes of a body. A reader that stops early keeps the connection open, so that the client can receive
 * the error.
 */
export function bodyOf(request: S3Request): AsyncIterable<Buffer> {
  return request.message.iterator({ destroyOnReturn: false });
}

/** Streams local bytes, such as another object's, to a new blob. */
export async function receiveCopy(
  blobs: BlobStore,
  bytes: AsyncIterable<Buffer>,
  algorithm: ChecksumAlgorithm,
): Promise<ReceivedBody> {
  const running = new Map([
    ['MD5' as const, startDigest('MD5')],
    [algorithm, startDigest(algorithm)],
  ]);
  const blob = await blobs.write(bytes, running.values());
  return received(blob, algorithm, await finishDigests(running));
}

function received(
  blob: BlobRecord,
  algorithm: ChecksumAlgorithm,
  digests: ReadonlyMap<DigestName, string>,
): ReceivedBody {
  return {
    blob,
    etag: Buffer.from(digests.get('MD5') ?? '', 'base64').toString('hex'),
    checksum: { algorithm, type: 'FULL_OBJECT', value: digests.get(algorithm) ?? '' },
    digests,
  };
}

/** Refuses a body before its first byte is read when the headers already show a fault. */
function parseClaims(headers: Headers): BodyClaims {
  const claimed = parseClaimedChecksum(headers);
  const sha256 = headers.get('x-amz-content-sha256') ?? '';
  const isChunked =
    sha256.startsWith('STREAMING-') || /\baws-chunked\b/.test(headers.get('content-encoding') ?? '');
  return {
    algorithm: claimed?.algorithm ?? DEFAULT_ALGORITHM,
    checksum: claimed?.value,
    isTrailer: claimed !== undefined && claimed.value === undefined,
    md5: parseContentMd5(headers.get('content-md5')),
    sha256Hex: /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined,
    isChunked,
    sizeBytes: parseSize(headers.get(isChunked ? 'x-amz-decoded-content-length' : 'content-length')),
  };
}

function parseSize(header: string | undefined): number {
  if (header === undefined || !/^\d{1,15}$/.test(header)) {
    throw new S3Error(
      'MissingContentLength',
      'You must provide the Content-Length HTTP header, or x-amz-decoded-content-length with an aws-chunked body.',
    );
  }
  const sizeBytes = Number(header);
  if (sizeBytes <= MAX_BODY_BYTES) return sizeBytes;
  throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.', {
    details: { ProposedSize: header, MaxSizeAllowed: String(MAX_BODY_BYTES) },
  });
}

function parseContentMd5(header: string | undefined): string | undefined {
  if (header === undefined || /^[A-Za-z0-9+/]{22}==$/.test(header)) return header;
  throw new S3Error('InvalidDigest', 'The Content-MD5 you specified is not valid.', {
    details: { 'Content-MD5': header },
  });
}

function startDigests(
  claims: BodyClaims,
  alsoAlgorithms: readonly ChecksumAlgorithm[],
): Map<DigestName, RunningDigest> {
  const names: DigestName[] = ['MD5', claims.algorithm, ...alsoAlgorithms];
  if (claims.sha256Hex !== undefined) names.push('SHA256');
  return new Map(Array.from(new Set(names), (name) => [name, startDigest(name)]));
}

async function finishDigests(
  running: ReadonlyMap<DigestName, RunningDigest>,
): Promise<Map<DigestName, string>> {
  const digests = new Map<DigestName, string>();
  for (const [name, digest] of running) digests.set(name, (await digest.digest()).toString('base64'));
  return digests;
}

/** Stops reading a body that is longer than announced, which is only possible with `aws-chunked`. */
async function* limited(
  body: AsyncIterable<Buffer>,
  sizeBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  let seenBytes = 0;
  for await (const bytes of body) {
    seenBytes += bytes.length;
    if (seenBytes > sizeBytes) throw wrongSize(sizeBytes, `at least ${seenBytes}`);
    yield bytes;
  }
}

function checkBody(
  claims: BodyClaims,
  trailers: Trailers,
  sizeBytes: number,
  digests: ReadonlyMap<DigestName, string>,
): void {
  if (sizeBytes !== claims.sizeBytes) throw wrongSize(claims.sizeBytes, String(sizeBytes));
  const sha256 = Buffer.from(claims.sha256Hex ?? '', 'hex').toString('base64');
  if (claims.sha256Hex !== undefined && sha256 !== digests.get('SHA256')) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  if (claims.md5 !== undefined && claims.md5 !== digests.get('MD5')) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const checksum = claims.isTrailer ? checksumOfTrailer(claims.algorithm, trailers) : claims.checksum;
  if (checksum !== undefined && checksum !== digests.get(claims.algorithm)) {
    throw new S3Error(
      'BadDigest',
      `The ${claims.algorithm} you specified did not match the calculated checksum.`,
    );
  }
}

function checksumOfTrailer(algorithm: ChecksumAlgorithm, trailers: Trailers): string {
  const name = checksumHeader(algorithm);
  const value = trailers.get(name);
  if (value === undefined) {
    throw new S3Error(
      'MalformedTrailerError',
      `The request contained trailing data that was not well-formed: ${name} is missing.`,
    );
  }
  checkChecksumForm(algorithm, value, `${name} trailing header`);
  return value;
}

function wrongSize(expected: number, got: string): S3Error {
  return new S3Error(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header: ' +
      `expected ${expected}, got ${got}.`,
  );
}

import type { StoredChecksum } from './records.ts';
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from './running-digest.ts';
import { S3Error } from './s3-error.ts';
import type { Headers } from './s3-request.ts';

const PREFIX = 'x-amz-checksum-';

/** Headers with the same prefix that hold no checksum. */
const NOT_CHECKSUMS: ReadonlySet<string> = new Set([
  'x-amz-checksum-mode',
  'x-amz-checksum-algorithm',
  'x-amz-checksum-type',
]);

const SIZE_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** A checksum that a client sends, in a header, or in a trailer whose value follows the body. */
export interface ClaimedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string | undefined;
}

/** The header for a checksum of this algorithm. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return PREFIX + algorithm.toLowerCase();
}

/** The XML element for a checksum of this algorithm. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

/** The response headers for a checksum. */
export function checksumHeaders(checksum: StoredChecksum): Record<string, string> {
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/**
 * The checksum that a request sends for its body, or undefined. Throws S3Error InvalidRequest for two
 * checksums at once, an unknown algorithm, a value that is not valid for its algorithm, and an announced
 * checksum that is missing.
 */
export function parseClaimedChecksum(headers: Headers): ClaimedChecksum | undefined {
  const claims = [...inHeaders(headers), ...inTrailers(headers)];
  if (claims.length > 1) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  checkAnnounced(headers.get('x-amz-sdk-checksum-algorithm'), claims[0]);
  return claims[0];
}

/** The algorithm of that name, in upper or lower case. Throws S3Error InvalidRequest for an unknown name. */
export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name.toUpperCase());
  if (algorithm !== undefined) return algorithm;
  throw new S3Error(
    'InvalidRequest',
    `Checksum algorithm provided is unsupported: "${name}". Please try again with any of the valid types: ` +
      `[${CHECKSUM_ALGORITHMS.join(', ')}].`,
  );
}

/** Throws S3Error InvalidRequest unless the value is base64 of the algorithm's number of bytes. */
export function checkChecksumForm(algorithm: ChecksumAlgorithm, value: string, where: string): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === SIZE_BYTES[algorithm] && bytes.toString('base64') === value) return;
  throw new S3Error('InvalidRequest', `Value for ${where} is invalid: expected base64 of a ${algorithm}.`);
}

function inHeaders(headers: Headers): ClaimedChecksum[] {
  const names = [...headers.keys()].filter((name) => name.startsWith(PREFIX) && !NOT_CHECKSUMS.has(name));
  return names.map((name) => {
    const algorithm = parseAlgorithm(name.slice(PREFIX.length));
    const value = headers.get(name) ?? '';
    checkChecksumForm(algorithm, value, `${name} header`);
    return { algorithm, value };
  });
}

function inTrailers(headers: Headers): ClaimedChecksum[] {
  const names = (headers.get('x-amz-trailer') ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => ({ algorithm: parseAlgorithm(name.slice(PREFIX.length)), value: undefined }));
}

function checkAnnounced(name: string | undefined, claim: ClaimedChecksum | undefined): void {
  if (name === undefined || claim?.algorithm === parseAlgorithm(name)) return;
  throw new S3Error(
    'InvalidRequest',
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  );
}

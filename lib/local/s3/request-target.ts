import { S3Error } from './s3-error.ts';

/** The target of a request. A bucket or key that is not named is undefined. */
export interface RequestTarget {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: URLSearchParams;
}

const MAX_KEY_BYTES = 1024;

/**
 * Reads bucket, key and query from a request line and its Host header: `/bucket/key`, or `/key` at the host
 * `bucket.localhost`. The path is not normalised: in an object's key, `..` and `//` have no special meaning.
 * Throws S3Error InvalidURI for invalid percent-encoding, KeyTooLongError for a key of more than 1024 bytes.
 */
export function parseTarget(url: string, host: string | undefined): RequestTarget {
  const pathAndQuery = url.replace(/^https?:\/\/[^/?]*/i, '');
  const queryStart = pathAndQuery.indexOf('?');
  const path = queryStart < 0 ? pathAndQuery : pathAndQuery.slice(0, queryStart);
  const query = new URLSearchParams(queryStart < 0 ? '' : pathAndQuery.slice(queryStart + 1));
  const [bucket, key] = splitPath(path.replace(/^\//, ''), bucketOfHost(host));
  return {
    bucket: nonEmpty(decode(bucket)),
    key: checkKeyLength(nonEmpty(decode(key))),
    query,
  };
}

/** The bucket of a virtual-hosted request. */
function bucketOfHost(host: string | undefined): string | undefined {
  return /^(.+)\.localhost(?::\d+)?$/i.exec(host ?? '')?.[1]?.toLowerCase();
}

function splitPath(path: string, hostBucket: string | undefined): [bucket: string, key: string] {
  if (hostBucket !== undefined) return [hostBucket, path];
  const slash = path.indexOf('/');
  return slash < 0 ? [path, ''] : [path.slice(0, slash), path.slice(slash + 1)];
}

/** Decodes percent-encoding; a plus sign stays a plus sign. Throws S3Error InvalidURI when it is invalid. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(
      'InvalidURI',
      `Couldn't parse the specified URI: "${text}" is not valid percent-encoded UTF-8.`,
    );
  }
}

/** Returns the key. Throws S3Error KeyTooLongError when it takes more than 1024 bytes of UTF-8. */
export function checkKeyLength<T extends string | undefined>(key: T): T {
  const sizeBytes = Buffer.byteLength(key ?? '');
  if (sizeBytes <= MAX_KEY_BYTES) return key;
  throw new S3Error('KeyTooLongError', 'Your key is too long.', {
    details: { Size: String(sizeBytes), MaxSizeAllowed: String(MAX_KEY_BYTES) },
  });
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}

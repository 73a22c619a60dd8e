import type { serviceEndpoint } from '../aws/service-endpoint.ts';
import type { ObjectLocation } from './sized-object.ts';

/** Where requests for an object go, below S3's endpoint. */
export interface ObjectAddress {
  /** Put before the endpoint's host name. */
  readonly subdomain?: string;
  /** Percent-encoded. */
  readonly path: string;
}

/**
 * The bucket is part of the host name, except at a custom endpoint, and when the bucket's name has dots,
 * which the TLS certificate does not cover.
 */
export function objectAddress(
  endpoint: Pick<ReturnType<typeof serviceEndpoint>, 'isCustom'>,
  { bucket, key }: Pick<ObjectLocation, 'bucket' | 'key'>,
): ObjectAddress {
  const path = `/${key.split('/').map(escapedPart).join('/')}`;
  const isHost = !endpoint.isCustom && !bucket.includes('.');
  return isHost ? { path, subdomain: bucket } : { path: `/${bucket}${path}` };
}

/** Percent-encodes as RFC 3986 says, which escapes some characters that encodeURIComponent leaves. */
export const escapedPart = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

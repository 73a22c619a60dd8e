import { HttpRequest } from '@smithy/core/transport';
import { type Environment, serviceEndpoint } from '../aws/service-endpoint.ts';
import { regionOf, serviceSigner } from '../aws/service-signer.ts';
import { escapedPart, objectAddress } from './object-address.ts';
import type { ObjectLocation } from './sized-object.ts';

/** A request that whoever has its address may send, without credentials, until it expires. */
export interface PresignedRequest {
  readonly method: 'GET' | 'PUT';
  readonly at: Pick<ObjectLocation, 'bucket' | 'key'>;
  /** Must be sent exactly as they are. Names are in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Parameters such as `response-content-disposition`. */
  readonly query?: Readonly<Record<string, string>>;
  readonly expiresSeconds: number;
}

export interface PresignedAddress {
  readonly url: string;
  /** ISO 8601, UTC. */
  readonly expires_at: string;
}

export type Presign = (request: PresignedRequest) => Promise<PresignedAddress>;

/**
 * Makes addresses of S3 that allow one request each, by Signature Version 4 in the query. S3 checks at the
 * request that the credentials are allowed it then. A request with another method, key, query, signed header
 * or, where `content-length` is one, size is refused.
 *
 * It signs with the part of the AWS SDK that its own presigner uses: that one would load a second client's
 * middleware to the same end.
 *
 * @param now milliseconds since the epoch
 * @throws ConfigurationError when the environment names no region
 */
export function presigner(environment: Environment, now: () => number): Presign {
  const endpoint = serviceEndpoint('s3', regionOf(environment), environment);
  const signer = serviceSigner('s3', environment);
  return async ({ method, at, headers = {}, query = {}, expiresSeconds }) => {
    const { url } = endpoint;
    const { subdomain, path } = objectAddress(endpoint, at);
    const prefix = subdomain === undefined ? '' : `${subdomain}.`;
    const host = `${prefix}${url.host}`;
    const request = new HttpRequest({
      method,
      protocol: url.protocol,
      hostname: `${prefix}${url.hostname}`,
      path,
      query: { ...query },
      // Nobody knows the body's hash yet. This moves into the query, named as the AWS SDK names it there.
      headers: { host, ...headers, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
    });
    // Signatures count whole seconds.
    const signedMs = Math.floor(now() / 1000) * 1000;
    const signed = await signer.presign(request, {
      expiresIn: expiresSeconds,
      signingDate: new Date(signedMs),
      unhoistableHeaders: new Set(Object.keys(headers)),
    });
    return {
      url: `${url.protocol}//${host}${path}?${queryText(signed.query ?? {})}`,
      expires_at: new Date(signedMs + expiresSeconds * 1000).toISOString(),
    };
  };
}

const queryText = (query: NonNullable<HttpRequest['query']>) =>
  Object.entries(query)
    .map(([name, value]) => `${escapedPart(name)}=${escapedPart(String(value))}`)
    .join('&');

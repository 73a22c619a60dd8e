import { S3Error } from './s3-error.ts';
import type { Headers } from './s3-request.ts';
import {
  type CredentialScope,
  isSameSignature,
  parseCredential,
  parseTimestamp,
  querySignature,
} from './signature.ts';

/**
 * On a laptop there are no accounts. What is signed in an address or a form is checked all the same, with the
 * secret that everyone knows: the access key itself.
 */
export const secretOf = (accessKeyId: string) => accessKeyId;

/** A week, S3's limit. */
const MAX_EXPIRES_SECONDS = 7 * 24 * 60 * 60;
const CLOCK_SKEW_MS = 15 * 60_000;

/** Headers that a client may add to a presigned request although they were not signed. */
const MAY_BE_UNSIGNED = /^(?!x-amz-)/;

export interface IncomingRequest {
  readonly method: string;
  /** The request line's path and query, as sent. */
  readonly url: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
}

/**
 * Checks a request that has its signature in the query: that it is the one that was signed, and in time. Any
 * other request is not looked at, since any credentials are accepted here.
 *
 * @returns the request's headers, with those that the signer put into the query instead
 * @throws S3Error as S3 refuses it
 */
export function presignedHeaders(request: IncomingRequest, nowMs: number): Headers {
  const { query, headers } = request;
  if (query.has('AWSAccessKeyId') && query.has('Signature'))
    throw new S3Error(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  if (!query.has('X-Amz-Signature') && !query.has('X-Amz-Algorithm')) return headers;
  const signed = signatureParameters(query);
  checkTime(signed, nowMs);
  checkHeaders(request.headers, signed.headerNames);
  checkSignature(request, signed);
  const moved = [...query].map(([name, value]) => [name.toLowerCase(), value] as const);
  return new Map([...headers, ...moved.filter(([name]) => IS_MOVED.test(name))]);
}

/** Parameters that stand for a header, such as metadata: not those of the signature itself. */
const IS_MOVED =
  /^x-amz-(?!algorithm$|credential$|date$|expires$|signedheaders$|signature$|security-token$|content-sha256$)/;

interface SignatureParameters {
  readonly credential: CredentialScope;
  readonly timestamp: string;
  readonly expiresSeconds: number;
  readonly headerNames: readonly string[];
  readonly signature: string;
}

function signatureParameters(query: URLSearchParams): SignatureParameters {
  const of = (name: string) => {
    const value = query.get(`X-Amz-${name}`);
    if (value !== null && query.getAll(`X-Amz-${name}`).length === 1) return value;
    throw parameterFault(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  };
  if (of('Algorithm') !== 'AWS4-HMAC-SHA256')
    throw parameterFault('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256".');
  const credential = parseCredential(of('Credential'));
  const timestamp = of('Date');
  const expires = of('Expires');
  if (!credential || !timestamp.startsWith(credential.date) || Number.isNaN(parseTimestamp(timestamp)))
    throw parameterFault('Error parsing the X-Amz-Credential or X-Amz-Date parameter.');
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_EXPIRES_SECONDS)
    throw parameterFault(`X-Amz-Expires must be a number from 1 to ${MAX_EXPIRES_SECONDS}.`);
  return {
    credential,
    timestamp,
    expiresSeconds: Number(expires),
    headerNames: of('SignedHeaders').split(';'),
    signature: of('Signature'),
  };
}

const parameterFault = (message: string) => new S3Error('AuthorizationQueryParametersError', message);

function checkTime({ timestamp, expiresSeconds }: SignatureParameters, nowMs: number): void {
  const signedMs = parseTimestamp(timestamp);
  if (signedMs > nowMs + CLOCK_SKEW_MS) throw new S3Error('AccessDenied', 'Request is not valid yet');
  const expiresMs = signedMs + expiresSeconds * 1000;
  if (nowMs < expiresMs) return;
  throw new S3Error('AccessDenied', 'Request has expired', {
    details: {
      'X-Amz-Expires': String(expiresSeconds),
      Expires: new Date(expiresMs).toISOString(),
      ServerTime: new Date(nowMs).toISOString(),
    },
  });
}

/** A header of S3 that nobody signed, such as metadata, would change what the signer allowed. */
function checkHeaders(headers: Headers, signed: readonly string[]): void {
  const unsigned = [...headers.keys()].filter(
    (name) => !MAY_BE_UNSIGNED.test(name) && !signed.includes(name),
  );
  if (unsigned.length === 0 && signed.includes('host')) return;
  throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
    details: { HeadersNotSigned: unsigned.length === 0 ? 'host' : unsigned.join(', ') },
  });
}

function checkSignature({ method, url, query, headers }: IncomingRequest, signed: SignatureParameters): void {
  const { credential, timestamp, headerNames, signature } = signed;
  const signedHeaders = headerNames.map((name) => [name, headers.get(name) ?? ''] as const);
  const path = url.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0]!;
  const secret = secretOf(credential.accessKeyId);
  const expected = querySignature({ method, path, query, signedHeaders }, timestamp, credential, secret);
  if (!isSameSignature(signature, expected)) throw wrongSignature(credential);
}

export const wrongSignature = ({ accessKeyId }: CredentialScope) =>
  new S3Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method. (On this laptop, the secret of an access key is the access key itself.)',
    { details: { AWSAccessKeyId: accessKeyId } },
  );

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Signature Version 4, as the laptop's S3 checks it. It is not the AWS SDK's part that signs: two of one kind
 * would agree on the same mistake. Source: "Authenticating Requests: Using Query Parameters" and "Calculating
 * a Signature", Amazon S3 API Reference.
 */

/** The scope of a credential: `<access key>/<yyyymmdd>/<region>/s3/aws4_request`. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** All after the access key. */
  readonly scope: string;
  readonly date: string;
  readonly region: string;
}

const CREDENTIAL = /^(.+)\/((\d{8})\/([\w-]+)\/s3\/aws4_request)$/;

/** Undefined for any other text. */
export function parseCredential(text: string): CredentialScope | undefined {
  const [, accessKeyId, scope, date, region] = CREDENTIAL.exec(text) ?? [];
  if (accessKeyId === undefined || scope === undefined || date === undefined || region === undefined)
    return undefined;
  return { accessKeyId, scope, date, region };
}

const TIMESTAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Milliseconds since 1970 of a text such as `20260131T235959Z`; NaN for any other. */
export function parseTimestamp(text: string): number {
  return Date.parse(text.replace(TIMESTAMP, '$1-$2-$3T$4:$5:$6Z'));
}

/** A request with its signature in the query. */
export interface QuerySignedRequest {
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names, in order, with their values. */
  readonly signedHeaders: readonly (readonly [name: string, value: string])[];
}

/** The signature that a request must have. */
export function querySignature(
  { method, path, query, signedHeaders }: QuerySignedRequest,
  timestamp: string,
  credential: CredentialScope,
  secret: string,
): string {
  const headers = signedHeaders.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}\n`);
  const canonical = [
    method,
    path,
    canonicalQuery(query),
    headers.join(''),
    signedHeaders.map(([name]) => name).join(';'),
    new Map(signedHeaders).get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  return textSignature(
    ['AWS4-HMAC-SHA256', timestamp, credential.scope, hash].join('\n'),
    credential,
    secret,
  );
}

/** The signature of a text, such as the policy of a form. */
export function textSignature(text: string, { date, region }: CredentialScope, secret: string): string {
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const key = [region, 's3', 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${secret}`, date));
  return hmac(key, text).toString('hex');
}

/** Whether two signatures are equal, in a time that does not tell how much of them is. */
export function isSameSignature(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&');
}

const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

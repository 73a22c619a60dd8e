import type { S3Client } from '@aws-sdk/client-s3';
import { openSized } from '../storage/objects.ts';
import type { Presign, PresignedRequest } from '../storage/presigned.ts';
import type { ObjectLocation } from '../storage/sized-object.ts';
import type { SignedLink } from './schemas/uploads-api.ts';
import { type HttpAnswer, json } from './stack.ts';

/** Lambda takes answers up to 6 MB, and base64 makes four bytes of three. */
const MAX_INLINE_BYTES = 4 * 1024 ** 2;

/** How long an address of a redirect holds: it is followed at once. */
const LINK_SECONDS = 5 * 60;

/** Reports are pages without scripts, whose style stands in them. Nothing in them may do anything here. */
const PAGE_HEADERS = { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox" };

/**
 * Answers with a file of a bucket, or, where it is too large for an answer of a function, with a redirect to
 * a signed address. Undefined when it does not exist.
 */
export async function storedFile(
  { s3, presign }: { readonly s3: S3Client; readonly presign: Presign },
  at: ObjectLocation,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer | undefined> {
  const file = await openSized(s3, at);
  if (!file) return undefined;
  if (file.sizeBytes > MAX_INLINE_BYTES) {
    file.discard();
    return await redirect(presign, { at, query: { 'response-content-type': contentType } });
  }
  return {
    statusCode: 200,
    headers: { ...fileHeaders(contentType), ...headers },
    body: Buffer.from(await file.read()).toString('base64'),
    isBase64Encoded: true,
  };
}

/** Answers with a page that was made for this request. */
export const htmlPage = (page: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  statusCode: 200,
  headers: { ...fileHeaders('text/html; charset=utf-8'), ...headers },
  body: page,
});

const fileHeaders = (contentType: string): Record<string, string> => ({
  'content-type': contentType,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  ...(contentType.startsWith('text/html') ? PAGE_HEADERS : {}),
});

/** A redirect to an object, for a client without credentials of AWS. */
export async function redirect(
  presign: Presign,
  request: Pick<PresignedRequest, 'at' | 'query'>,
): Promise<HttpAnswer> {
  const link: SignedLink = await presign({ method: 'GET', ...request, expiresSeconds: LINK_SECONDS });
  return json(307, link, { location: link.url, 'cache-control': 'no-store' });
}

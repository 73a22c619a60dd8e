import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { sha256Hex } from '../sha256.ts';

/** Hexadecimal digits of a hash in an entity tag: enough that no two contents share them by chance. */
const TAG_DIGITS = 32;

/** What a 304 leaves out: it describes a body that is not sent (RFC 9110, section 15.4.5). */
const OF_THE_BODY: ReadonlySet<string> = new Set(['content-type', 'content-encoding', 'content-length']);

/**
 * Gives the answer to a GET or HEAD an entity tag, made of its content, and answers 304 when the client has
 * that content already. So nothing needs to know when it last changed. Source: RFC 9110, sections 8.8.3 and
 * 13.1.2.
 */
export function withEntityTag(
  event: APIGatewayProxyEventV2,
  answer: APIGatewayProxyStructuredResultV2,
): APIGatewayProxyStructuredResultV2 {
  const { method } = event.requestContext.http;
  if ((method !== 'GET' && method !== 'HEAD') || answer.statusCode !== 200) return answer;
  const tag = `"${sha256Hex(answer.body ?? '').slice(0, TAG_DIGITS)}"`;
  const cacheControl = answer.headers?.['cache-control'];
  const isLasting = cacheControl !== undefined && cacheControl !== 'no-store';
  // What may change at any time may be kept by who asks each time whether it did.
  const headers = { ...answer.headers, 'cache-control': isLasting ? cacheControl : 'no-cache', etag: tag };
  if (!isKnown(event.headers['if-none-match'], tag)) return { ...answer, headers };
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_BODY.has(name));
  return { statusCode: 304, headers: Object.fromEntries(kept) };
}

/** Whether a client says that it has the content with this tag, weak or not. */
function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || ifNoneMatch.includes(tag);
}

import type { CorsRule } from './cors-rule.ts';
import { S3Error } from './s3-error.ts';
import type { Headers, S3Response } from './s3-request.ts';

const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** Headers that let the page read an answer; none when no page sent the request, or a foreign one. */
export function corsHeaders(
  rule: CorsRule | undefined,
  method: string | undefined,
  headers: Headers,
): Record<string, string> {
  const origin = rule && allowedOrigin(rule, headers.get('origin'));
  if (!rule || origin === undefined || !rule.methods.includes(method ?? '')) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': rule.methods.join(', '),
    'access-control-expose-headers': rule.exposedHeaders.join(', '),
    'access-control-max-age': String(rule.maxAgeSeconds),
    vary: VARY,
  };
}

/**
 * Answers a browser that asks whether a page may send a request.
 *
 * @throws S3Error AccessForbidden when it may not, InvalidRequest when it does not say what it asks
 */
export function preflight(rule: CorsRule | undefined, headers: Headers): S3Response {
  const method = headers.get('access-control-request-method');
  if (!headers.has('origin') || method === undefined)
    throw new S3Error('InvalidRequest', 'Insufficient information. Origin request header needed.');
  if (!rule) throw new S3Error('AccessForbidden', 'CORSResponse: CORS is not enabled for this bucket.');
  const asked = (headers.get('access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const allowed = corsHeaders(rule, method, headers);
  const isAllowed = 'vary' in allowed && asked.every((name) => rule.allowedHeaders.includes(name));
  if (!isAllowed)
    throw new S3Error(
      'AccessForbidden',
      "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    );
  const named = asked.length === 0 ? {} : { 'access-control-allow-headers': asked.join(', ') };
  return { status: 200, headers: { ...allowed, ...named } };
}

function allowedOrigin({ origins }: CorsRule, origin: string | undefined): string | undefined {
  const allowed = origins();
  if (origin === undefined) return undefined;
  if (allowed === '*') return '*';
  return allowed.includes(origin) ? origin : undefined;
}

import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { methodsOf } from '../routes.ts';
import type { AllowedOrigins } from './origins.ts';

/** As long as Chromium keeps a preflight's answer at most, so that few of them wake a function. */
const MAX_AGE_SECONDS = 7200;

/**
 * Lets pages of the allowed origins read answers, errors too. It sends no Access-Control-Allow-Credentials:
 * tokens travel in a header that a page sets by itself, never as a cookie that a browser would add. Attached
 * first, so that it sees what all others made of the answer.
 *
 * Ours rather than @middy/http-cors, which answers preflights of every path alike, past what counts and names
 * requests, and leaves Vary out for origins that it does not know, so that a cache could hand their answers
 * to those that it knows.
 */
export function corsHeaders(
  allowed: AllowedOrigins,
): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  const apply = (request: {
    event: APIGatewayProxyEventV2;
    response: APIGatewayProxyStructuredResultV2 | null | undefined;
  }) => {
    const answer = request.response;
    if (allowed.length === 0 || !answer) return;
    request.response = {
      ...answer,
      headers: { ...answer.headers, ...headersFor(allowed, request.event, answer) },
    };
  };
  return { after: apply, onError: apply };
}

function headersFor(
  allowed: AllowedOrigins,
  event: APIGatewayProxyEventV2,
  { headers }: APIGatewayProxyStructuredResultV2,
): Record<string, string> {
  const origin = allowedOrigin(allowed, event);
  const vary = headers?.vary === undefined ? 'Origin' : `${headers.vary}, Origin`;
  return {
    ...(allowed === '*' ? {} : { vary }),
    // All of them: a browser takes the star for what it says where no cookies are sent.
    ...(origin === undefined
      ? {}
      : { 'access-control-allow-origin': origin, 'access-control-expose-headers': '*' }),
  };
}

/** What Access-Control-Allow-Origin says to a request; undefined when its page may not read the answer. */
function allowedOrigin(allowed: AllowedOrigins, { headers }: APIGatewayProxyEventV2): string | undefined {
  if (allowed === '*') return '*';
  return allowed.find((origin) => origin === headers.origin);
}

/**
 * The answer to a browser that asks before it sends: 204 with what the path takes. On AWS such a request
 * matches no route and so reaches `$default`, without a token.
 *
 * @returns undefined for any other request, an unknown path, or an origin that is not allowed
 */
export function preflightAnswer(
  allowed: AllowedOrigins,
  event: APIGatewayProxyEventV2,
): APIGatewayProxyStructuredResultV2 | undefined {
  const methods = methodsOf(event.rawPath);
  const isPreflight =
    event.requestContext.http.method === 'OPTIONS' &&
    event.headers.origin !== undefined &&
    event.headers['access-control-request-method'] !== undefined;
  if (!isPreflight || methods.length === 0 || allowedOrigin(allowed, event) === undefined) return undefined;
  return {
    statusCode: 204,
    headers: {
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': String(MAX_AGE_SECONDS),
    },
  };
}

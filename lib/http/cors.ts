import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { methodsOf } from '../routes.ts';
import type { AllowedOrigins } from './origins.ts';

/**
 * The longest that Chromium keeps a preflight's answer. A long time means that few preflights start a
 * function.
 */
const MAX_AGE_SECONDS = 7200;

/**
 * Lets pages of the allowed origins read answers, including errors. It sends no
 * Access-Control-Allow-Credentials: a page sets the token in a header itself, and no cookie carries it.
 * Attach it first, so that it sees the final answer of all other middleware.
 *
 * It replaces @middy/http-cors for two reasons. That package answers preflights of every path alike and
 * bypasses request counts and request ids. It also leaves Vary out for unknown origins, so a cache could give
 * their answers to allowed origins.
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
    // The star exposes all headers. Browsers accept it because requests carry no credentials such as cookies.
    ...(origin === undefined
      ? {}
      : { 'access-control-allow-origin': origin, 'access-control-expose-headers': '*' }),
  };
}

/** The value of Access-Control-Allow-Origin; undefined when the page may not read the answer. */
function allowedOrigin(allowed: AllowedOrigins, { headers }: APIGatewayProxyEventV2): string | undefined {
  if (allowed === '*') return '*';
  return allowed.find((origin) => origin === headers.origin);
}

/**
 * Answers a preflight request: 204 with the path's methods. On AWS a preflight matches no route, so it
 * reaches `$default`, without a token.
 *
 * @returns undefined for any other request, an unknown path, or a forbidden origin
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
      'access-control-allow-headers': 'authorization, content-type, if-none-match, x-model-name',
      'access-control-max-age': String(MAX_AGE_SECONDS),
    },
  };
}

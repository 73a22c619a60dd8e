import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { expiryClock } from '../freshness.ts';
import { type ApiRoute, apiRouteOf, methodsOf, type RouteKey, scopesOf } from '../routes.ts';
import type { Logger } from '../telemetry/logger.ts';
import { countedAs, type Route, STATUS_CLASSES } from '../telemetry/metric-names.ts';
import type { MetricBuffer } from '../telemetry/metrics.ts';
import { type AccessPolicy, authorizeCaller, type Caller } from './access.ts';
import { corsHeaders, preflightAnswer } from './cors.ts';
import { withEntityTag } from './entity-tag.ts';
import { checkModel } from './model-access.ts';
import { HttpError, type Problem, problemOf } from './problem.ts';

export type HttpEvent = APIGatewayProxyEventV2;
export type HttpAnswer = APIGatewayProxyStructuredResultV2;

/** The input of a route's handler. */
export interface HttpRequest {
  readonly event: HttpEvent;
  readonly caller: Caller;
}

export type RouteHandlers = { readonly [K in RouteKey]?: (request: HttpRequest) => Promise<HttpAnswer> };

/** Settings that every HTTP function has. */
export interface HttpStackOptions {
  readonly logger: Logger;
  readonly metrics: MetricBuffer;
  readonly access: AccessPolicy;
  /** Compared with the expiry of tokens: milliseconds since the epoch. */
  readonly now?: () => number;
  /** Words the errors of routes of a protocol that has a form of its own for them. */
  readonly wordError?: (route: ApiRoute, problem: Problem) => Promise<WordedError | undefined>;
}

/** An error in the words of a protocol. */
export interface WordedError {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: unknown;
}

/**
 * Makes an HTTP function from its routes. It checks the caller's scope and models before the route's
 * handler runs. Errors become problem details. Every answer and log line has the request id. Every request
 * is counted by route and status class. Errors that the client did not cause are logged in full. A route
 * without a handler, such as `$default`, answers 404, or 405 with Allow. HEAD is answered as GET: the
 * gateway leaves the body out. Pages of the origins in the policy may read the answers.
 */
export function httpStack(
  handlers: RouteHandlers,
  { logger, metrics, access, now = expiryClock(), wordError }: HttpStackOptions,
) {
  const { origins = [] } = access;
  return middy<HttpEvent, HttpAnswer, Error, Context>()
    .use(corsHeaders(origins))
    .before(({ event, context }) => {
      logger.addContext(context);
      logger.appendKeys({ request_id: requestId(event) });
    })
    .after((request) => {
      const answer = withEntityTag(request.event, request.response ?? {});
      request.response = withRequestId(answer, request.event);
      count(request.event, request.response, metrics);
    })
    .onError(async (request) => {
      const { status, problem } = problemOf(request.error, requestId(request.event));
      if (status >= 500 && !(request.error instanceof HttpError))
        logger.error('request failed', request.error as Error);
      // A fault of ours may be of the moment.
      const extra = request.error instanceof HttpError ? request.error.headers : { 'retry-after': '1' };
      const headers = { 'cache-control': 'no-store', ...extra };
      const route = apiRouteOf(request.event.routeKey);
      const worded = route && (await wordError?.(route, problem));
      const answer = worded
        ? json(worded.status, worded.body, { ...headers, ...worded.headers })
        : json(status, problem, { 'content-type': 'application/problem+json', ...headers });
      request.response = withRequestId(answer, request.event);
      count(request.event, request.response, metrics);
    })
    .handler(async (event) => {
      const route = apiRouteOf(event.routeKey);
      const handle = route && handlers[route.routeKey];
      if (!handle) {
        const preflight = preflightAnswer(origins, event);
        if (preflight) return preflight;
        throw noRoute(event);
      }
      const caller = authorizeCaller(authorizerOf(event), scopesOf(route), access, now());
      checkModel(route, event, caller);
      return await handle({ event, caller });
    });
}

export function json(
  statusCode: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

/** The gateway's id of this request. */
function requestId(event: HttpEvent): string {
  return event.requestContext.requestId;
}

/** The context that a Lambda authorizer added to the event. */
function authorizerOf({ requestContext }: HttpEvent): unknown {
  return (requestContext as { readonly authorizer?: { readonly lambda?: unknown } }).authorizer?.lambda;
}

/** The error for `$default`: a known path with another method, or an unknown path. */
function noRoute({ rawPath, requestContext }: HttpEvent): HttpError {
  const methods = methodsOf(rawPath);
  // The gateway decodes rawPath, but matches routes by the path as sent: POST /%70redict is not POST
  // /predict.
  if (methods.length > 0 && !methods.includes(requestContext.http.method)) {
    const allow = methods.join(', ');
    return new HttpError(405, 'method', `This path takes ${allow} only.`, { headers: { allow } });
  }
  return new HttpError(
    404,
    'not_found',
    'There is nothing at this path. GET /openapi.json lists what there is.',
  );
}

function withRequestId(answer: HttpAnswer, event: HttpEvent): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, 'x-request-id': requestId(event) } };
}

function count({ routeKey }: HttpEvent, { statusCode = 200 }: HttpAnswer, metrics: MetricBuffer): void {
  metrics.later((emit) => {
    const known = apiRouteOf(routeKey);
    const route: Route = known ? countedAs(known) : 'other';
    const status = STATUS_CLASSES[Math.floor(statusCode / 100) - 2]!;
    emit('requestCount', { route, status }, 1);
    if (status === '5xx') emit('errorCount', { route }, 1);
  });
  metrics.flush();
}

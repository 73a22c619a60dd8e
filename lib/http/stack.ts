import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Logger } from '../telemetry/logger.ts';
import { ROUTES, type Route } from '../telemetry/metric-names.ts';
import type { EmitMetric } from '../telemetry/metrics.ts';
import { HttpError, problemBody } from './problem.ts';

export type HttpEvent = APIGatewayProxyEventV2;
export type HttpAnswer = APIGatewayProxyStructuredResultV2;

/** What every HTTP function shares. */
export interface HttpStackOptions {
  readonly logger: Logger;
  readonly emit: EmitMetric;
}

/**
 * Wraps an HTTP function: errors become problem details, every answer carries its request id, every request is counted
 * by route and status class, and faults that are not the client's are logged in full.
 */
export function httpStack(
  handle: (event: HttpEvent, context: Context) => Promise<HttpAnswer>,
  { logger, emit }: HttpStackOptions,
) {
  return middy<HttpEvent, HttpAnswer, Error, Context>()
    .before(({ context }) => logger.addContext(context))
    .after((request) => {
      request.response = withRequestId(request.response ?? {}, request.event);
      count(request.event, request.response, emit);
    })
    .onError((request) => {
      const { status, body } = problemBody(request.error, requestId(request.event));
      if (status >= 500 && !(request.error instanceof HttpError))
        logger.error('request failed', request.error as Error);
      const extra = request.error instanceof HttpError ? request.error.headers : {};
      const headers = { 'content-type': 'application/problem+json', ...extra };
      request.response = withRequestId({ statusCode: status, headers, body }, request.event);
      count(request.event, request.response, emit);
    })
    .handler(handle);
}

/** A JSON answer. */
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

/** The gateway's id of this request: in every answer and log line. */
export function requestId(event: HttpEvent): string {
  return event.requestContext.requestId;
}

function withRequestId(answer: HttpAnswer, event: HttpEvent): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, 'x-request-id': requestId(event) } };
}

function count(event: HttpEvent, answer: HttpAnswer, emit: EmitMetric): void {
  const route: Route = ROUTES.find((known) => known === event.routeKey) ?? 'other';
  const status = `${Math.floor((answer.statusCode ?? 200) / 100)}xx`;
  emit('requestCount', { route, status }, 1);
  if (status === '5xx') emit('errorCount', { route }, 1);
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ClassifierError, ConfigurationError } from '../../errors.ts';
import { type Clock, systemClock } from '../../freshness.ts';
import type { LambdaHost } from '../lambda/host.ts';
import { EventTooLargeError, TooManyRequestsError } from '../lambda/lambda-errors.ts';
import { Authorizer, type AuthorizerDefinition } from './authorizer.ts';
import { functionResponse, type GatewayResponse, MalformedResponseError } from './function-response.ts';
import { MAX_BODY_BYTES, readBody } from './request-body.ts';
import { type GatewayEvent, newRequestId, requestEvent } from './request-event.ts';
import { type RouteDefinition, type RouteMatch, Router } from './routes.ts';
import { withTimeout } from './with-timeout.ts';

export type { AuthorizerDefinition } from './authorizer.ts';
export type { RouteDefinition } from './routes.ts';

/** "Total combined size of request line and header values: 10240 bytes". */
const MAX_HEADER_BYTES = 10_240;

const KEEP_ALIVE_MS = 75_000;

export interface HttpApiOptions {
  readonly routes: readonly RouteDefinition[];
  readonly invoke: LambdaHost['invoke'];
  /** Called before the functions of the routes that require it. */
  readonly authorizer?: AuthorizerDefinition;
  readonly region?: string;
  readonly accountId: string;
  readonly apiId: string;
  readonly stage?: '$default';
  /** Time limit of a function, after which the client gets a 503. Default 30 s, an HTTP API's maximum. */
  readonly integrationTimeoutMs?: number;
  /** Called with the error when the gateway itself answers 500. */
  onError(error: unknown): void;
  readonly clock?: Clock;
}

/**
 * The gateway's own answers:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const GATEWAY_MESSAGES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/**
 * Creates the HTTP server of an API Gateway HTTP API whose routes are Lambda integrations with payload format
 * 2.0.
 *
 * @throws ConfigurationError naming every invalid route, or the fault of the authorizer
 */
export function createHttpApi(options: HttpApiOptions): Server {
  const api = new HttpApi(options);
  const handle = (request: IncomingMessage, response: ServerResponse) => void api.handle(request, response);
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, handle);
  // Longer than clients keep connections: the server must not close a connection on which a client sends its
  // next request.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('clientError', answerUnreadable);
  // A client that sends `Expect: 100-continue` gets an answer before it sends the body.
  server.on('checkContinue', (request, response) => {
    if (!(Number(request.headers['content-length']) > MAX_BODY_BYTES)) response.writeContinue();
    handle(request, response);
  });
  return server;
}

class HttpApi {
  readonly #options: HttpApiOptions;
  readonly #router: Router;
  readonly #authorizer: Authorizer | undefined;
  readonly #clock: Clock;

  constructor(options: HttpApiOptions) {
    this.#options = options;
    this.#router = new Router(options.routes);
    this.#clock = options.clock ?? systemClock;
    const { authorizer, region = 'us-east-1', accountId, apiId, invoke } = options;
    this.#authorizer =
      authorizer && new Authorizer(authorizer, { region, accountId, apiId }, invoke, this.#clock);
    // A route that requires authorization is never open, even when the authorizer was forgotten.
    if (!authorizer && options.routes.some(({ isAuthorized }) => isAuthorized)) {
      throw new ConfigurationError(['authorizer: expected one, since routes ask for it; it is not set']);
    }
  }

  /** Answers one request; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = newRequestId();
    // A client that disconnects is not a fault of the gateway.
    response.on('error', () => response.destroy());
    try {
      send(request, response, requestId, await this.#answer(request, requestId));
    } catch (error) {
      // The client disconnected while it was sending. Nobody can receive an answer, and nothing was invoked.
      if (request.destroyed && !request.complete) return;
      this.#options.onError(error);
      send(request, response, requestId, gatewayAnswer(500));
    }
  }

  async #answer(request: IncomingMessage, requestId: string): Promise<GatewayResponse> {
    const [path, query] = splitTarget(request.url ?? '/');
    const match = this.#router.match(request.method ?? 'GET', path);
    const bytes = await readBody(request);
    if (match === undefined) return gatewayAnswer(404);
    if (bytes === undefined) return gatewayAnswer(413);
    const event = this.#event(request, match, path, query, bytes, requestId);
    if (event === undefined) return gatewayAnswer(400);
    if (!match.route.isAuthorized) return await this.#callFunction(match.route, event);
    const admission = await this.#authorizer!.admit(event);
    if ('refusal' in admission) return gatewayAnswer(admission.refusal);
    const authorizer = { lambda: admission.context };
    const requestContext = { ...event.requestContext, authorizer };
    return await this.#callFunction(match.route, { ...event, requestContext });
  }

  #event(
    request: IncomingMessage,
    match: RouteMatch,
    path: string,
    query: string,
    bytes: Buffer,
    requestId: string,
  ): GatewayEvent | undefined {
    try {
      return requestEvent(this.#options, {
        request,
        match,
        path,
        query,
        bytes,
        requestId,
        nowMs: this.#clock().wallMs,
      });
    } catch (error) {
      if (error instanceof URIError) return undefined;
      throw error;
    }
  }

  async #callFunction(route: RouteDefinition, event: unknown): Promise<GatewayResponse> {
    const { invoke, integrationTimeoutMs = 30_000 } = this.#options;
    try {
      const result = await withTimeout(invoke(route.functionName, event), integrationTimeoutMs);
      if (result === undefined) return gatewayAnswer(503);
      return result.functionError === undefined ? functionResponse(result.payload) : gatewayAnswer(500);
    } catch (error) {
      // The limit applies to the event, in which the body is escaped or encoded. So less than 6 MB of body
      // fit.
      if (error instanceof EventTooLargeError) return gatewayAnswer(413);
      if (error instanceof TooManyRequestsError) return gatewayAnswer(503, error.detail);
      throw error instanceof MalformedResponseError ? malformedResponse(route, error) : error;
    }
  }
}

function splitTarget(target: string): [string, string] {
  // The absolute form, which proxies receive, begins with the origin.
  const origin = /^https?:\/\/[^/?]*/iu.exec(target)?.[0] ?? '';
  const rest = target.slice(origin.length);
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  return [path === '' ? '/' : path, mark === -1 ? '' : rest.slice(mark + 1)];
}

function malformedResponse({ routeKey, functionName }: RouteDefinition, cause: Error): ClassifierError {
  return new ClassifierError(
    'http_api_response_malformed',
    `${routeKey}: function ${functionName} returned no valid response: ${cause.message}`,
    { cause },
  );
}

/** @param message in place of the gateway's own, where only the laptop can give a reason */
function gatewayAnswer(
  statusCode: keyof typeof GATEWAY_MESSAGES,
  message: string = GATEWAY_MESSAGES[statusCode],
): GatewayResponse {
  const body = JSON.stringify({ message });
  return { statusCode, headers: [['content-type', 'application/json']], body };
}

/**
 * A 204 or 304 has no body and no length. The answer to HEAD has the length of the body that it leaves out.
 */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  { statusCode, headers, body }: GatewayResponse,
): void {
  if (response.destroyed || response.headersSent) return;
  const bodiless = statusCode === 204 || statusCode === 304;
  const length = bodiless ? [] : ['content-length', String(Buffer.byteLength(body))];
  response.writeHead(statusCode, [...headers.flat(), ...length, 'apigw-requestid', requestId]);
  response.end(bodiless || request.method === 'HEAD' ? undefined : body);
}

/** Answers a message that is not HTTP, or whose head is too large, and closes the connection. */
function answerUnreadable(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { statusCode, body } = gatewayAnswer(error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400);
  const reason = GATEWAY_MESSAGES[statusCode as keyof typeof GATEWAY_MESSAGES];
  // After the head of a HEAD answer, a client reads any body as the next answer.
  const isHead = error.rawPacket?.subarray(0, 5).toString('latin1') === 'HEAD ';
  socket.end(
    `HTTP/1.1 ${statusCode} ${reason}\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${isHead ? '' : body}`,
  );
}

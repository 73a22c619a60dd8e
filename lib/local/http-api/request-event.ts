import type { IncomingMessage } from 'node:http';
import { randomText } from '../random-text.ts';
import { isHopByHop } from './hop-by-hop.ts';
import { type EventBody, eventBody } from './request-body.ts';
import type { RouteMatch } from './routes.ts';

/** The API's own id, account and domain. */
export interface GatewayIdentity {
  readonly accountId: string;
  readonly apiId: string;
}

/** The parts of the payload format 2.0 event that the gateway itself reads. */
export interface GatewayEvent {
  readonly version: '2.0';
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext: GatewayRequestContext;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

interface GatewayRequestContext {
  readonly accountId: string;
  readonly apiId: string;
  /** The authorizer's context; absent on routes without an authorizer. */
  readonly authorizer?: { readonly lambda: Readonly<Record<string, unknown>> | null };
  readonly domainName: string;
  readonly domainPrefix: string;
  readonly http: Readonly<Record<'method' | 'path' | 'protocol' | 'sourceIp' | 'userAgent', string>>;
  readonly requestId: string;
  readonly routeKey: string;
  readonly stage: string;
  readonly time: string;
  readonly timeEpoch: number;
}

/** The parts of an event. `path` and `query` are percent-encoded, as sent. */
export interface RequestParts {
  readonly request: IncomingMessage;
  readonly match: RouteMatch;
  readonly path: string;
  readonly query: string;
  readonly bytes: Buffer;
  readonly requestId: string;
  readonly nowMs: number;
}

/**
 * Makes the event of payload format 2.0. Empty fields are left out, as the gateway does. The gateway decodes
 * the path in rawPath and also in requestContext ("API Gateway decodes URL-encoded request parameters before
 * passing them to your backend integration"; seen on AWS: https://github.com/honojs/hono/issues/2156). Only
 * rawQueryString stays as sent.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 *
 * @throws URIError when path or variables are not valid percent-encoding of UTF-8
 */
export function requestEvent(identity: GatewayIdentity, parts: RequestParts): GatewayEvent {
  const { request, match, query, bytes } = parts;
  const rawPath = decoded(parts.path);
  const { headers, cookies } = eventHeaders(request, bytes.length);
  const { variables } = match;
  const { body, isBase64Encoded }: EventBody = eventBody(bytes, headers['content-type']);
  return {
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath,
    rawQueryString: query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(query === '' ? {} : { queryStringParameters: queryParameters(query) }),
    requestContext: requestContext(identity, parts, rawPath, headers),
    ...(variables === undefined || isEmpty(variables) ? {} : { pathParameters: decodedValues(variables) }),
    ...(body === undefined ? {} : { body }),
    isBase64Encoded,
  };
}

function requestContext(
  { accountId, apiId }: GatewayIdentity,
  { request, match, requestId, nowMs }: RequestParts,
  path: string,
  headers: Readonly<Record<string, string>>,
): GatewayRequestContext {
  const domainName = (headers.host ?? 'localhost').replace(/:\d+$/u, '');
  return {
    accountId,
    apiId,
    domainName,
    domainPrefix: domainName.split('.', 1)[0]!,
    http: {
      method: request.method ?? 'GET',
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: sourceIp(request),
      userAgent: headers['user-agent'] ?? '',
    },
    requestId,
    routeKey: match.route.routeKey,
    stage: '$default',
    time: commonLogTime(nowMs),
    timeEpoch: nowMs,
  };
}

/**
 * Header names in lower case, duplicates joined with commas. They are read from rawHeaders, because node:http
 * drops the second of some headers and joins others with a comma and a space. Cookies are moved from the
 * headers into a list.
 */
function eventHeaders(
  request: IncomingMessage,
  bodyBytes: number,
): { headers: Record<string, string>; cookies: string[] } {
  // No prototype: a header may be called __proto__ or constructor.
  const headers: Record<string, string> = Object.create(null);
  const cookies: string[] = [];
  const { rawHeaders } = request;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    if (name === 'cookie')
      cookies.push(
        ...value
          .split(';')
          .map((cookie) => cookie.trim())
          .filter(Boolean),
      );
    else if (!isHopByHop(name)) headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  addForwarded(headers, request);
  if (bodyBytes > 0) headers['content-length'] = String(bodyBytes);
  return { headers, cookies };
}

function addForwarded(headers: Record<string, string>, request: IncomingMessage): void {
  const address = sourceIp(request);
  const before = headers['x-forwarded-for'];
  headers['x-forwarded-for'] = before === undefined ? address : `${before}, ${address}`;
  headers['x-forwarded-port'] = String(request.socket.localPort ?? '');
  headers['x-forwarded-proto'] = 'http';
}

/** A dual-stack socket shows an IPv4 client as ::ffff:a.b.c.d. */
function sourceIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/u, '');
}

/** Keys and values decoded like a form's, with `+` as a space; duplicates joined with commas. */
function queryParameters(query: string): Record<string, string> {
  const parameters: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    parameters[name] = name in parameters ? `${parameters[name]},${value}` : value;
  }
  return parameters;
}

function decoded(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text;
}

function decodedValues(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, decoded(value)]));
}

function isEmpty(values: Readonly<Record<string, string>>): boolean {
  return Object.keys(values).length === 0;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
let lastSecond = -1;
let lastTime = '';

/** `12/Mar/2020:19:03:58 +0000`, computed once a second. */
function commonLogTime(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second === lastSecond) return lastTime;
  const [year, month, day] = new Date(nowMs).toISOString().split(/[-T]/u, 3);
  const time = new Date(nowMs).toISOString().slice(11, 19);
  lastSecond = second;
  lastTime = `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
  return lastTime;
}

/** A request id in the gateway's form: 15 characters of base64 and an equals sign. */
export function newRequestId(): string {
  return randomText(11, 'base64');
}

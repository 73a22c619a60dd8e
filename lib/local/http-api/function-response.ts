import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isHopByHop } from './hop-by-hop.ts';

/** The response to the client. Headers are pairs of name and value, with names in lower case. */
export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer;
}

/**
 * The function's answer is not in payload format 2.0. The message names the part, what was expected and what
 * was found.
 */
export class MalformedResponseError extends Error {}

/** AWS sends this type for an answer with a statusCode and without a content type. */
const DEFAULT_CONTENT_TYPE = 'text/plain; charset=utf-8';

/**
 * Reads a function's result, as JSON text. Without a statusCode the gateway infers one: the whole value
 * becomes the body of a 200 application/json, a string unchanged and any other value as JSON.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 *
 * @throws MalformedResponseError
 */
export function functionResponse(payload: string): GatewayResponse {
  const value: unknown = JSON.parse(payload);
  if (isObject(value) && value.statusCode !== undefined) return formatted(value);
  const body = typeof value === 'string' ? value : payload;
  return { statusCode: 200, headers: [['content-type', 'application/json']], body };
}

function formatted(value: Readonly<Record<string, unknown>>): GatewayResponse {
  const headers = [...headersOf(value.headers), ...cookiesOf(value.cookies)];
  if (!headers.some(([name]) => name === 'content-type'))
    headers.push(['content-type', DEFAULT_CONTENT_TYPE]);
  return {
    statusCode: statusOf(value.statusCode),
    headers,
    body: bodyOf(value.body, value.isBase64Encoded),
  };
}

/** 1xx is not allowed: it announces a response and is not one. */
function statusOf(value: unknown): number {
  const status = typeof value === 'string' && /^\d{3}$/u.test(value) ? Number(value) : value;
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw malformed('statusCode', 'an integer from 200 to 599', value);
}

function headersOf(value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw malformed('headers', 'an object of strings', value);
  return Object.entries(value)
    .map(([name, content]): [string, string] => [name.toLowerCase(), headerText(name, content)])
    .filter(([name]) => !isHopByHop(name) && name !== 'content-length' && name !== 'date');
}

function headerText(name: string, value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') throw malformed(`headers.${name}`, 'a string, a number or a boolean', value);
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw malformed(`headers.${name}`, 'a valid HTTP header', value);
  }
  return value;
}

function cookiesOf(value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw malformed('cookies', 'an array of strings', value);
  return value.map((cookie) => ['set-cookie', headerText('set-cookie', cookie)]);
}

function bodyOf(value: unknown, isBase64Encoded: unknown): string | Buffer {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw malformed('body', 'a string; serialise it with JSON.stringify', value);
  if (isBase64Encoded !== true) return value;
  const bytes = Buffer.from(value, 'base64');
  // Node skips characters that are not base64. A regular expression over megabytes overflows its stack.
  if (unpadded(bytes.toString('base64')) !== unpadded(value))
    throw malformed('body', 'base64, as isBase64Encoded says', value);
  return bytes;
}

const unpadded = (base64: string) =>
  base64.slice(0, base64.endsWith('==') ? -2 : base64.endsWith('=') ? -1 : undefined);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(field: string, expected: string, got: unknown): MalformedResponseError {
  const shown = JSON.stringify(got)?.slice(0, 100) ?? 'nothing';
  return new MalformedResponseError(`${field}: expected ${expected}, got ${shown}`);
}

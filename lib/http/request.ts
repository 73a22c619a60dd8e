import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { HttpError, MAX_FAULTS, type RequestFault } from './problem.ts';
import { notJson, parseStrictJson } from './strict-json.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the JSON body of a request strictly.
 *
 * @param maxBytes the function's own limit on the decoded body
 * @param forms says how to send a body, where its media type is not JSON
 * @throws HttpError 415 for another media type, character set or content coding; 413 above the limit; 400 for
 * a body that is not UTF-8 or not JSON, or that parseStrictJson refuses
 */
export function readJsonBody(
  event: APIGatewayProxyEventV2,
  maxBytes: number,
  forms = 'Send the body as JSON, with "Content-Type: application/json".',
): unknown {
  checkContentCoding(event.headers['content-encoding'] ?? '');
  checkContentType(event.headers['content-type'] ?? '', forms);
  return parseStrictJson(bodyText(event, maxBytes));
}

/** A body may only be sent as it is. Source: RFC 9110, sections 8.4 and 15.5.16. */
function checkContentCoding(contentEncoding: string): void {
  const codings = contentEncoding.split(',').map((coding) => coding.trim().toLowerCase());
  if (codings.every((coding) => coding === '' || coding === 'identity')) return;
  throw new HttpError(
    415,
    'content_encoding',
    'Send the body as it is, not compressed, and without "Content-Encoding".',
    { headers: { 'accept-encoding': 'identity' } },
  );
}

/** A media type that is JSON by name or by suffix (RFC 6839), with or without parameters. */
const JSON_TYPE = /^application\/(?:[\w.!#$&^-]{1,100}\+)?json[ \t]*(?:;|$)/i;
const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*"?([^";\s]*)/i;

function checkContentType(contentType: string, forms: string): void {
  if (!JSON_TYPE.test(contentType)) throw new HttpError(415, 'media_type', forms);
  // JSON is always UTF-8 (RFC 8259, section 8.1). A client that declares another charset would be misread.
  const charset = CHARSET.exec(contentType)?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) {
    throw new HttpError(415, 'media_type', 'Send the body in UTF-8, with "Content-Type: application/json".');
  }
}

/**
 * Reads the JSON body of a request of a protocol that needs no Content-Type. Otherwise as readJsonBody.
 *
 * @param bytes as readBytes returned them
 */
export const parseJsonBytes = (bytes: Buffer): unknown => parseStrictJson(decodedText(bytes));

/**
 * Reads the body of a request, whatever it holds.
 *
 * @throws HttpError 415 for another content coding, 413 above the limit, 400 for invalid base64
 */
export function readBytes(event: APIGatewayProxyEventV2, maxBytes: number): Buffer {
  checkContentCoding(event.headers['content-encoding'] ?? '');
  const body = event.body ?? '';
  const bytes = event.isBase64Encoded ? base64Bytes(body) : Buffer.from(body);
  checkSize(bytes.length, maxBytes);
  return bytes;
}

function bodyText(event: APIGatewayProxyEventV2, maxBytes: number): string {
  const body = event.body ?? '';
  if (event.isBase64Encoded) {
    const bytes = base64Bytes(body);
    checkSize(bytes.length, maxBytes);
    return decodedText(bytes);
  }
  checkSize(Buffer.byteLength(body), maxBytes);
  if (!body.isWellFormed()) throw notJson('it holds half of a surrogate pair');
  return body;
}

function base64Bytes(body: string): Buffer {
  const bytes = Buffer.from(body, 'base64');
  // Node skips invalid base64 without an error. A regular expression over 8 MB would overflow its stack.
  if (bytes.toString('base64') !== body) throw new HttpError(400, 'base64', 'The body is not valid base64.');
  return bytes;
}

/** @throws HttpError 400 `json` for bytes that are not UTF-8 */
export function decodedText(bytes: Uint8Array): string {
  try {
    // The decoder keeps a byte order mark, so the JSON parser refuses it.
    return UTF8.decode(bytes);
  } catch {
    throw notJson(whyNotUtf8(bytes));
  }
}

/** Guesses from the first bytes what a body is that is not UTF-8. */
function whyNotUtf8(bytes: Uint8Array): string {
  const beginning = Buffer.from(bytes.subarray(0, 2)).toString('hex');
  if (beginning === '1f8b') return 'it is compressed with gzip: send it uncompressed';
  if (beginning === 'fffe' || beginning === 'feff') return 'it is UTF-16: send it in UTF-8';
  return 'it is not in UTF-8: send it in UTF-8';
}

function checkSize(sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new HttpError(413, 'body_size', `The body has ${sizeBytes} bytes; the limit is ${maxBytes}.`);
}

/**
 * Checks a value against a zod schema.
 *
 * @throws HttpError 400 with one fault per path, at most MAX_FAULTS
 */
export function validate<T extends z.ZodMiniType>(schema: T, value: unknown): z.infer<T> {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message }));
  throw invalidRequest(faults);
}

/** The error for a request with invalid content. */
export function invalidRequest(faults: readonly RequestFault[]): HttpError {
  const first = faults[0]!;
  return new HttpError(
    400,
    'invalid_request',
    `${first.path === '' ? 'body' : first.path}: ${first.message}`,
    {
      faults: faults.slice(0, MAX_FAULTS),
    },
  );
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`))
    .join('');
}

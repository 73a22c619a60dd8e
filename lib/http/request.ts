import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { HttpError, type RequestFault } from './problem.ts';

/**
 * The JSON body of a request.
 *
 * @param maxBytes the function's own limit on the decoded body.
 * @throws HttpError 415 for another media type, 413 above the limit, 400 for what is no UTF-8 or no JSON.
 */
export function readJsonBody(event: APIGatewayProxyEventV2, maxBytes: number): unknown {
  const mediaType = (event.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType !== 'application/json' && !mediaType.endsWith('+json')) {
    throw new HttpError(415, 'media_type', 'Send the body as JSON, with "Content-Type: application/json".');
  }
  const bytes = bodyBytes(event);
  if (bytes.length > maxBytes) {
    throw new HttpError(413, 'body_size', `The body has ${bytes.length} bytes; the limit is ${maxBytes}.`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // The parser's message quotes the body, so it is not passed on.
    throw new HttpError(400, 'json', 'The body is not valid JSON in UTF-8 (without a byte order mark).');
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function bodyBytes(event: APIGatewayProxyEventV2): Buffer {
  const body = event.body ?? '';
  if (!event.isBase64Encoded) return Buffer.from(body, 'utf8');
  if (!BASE64.test(body)) throw new HttpError(400, 'base64', 'The body is not valid base64.');
  return Buffer.from(body, 'base64');
}

/**
 * Holds a value against a zod schema.
 *
 * @throws HttpError 400 with one fault per path, at most 20 of them.
 */
export function validate<T extends z.ZodMiniType>(schema: T, value: unknown): z.infer<T> {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message }));
  throw invalidRequest(faults);
}

/** The error for a request whose content is not as it should be. */
export function invalidRequest(faults: readonly RequestFault[]): HttpError {
  const first = faults[0]!;
  return new HttpError(
    400,
    'invalid_request',
    `${first.path === '' ? 'body' : first.path}: ${first.message}`,
    {
      faults: faults.slice(0, 20),
    },
  );
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`))
    .join('');
}

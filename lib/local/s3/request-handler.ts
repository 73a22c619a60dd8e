import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { corsHeaders, preflight } from './cors.ts';
import { presignedHeaders } from './presigned-request.ts';
import { parseTarget } from './request-target.ts';
import { operationOf } from './router.ts';
import { S3Error } from './s3-error.ts';
import { type BlobBody, headersOf, type S3Context, type S3Response } from './s3-request.ts';
import { xmlErrorDocument } from './xml.ts';

/** Ids in every answer, and in every event of the change. */
interface RequestIds {
  readonly requestId: string;
  readonly hostId: string;
}

/**
 * Answers one request. A fault that is not the client's goes to `onError`, and the client gets InternalError.
 */
export async function handleRequest(
  context: S3Context,
  message: IncomingMessage,
  response: ServerResponse,
  onError: (error: unknown) => void,
): Promise<void> {
  const ids = {
    requestId: randomBytes(8).toString('hex').toUpperCase(),
    hostId: randomBytes(24).toString('base64'),
  };
  try {
    allowPage(context, message, response);
    await send(context, response, ids, await perform(context, message, ids));
  } catch (error) {
    // The client disconnected: nobody can receive an answer, and there is no fault here.
    if (isBrokenOff(message, response, error)) return;
    if (!(error instanceof S3Error)) onError(error);
    sendError(message, response, ids, error instanceof S3Error ? error : internalError());
  }
}

async function perform(context: S3Context, message: IncomingMessage, ids: RequestIds): Promise<S3Response> {
  const { method = 'GET', url = '/' } = message;
  const target = parseTarget(url, message.headers.host);
  const sent = headersOf(message);
  const { bucket = '', key = '', query } = target;
  if (method === 'OPTIONS') return preflight(context.corsByBucket.get(bucket), sent);
  const headers = presignedHeaders({ method, url, query, headers: sent }, context.now());
  const operation = operationOf(method, target, headers);
  return await operation(context, { bucket, key, query, headers, message, ...ids });
}

/** Lets the page that sent the request read its answer, whatever it will be. */
function allowPage(context: S3Context, message: IncomingMessage, response: ServerResponse): void {
  if (message.headers.origin === undefined) return;
  const { bucket = '' } = parseTarget(message.url ?? '/', message.headers.host);
  const allowed = corsHeaders(context.corsByBucket.get(bucket), message.method, headersOf(message));
  for (const [name, value] of Object.entries(allowed)) response.setHeader(name, value);
}

async function send(
  context: S3Context,
  response: ServerResponse,
  ids: RequestIds,
  answer: S3Response,
): Promise<void> {
  const { status, headers, xml, blobBody } = answer;
  const bodyHeaders = xml === undefined ? emptyHeaders(status) : xmlHeaders(xml);
  response.writeHead(status, { ...idHeaders(ids), ...(blobBody === undefined && bodyHeaders), ...headers });
  if (blobBody === undefined) response.end(xml);
  else await sendBlobs(context, response, blobBody);
}

async function sendBlobs(
  context: S3Context,
  response: ServerResponse,
  { blobs, range }: BlobBody,
): Promise<void> {
  try {
    await pipeline(Readable.from(context.blobs.read(blobs, range), { objectMode: false }), response);
  } finally {
    await context.blobs.release(blobs);
  }
}

/** Once an answer has begun, ending the connection is the only way to report an error. */
function sendError(
  message: IncomingMessage,
  response: ServerResponse,
  ids: RequestIds,
  error: S3Error,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const isBodyless = message.method === 'HEAD' || error.status === 304;
  const xml = isBodyless ? undefined : errorDocument(message, ids, error);
  // Node drains a body that nobody began to read, but not the rest of one: an unread rest would block the
  // connection.
  response.once('finish', () => message.resume());
  response.writeHead(error.status, {
    ...idHeaders(ids),
    ...(xml !== undefined && xmlHeaders(xml)),
    ...error.headers,
  });
  response.end(xml);
}

function errorDocument(message: IncomingMessage, { requestId, hostId }: RequestIds, error: S3Error): string {
  return xmlErrorDocument([
    ['Code', error.s3Code],
    ['Message', error.message],
    ...Object.entries(error.details),
    ['Resource', (message.url ?? '').split('?', 1)[0]],
    ['RequestId', requestId],
    ['HostId', hostId],
  ]);
}

function isBrokenOff(message: IncomingMessage, response: ServerResponse, error: unknown): boolean {
  const isGone = (message.destroyed && !message.complete) || response.destroyed;
  return isGone && error instanceof Error && 'code' in error && CONNECTION_LOST_CODES.has(error.code);
}

const CONNECTION_LOST_CODES: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

function internalError(): S3Error {
  return new S3Error('InternalError', 'We encountered an internal error. Please try again.');
}

function idHeaders({ requestId, hostId }: RequestIds): Record<string, string> {
  return { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId };
}

/** Without a length Node would announce a chunked body, even an empty one. A 204 has no body. */
function emptyHeaders(status: number): Record<string, string> {
  return status === 204 ? {} : { 'content-length': '0' };
}

function xmlHeaders(xml: string): Record<string, string> {
  return { 'content-type': 'application/xml', 'content-length': String(Buffer.byteLength(xml)) };
}

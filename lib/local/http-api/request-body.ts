import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

/** The largest body that an HTTP API takes: 10 MB. */
export const MAX_BODY_BYTES = 10_485_760;

/** A client that goes on sending after its 413 is cut off when it has sent this many times the limit. */
const PATIENCE = 10;

const EMPTY = Buffer.alloc(0);

/** A body as the event carries it. */
export interface EventBody {
  readonly body: string | undefined;
  readonly isBase64Encoded: boolean;
}

/**
 * Reads a body of at most MAX_BODY_BYTES. Resolves with undefined as soon as it is known to be larger; the rest is
 * then drained, so that the client, which may not read before it has sent everything, gets to see its 413.
 *
 * @throws Error when the client breaks off.
 */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  // No body at all: node:http finishes the request by itself once it is answered.
  if (length === undefined && encoding === undefined) return Promise.resolve(EMPTY);
  if (Number(length) > MAX_BODY_BYTES) {
    drain(request, 0);
    return Promise.resolve(undefined);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const onData = (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= MAX_BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      request.off('data', onData);
      drain(request, sizeBytes);
      resolve(undefined);
    };
    request.on('data', onData);
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function drain(request: IncomingMessage, alreadyBytes: number): void {
  let sizeBytes = alreadyBytes;
  request.on('error', () => request.destroy());
  request.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > PATIENCE * MAX_BODY_BYTES) request.destroy();
  });
}

/**
 * Puts a body into the form of the event. The documentation only says that binary content is base64-encoded; measured
 * against AWS (https://github.com/ministackorg/ministack/pull/766, https://github.com/floci-io/floci/issues/2172),
 * text is text/* and application/{json,javascript,xml,graphql}, and only in UTF-8: text/plain; charset=iso-8859-1
 * comes as base64, and so do application/x-www-form-urlencoded, types that end in +json, and no type at all.
 * What calls itself text but is no valid UTF-8 goes as base64 too, because a JSON string cannot carry it unchanged.
 */
export function eventBody(bytes: Buffer, contentType: string | undefined): EventBody {
  if (bytes.length === 0) return { body: undefined, isBase64Encoded: false };
  if (isTextType(contentType) && isUtf8(bytes))
    return { body: bytes.toString('utf8'), isBase64Encoded: false };
  return { body: bytes.toString('base64'), isBase64Encoded: true };
}

const TEXT_TYPE = /^(?:text\/[^;\s]+|application\/(?:json|javascript|xml|graphql))\s*(?:;|$)/iu;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/iu;

function isTextType(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  if (contentType === undefined || !TEXT_TYPE.test(contentType)) return false;
  const charset = CHARSET.exec(contentType)?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8';
}

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

/** The largest body that an HTTP API takes: 10 MB. */
export const MAX_BODY_BYTES = 10_485_760;

/** A client that keeps sending after its 413 is cut off at this many times the limit. */
const MAX_DRAIN_FACTOR = 10;

const EMPTY = Buffer.alloc(0);

/** A body in the form of the event. */
export interface EventBody {
  readonly body: string | undefined;
  readonly isBase64Encoded: boolean;
}

/**
 * Reads a body of at most MAX_BODY_BYTES. Resolves with undefined as soon as the body is known to be larger.
 * The rest is then drained: the client may not read before it has sent everything, and must see its 413.
 *
 * @throws Error when the client disconnects
 */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  // No body: node:http finishes the request itself once it is answered.
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
    if (sizeBytes > MAX_DRAIN_FACTOR * MAX_BODY_BYTES) request.destroy();
  });
}

/**
 * Converts a body into the form of the event. The documentation only says that binary content is
 * base64-encoded. Measured on AWS (https://github.com/ministackorg/ministack/pull/766,
 * https://github.com/floci-io/floci/issues/2172), the gateway treats text/* and
 * application/{json,javascript,xml,graphql} as text, and only in UTF-8. It sends text/plain;
 * charset=iso-8859-1 as base64, and also application/x-www-form-urlencoded, types that end in +json, and
 * bodies without a type. Text that is not valid UTF-8 is sent as base64 too, because a JSON string cannot
 * hold it unchanged.
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

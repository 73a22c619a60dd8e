import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ServiceError } from './service-error.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** A megabyte of gzip can expand to a gigabyte of zeros, so the inflated size is bounded, too. */
const MAX_INFLATED_BYTES = 16 * MAX_BODY_BYTES;

const inflate = promisify(gunzip);

/**
 * Reads a request's body, gzipped or not. Throws a ServiceError above CloudWatch's limit of 1 MB on the wire.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes <= MAX_BODY_BYTES) parts.push(part);
  }
  // The rest was read and dropped. Otherwise a client that is still sending would see a broken connection,
  // not the answer.
  if (sizeBytes > MAX_BODY_BYTES) {
    throw new ServiceError(
      'RequestEntityTooLarge',
      `The request body has ${sizeBytes} bytes, more than ${MAX_BODY_BYTES}.`,
    );
  }
  return (await decode(Buffer.concat(parts), request.headers['content-encoding'])).toString();
}

async function decode(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') {
    throw new ServiceError(
      'SerializationException',
      `Content-Encoding ${encoding} is not supported: send gzip or nothing.`,
    );
  }
  try {
    return await inflate(body, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (cause) {
    const tooLarge = cause instanceof RangeError;
    throw tooLarge
      ? new ServiceError(
          'RequestEntityTooLarge',
          `The request body inflates to more than ${MAX_INFLATED_BYTES} bytes.`,
          { cause },
        )
      : new ServiceError('SerializationException', 'The request body is not valid gzip.', { cause });
  }
}

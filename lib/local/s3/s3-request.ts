import type { IncomingMessage } from 'node:http';
import type { BlobStore } from './blob-store.ts';
import type { ByteRange } from './byte-range.ts';
import type { CorsRule } from './cors-rule.ts';
import type { NotificationRule } from './event-record.ts';
import type { ObjectIndex } from './object-index.ts';
import type { BlobRecord } from './records.ts';

/** The services that operations use. */
export interface S3Context {
  readonly index: ObjectIndex;
  readonly blobs: BlobStore;
  readonly region: string;
  readonly rulesByBucket: ReadonlyMap<string, readonly NotificationRule[]>;
  readonly corsByBucket: ReadonlyMap<string, CorsRule | undefined>;
  readonly now: () => number;
}

/** A request with its parsed target. `bucket` and `key` are empty when the operation has none. */
export interface S3Request {
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly message: IncomingMessage;
  readonly requestId: string;
  readonly hostId: string;
}

/** The bytes of an object in a response. The blobs are retained, and released once they are sent. */
export interface BlobBody {
  readonly blobs: readonly BlobRecord[];
  readonly range: ByteRange;
}

/** The response of an operation: an XML document, bytes of an object, or nothing. */
export interface S3Response {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly xml?: string;
  readonly blobBody?: BlobBody;
}

export type S3Operation = (context: S3Context, request: S3Request) => Promise<S3Response>;

/** A request's headers by lower-case name. */
export type Headers = ReadonlyMap<string, string>;

/** The headers of a request. Values of a repeated header are joined with commas, as in HTTP. */
export function headersOf(message: IncomingMessage): Headers {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(',') : value);
  }
  return headers;
}

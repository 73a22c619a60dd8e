import { BATCH_METADATA } from './batch-metadata.ts';
import { TICKET_METADATA } from './upload-ticket.ts';

/** What a page may do with a bucket. The origins depend on where the system runs. */
export interface BucketCors {
  readonly methods: readonly string[];
  /** In lower case, as browsers name them. */
  readonly allowed_headers: readonly string[];
  readonly exposed_headers: readonly string[];
  readonly max_age_seconds: number;
}

/**
 * What pages of allowed origins may do with the buckets that files are sent to: send one to a signed address,
 * and read which version it became. The other buckets answer no page.
 */
export const BUCKET_CORS = {
  raw: sending(['label', TICKET_METADATA]),
  batches: sending(Object.values(BATCH_METADATA)),
} as const;

function sending(metadata: readonly string[]): BucketCors {
  return {
    methods: ['PUT'],
    allowed_headers: ['content-type', ...metadata.map((name) => `x-amz-meta-${name}`)],
    exposed_headers: ['ETag', 'x-amz-version-id'],
    max_age_seconds: 3600,
  };
}

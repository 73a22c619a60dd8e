import { TICKET_METADATA } from './upload-ticket.ts';

/**
 * What a page of an allowed origin may do with the raw bucket: send a file to a signed address, and read
 * which version it became. The origins depend on where the system runs.
 */
export const RAW_BUCKET_CORS = {
  methods: ['PUT'],
  /** In lower case, as browsers name them. */
  allowed_headers: ['content-type', 'x-amz-meta-label', `x-amz-meta-${TICKET_METADATA}`],
  exposed_headers: ['ETag', 'x-amz-version-id'],
  max_age_seconds: 3600,
} as const;

import { randomBytes } from 'node:crypto';
import type * as z from 'zod/mini';
import type { UploadTicket, uploadRequest } from '../../lib/http/schemas/uploads-api.ts';
import { metadataValue } from '../../lib/storage/metadata-text.ts';
import { contentTypeOf } from '../../lib/storage/raw-files.ts';
import { TICKET_METADATA, TICKET_SECONDS, ticketId } from '../../lib/storage/upload-ticket.ts';
import type { UploadsDependencies } from './dependencies.ts';

/**
 * Signs an address to send one file to: of this key, size, media type and label, for 15 minutes. Nothing is
 * stored until the file arrives.
 */
export async function startUpload(
  model: string,
  key: string,
  request: z.infer<typeof uploadRequest>,
  { rawBucket, presign }: Pick<UploadsDependencies, 'rawBucket' | 'presign'>,
): Promise<UploadTicket> {
  const { size_bytes: sizeBytes, label } = request;
  const nonce = randomBytes(16).toString('base64url');
  const headers = {
    'content-type': request.content_type ?? contentTypeOf(key),
    [`x-amz-meta-${TICKET_METADATA}`]: nonce,
    ...(label === undefined ? {} : { 'x-amz-meta-label': metadataValue(label) }),
  };
  const { url, expires_at } = await presign({
    method: 'PUT',
    at: { bucket: rawBucket, key },
    headers: { ...headers, 'content-length': String(sizeBytes) },
    expiresSeconds: TICKET_SECONDS,
  });
  const issuedSeconds = Date.parse(expires_at) / 1000 - TICKET_SECONDS;
  const id = ticketId({ key, sizeBytes, issuedSeconds, nonce });
  return { id, model, key, method: 'PUT', url, headers, size_bytes: sizeBytes, expires_at };
}

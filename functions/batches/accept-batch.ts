import type * as z from 'zod/mini';
import { RefusedFileError } from '../../lib/errors.ts';
import { HttpError } from '../../lib/http/problem.ts';
import type { BatchAccepted, batchRequest } from '../../lib/http/schemas/batches-api.ts';
import { parseFileKey, rawKeyFor } from '../../lib/names.ts';
import { startBatch } from '../../lib/registry/start-batch.ts';
import { BATCH_METADATA } from '../../lib/storage/batch-metadata.ts';
import { contentTypeOf } from '../../lib/storage/raw-files.ts';
import { TICKET_SECONDS } from '../../lib/storage/upload-ticket.ts';
import { shown } from '../../lib/text-safety.ts';
import { detailOf } from './batch-state.ts';
import type { BatchesDependencies } from './dependencies.ts';

type Request = z.infer<typeof batchRequest>;

/**
 * Starts the batch of a file, or signs an address to send one to.
 *
 * @throws HttpError 400 `file_name` for a name that no table of the model has, 404 `unknown_input`
 */
export async function acceptBatch(
  model: string,
  request: Request,
  deps: BatchesDependencies,
): Promise<BatchAccepted> {
  if (request.input === undefined) return { batch: null, upload: await signUpload(model, request, deps) };
  const { explain, probabilities, format } = request;
  const key = checkedKey('input', model, () => request.input!);
  const version =
    request.version === undefined ? undefined : Number(String(request.version).replace('v', ''));
  const asked = { model, key, version, explain, probabilities, format, retries: true };
  const entry = await startBatch(asked, deps);
  if (entry) return { batch: await detailOf(entry, deps), upload: null };
  const message = `There is no ${shown(key)} in the batches bucket: send it there first.`;
  throw new HttpError(404, 'unknown_input', message);
}

async function signUpload(
  model: string,
  { file_name: name = '', size_bytes: sizeBytes = 0, ...asked }: Request,
  { presign, batchesBucket: bucket }: BatchesDependencies,
): Promise<NonNullable<BatchAccepted['upload']>> {
  const key = checkedKey('file_name', model, () => rawKeyFor(model, name));
  const headers = {
    'content-type': contentTypeOf(key),
    ...Object.fromEntries(
      Object.entries(BATCH_METADATA).flatMap(([choice, name]) => {
        const value = asked[choice as keyof typeof BATCH_METADATA];
        return value === undefined ? [] : [[`x-amz-meta-${name}`, String(value)]];
      }),
    ),
  };
  const { url, expires_at } = await presign({
    method: 'PUT',
    at: { bucket, key },
    headers: { ...headers, 'content-length': String(sizeBytes) },
    expiresSeconds: TICKET_SECONDS,
  });
  return { key, method: 'PUT', url, headers, size_bytes: sizeBytes, expires_at };
}

/** A key of a table of the model. */
function checkedKey(path: 'input' | 'file_name', model: string, key: () => string): string {
  try {
    const found = key();
    const read = parseFileKey(found);
    if (read.model === model && read.kind === 'table') return found;
    throw invalid(path, `expected a table of the model "${model}", got ${shown(found)}`);
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    throw invalid(path, error.fix === undefined ? error.message : `${error.message}; ${error.fix}`);
  }
}

const invalid = (path: string, message: string) =>
  new HttpError(400, 'file_name', message, { faults: [{ path, message }] });

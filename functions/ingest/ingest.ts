import { RefusedFileError } from '../../lib/errors.ts';
import { modelOfRefusedKey, parseRawKey } from '../../lib/names.ts';
import { readingTask } from '../../lib/registry/attempts.ts';
import { endReading, type RawVersion, receiptOf } from '../../lib/registry/end-uploads.ts';
import { type NotBegun, runAttempt } from '../../lib/registry/run-attempt.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { type ContractOutcome, takeContract } from './apply-contract.ts';
import { contractOf } from './contract-in-force.ts';
import type { IngestDependencies } from './dependencies.ts';
import { ingestUpload, type UploadOutcome, wasDoneBefore } from './ingest-upload.ts';
import { isSetRunning } from './set/start-set.ts';
import { nameUpload } from './upload.ts';

/** The result of one object of the raw bucket. */
export type IngestOutcome =
  | UploadOutcome
  | ContractOutcome
  | NotBegun
  /** Of a set that is completed later, or of nothing that counts. */
  | { readonly kind: 'part' | 'beside' };

/**
 * Ingests one created object of the raw bucket. A table is validated; then its data set, its report and,
 * last, its manifest are written. What completes a set starts the state machine that reads it. A contract is
 * checked and applied. A fault of the file is recorded and acknowledged. Only infrastructure faults throw, so
 * that they are retried, three times at most: then the upload has failed. Repeating the call at any point,
 * any number of times, changes nothing.
 */
export async function ingestObject(object: CreatedObject, deps: IngestDependencies): Promise<IngestOutcome> {
  const target = classify(object.key);
  const { kind, model } = target;
  // A part alone is no upload: what completes its set is.
  if (kind === 'part') deps.logger.info('part', { model, key: object.key });
  if (kind === 'part' || kind === 'beside') return { kind };
  const repeatable = {
    work: () => ingest(object, target, deps),
    isDone: () => isDone(model, object, deps),
    recordFailed: (detail: string) => endAsFailed(model, object, detail, deps),
  };
  const task = readingTask(model, object.key, object.versionId ?? null);
  return await runAttempt<IngestOutcome>(task, repeatable, deps);
}

type Target = ReturnType<typeof parseRawKey> | { readonly kind: 'invalid'; readonly error: RefusedFileError };

async function ingest(
  object: CreatedObject,
  target: Target & { readonly model: string },
  deps: IngestDependencies,
): Promise<UploadOutcome | ContractOutcome> {
  const { kind, model } = target;
  if (kind === 'invalid') return await ingestUpload(nameUpload(model, object, null), deps, target.error);
  if (kind === 'contract') return await takeContract(nameUpload(model, object, null), deps);
  return await ingestUpload(nameUpload(model, object, await contractOf(object, model, deps)), deps);
}

function classify(key: string): Target & { readonly model: string } {
  try {
    return parseRawKey(key);
  } catch (error) {
    if (error instanceof RefusedFileError) return { kind: 'invalid', model: modelOfRefusedKey(key), error };
    throw error;
  }
}

const rawVersionOf = (model: string, { key, versionId, eventTime }: CreatedObject): RawVersion => ({
  model,
  key,
  versionId: versionId ?? null,
  createdAt: eventTime,
});

/**
 * Whether an earlier attempt came to an end. False, too, when the bucket is out of reach: that may be why all
 * of them failed.
 */
async function isDone(model: string, object: CreatedObject, deps: IngestDependencies): Promise<boolean> {
  const { uploadId: id, entry } = await receiptOf(deps.table, rawVersionOf(model, object));
  if (entry !== undefined && entry.status !== 'received') return true;
  try {
    if (classify(object.key).kind === 'set' && (await isSetRunning({ model, id }, deps))) return true;
    return await wasDoneBefore({ model, id, object, contract: null }, deps);
  } catch (error) {
    deps.logger.warn('the outputs of an upload cannot be looked for', { error: error as Error });
    return false;
  }
}

async function endAsFailed(
  model: string,
  object: CreatedObject,
  detail: string,
  deps: IngestDependencies,
): Promise<void> {
  const isNew = await endReading(deps.table, rawVersionOf(model, object), { status: 'failed', detail });
  if (isNew) deps.logger.error('failed', { model, key: object.key, detail });
}

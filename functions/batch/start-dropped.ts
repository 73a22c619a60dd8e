import { RefusedFileError } from '../../lib/errors.ts';
import { parseFileKey } from '../../lib/names.ts';
import { startBatch } from '../../lib/registry/start-batch.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import type { BatchDependencies } from './dependencies.ts';

/** What became of an object that was put into the batches bucket. */
export type DropOutcome =
  | { readonly kind: 'started' | 'known' | 'refused'; readonly batch_id: string }
  | { readonly kind: 'contract' | 'gone' }
  | { readonly kind: 'key'; readonly message: string };

/** Starts the batch of an object. A contract is looked for when a file comes. */
export async function startDropped(
  { key, versionId }: CreatedObject,
  deps: BatchDependencies,
): Promise<DropOutcome> {
  const read = readKey(key, deps);
  if (typeof read === 'string') return { kind: 'key', message: read };
  if (read.kind === 'contract') return { kind: 'contract' };
  const { model } = read;
  const entry = await startBatch({ model, key, versionId, retries: false }, deps);
  if (!entry) return { kind: 'gone' };
  const { batch_id, state, reason } = entry;
  if (state === 'refused') {
    deps.logger.warn('batch', { model, key, batch_id, detail: `refused: ${reason}` });
    return { kind: 'refused', batch_id };
  }
  const detail = state === 'running' ? `predicted by v${entry.version}` : `known, and ${state}`;
  deps.logger.info('batch', { model, key, batch_id, detail });
  return { kind: state === 'running' ? 'started' : 'known', batch_id };
}

/** A key that names no table of a model has no place in the registry: the log says why. */
function readKey(key: string, { logger }: BatchDependencies) {
  try {
    return parseFileKey(key);
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    logger.warn('batch', { key, detail: `refused: ${error.message}; ${error.fix}` });
    return error.message;
  }
}

import * as z from 'zod/mini';
import type { RegistryReads } from './item-reads.ts';
import { type UploadEntry, uploadEntry } from './uploads.ts';

/**
 * What says nothing of the newest file: contracts that were applied, and what was deleted before it was read.
 */
const PASSED_OVER: ReadonlySet<string> = new Set(['applied', 'gone']);
const MAX_LOOKED_AT = 10;

/** How an upload ended of which nothing can be trained. */
type Mishap = 'refused' | 'failed' | 'training_failed';

const WORDS: Readonly<Record<Mishap, string>> = {
  refused: 'its newest upload was refused',
  failed: 'its newest upload failed',
  training_failed: 'its newest upload could not be learnt from',
};

/** Why a model's newest upload came to nothing. */
export interface NewestMishap {
  readonly status: Mishap;
  /** `its newest upload was refused: <code>: <message>; <fix>`. */
  readonly words: string;
}

/**
 * Why a model's newest upload was refused or failed. Undefined when it did not. Read from an index, which may
 * lag behind the ledger by a moment.
 */
export async function newestMishap(table: RegistryReads, model: string): Promise<NewestMishap | undefined> {
  const found = (await table.newestByTime(`UPLOADS#${model}`, MAX_LOOKED_AT))
    .map((item) => z.parse(uploadEntry, item))
    .filter(({ status }) => !PASSED_OVER.has(status));
  // S3 gives whole seconds: a file and its reading under a new contract may have the same.
  const newest = found.filter(({ uploaded_at: at }) => at === found[0]?.uploaded_at);
  const mishap = newest.find((entry) => isMishap(entry) && !isReadSince(entry, newest));
  if (!mishap) return undefined;
  const status = mishap.status as Mishap;
  return { status, words: `${WORDS[status]}: ${mishap.detail ?? mishap.key}` };
}

/** The words of newestMishap. */
export const newestRefusal = async (table: RegistryReads, model: string): Promise<string | undefined> =>
  (await newestMishap(table, model))?.words;

const isMishap = ({ status }: UploadEntry) => Object.hasOwn(WORDS, status);

/** Whether the same object was read again, under another contract, and not in vain. */
const isReadSince = ({ key, version_id: version }: UploadEntry, entries: readonly UploadEntry[]) =>
  entries.some((other) => other.key === key && other.version_id === version && !isMishap(other));

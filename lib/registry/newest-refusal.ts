import * as z from 'zod/mini';
import type { RegistryReads } from './item-reads.ts';
import { type UploadEntry, uploadEntry } from './uploads.ts';

/**
 * What says nothing of the newest file: contracts that were applied, and what was deleted before it was read.
 */
const PASSED_OVER: ReadonlySet<string> = new Set(['applied', 'gone']);
const MAX_LOOKED_AT = 10;

/**
 * Why a model's newest upload was refused, in words: `its newest upload was refused: <code>: <message>;
 * <fix>`. Undefined when it was not. Read from an index, which may lag behind the ledger by a moment.
 */
export async function newestRefusal(table: RegistryReads, model: string): Promise<string | undefined> {
  const found = (await table.newestByTime(`UPLOADS#${model}`, MAX_LOOKED_AT))
    .map((item) => z.parse(uploadEntry, item))
    .filter(({ status }) => !PASSED_OVER.has(status));
  // S3 gives whole seconds: a file and its reading under a new contract may have the same.
  const newest = found.filter(({ uploaded_at: at }) => at === found[0]?.uploaded_at);
  const refused = newest.find((entry) => entry.status === 'refused' && !isReadSince(entry, newest));
  if (!refused) return undefined;
  return `its newest upload was refused: ${refused.detail ?? refused.key}`;
}

/** Whether the same object was read again, under another contract, and not refused then. */
const isReadSince = ({ key, version_id: version }: UploadEntry, entries: readonly UploadEntry[]) =>
  entries.some((other) => other.key === key && other.version_id === version && other.status !== 'refused');

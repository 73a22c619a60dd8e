import * as z from 'zod/mini';
import type { RegistryReads } from './item-reads.ts';
import { uploadEntry } from './uploads.ts';

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
  const newest = await table.newestByTime(`UPLOADS#${model}`, MAX_LOOKED_AT);
  const entry = newest
    .map((item) => z.parse(uploadEntry, item))
    .find(({ status }) => !PASSED_OVER.has(status));
  if (entry?.status !== 'refused') return undefined;
  return `its newest upload was refused: ${entry.detail ?? entry.key}`;
}

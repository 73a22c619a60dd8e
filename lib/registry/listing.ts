import * as z from 'zod/mini';
import { DECISION_PREFIX, type DecisionEntry, readDecision } from './decisions.ts';
import { type Item, numberedKey } from './item-reads.ts';
import type { RegistryTable, TablePage } from './table.ts';
import { type UploadEntry, uploadEntry } from './uploads.ts';
import { modelPartition, readVersion, VERSION_PREFIX, type VersionEntry } from './versions.ts';

/** Some entries in order, and whether more follow. */
export interface Listing<T> {
  readonly entries: readonly T[];
  readonly hasMore: boolean;
}

/** The requested part of a log: at most `limit` entries, numbered below `before` if it is given. */
export interface LogWindow {
  readonly limit: number;
  readonly before?: number | undefined;
}

/** The position of an upload in time order. */
export type UploadMoment = Pick<UploadEntry, 'uploaded_at' | 'upload_id'>;

/** Whether a version of the model was registered, or is about to be. */
export async function isKnownModel(table: RegistryTable, model: string): Promise<boolean> {
  return (await table.get('MODELS', model)) !== undefined;
}

/**
 * The models' names, in code-unit order.
 *
 * @param window.after a name; a model of that name need not exist
 */
export async function listModelNames(
  table: RegistryTable,
  window: { readonly limit: number; readonly after?: string | undefined },
): Promise<Listing<string>> {
  return listing(await table.page('MODELS', '', { ...window, order: 'ascending' }), ({ sk }) => sk);
}

/** A model's versions, newest first. */
export async function listVersions(
  table: RegistryTable,
  model: string,
  window: LogWindow,
): Promise<Listing<VersionEntry>> {
  return listing(await logPage(table, model, VERSION_PREFIX, window), readVersion);
}

/** A model's decisions, newest first. */
export async function listDecisions(
  table: RegistryTable,
  model: string,
  window: LogWindow,
): Promise<Listing<DecisionEntry>> {
  return listing(await logPage(table, model, DECISION_PREFIX, window), readDecision);
}

/**
 * A model's uploads, newest first by the time of the upload. They come from an index, which may be slightly
 * older than the ledger.
 *
 * @param window.after the last upload of the previous page
 */
export async function listUploads(
  table: RegistryTable,
  model: string,
  { limit, after }: { readonly limit: number; readonly after?: UploadMoment | undefined },
): Promise<Listing<UploadEntry>> {
  const timePk = `UPLOADS#${model}`;
  const startKey = after && {
    pk: modelPartition(model),
    sk: `UPLOAD#${after.upload_id}`,
    time_pk: timePk,
    time_sk: `${after.uploaded_at}#${after.upload_id}`,
  };
  return listing(await table.pageByTime(timePk, { limit, after: startKey }), (item) =>
    z.parse(uploadEntry, item),
  );
}

function logPage(
  table: RegistryTable,
  model: string,
  prefix: string,
  { limit, before }: LogWindow,
): Promise<TablePage> {
  const after = before === undefined ? undefined : numberedKey(prefix, before);
  return table.page(modelPartition(model), `${prefix}#`, { limit, order: 'descending', after });
}

function listing<T>({ items, hasMore }: TablePage, read: (item: Item) => T): Listing<T> {
  return { entries: items.map(read), hasMore };
}

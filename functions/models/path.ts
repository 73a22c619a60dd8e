import { HttpError } from '../../lib/http/problem.ts';
import { unknownModel } from '../../lib/http/unknown-model.ts';
import { isKnownModel, listUploads } from '../../lib/registry/listing.ts';
import { newestRefusal } from '../../lib/registry/newest-refusal.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getVersion, newestVersion, type VersionEntry } from '../../lib/registry/versions.ts';

/** @throws HttpError 404 when the model is not registered. */
export async function requireModel(table: RegistryTable, model: string): Promise<void> {
  if (await isKnownModel(table, model)) return;
  const { entries } = await listUploads(table, model, { limit: 1 });
  throw unknownModel(model, entries[0], await newestRefusal(table, model));
}

/** @throws HttpError 404 when the model or that version is not registered. */
export async function requireVersion(
  table: RegistryTable,
  model: string,
  version: number,
): Promise<VersionEntry> {
  const entry = await getVersion(table, model, version);
  if (entry) return entry;
  throw await unknownVersion(table, model, version);
}

/** The error for a version that is not registered, or whose model is not registered. */
export async function unknownVersion(
  table: RegistryTable,
  model: string,
  version: number,
): Promise<HttpError> {
  const newest = await newestVersion(table, model);
  if (!newest) await requireModel(table, model);
  const has = newest ? `its newest is v${newest.version}` : 'its first is being trained';
  return new HttpError(404, 'unknown_version', `The model "${model}" has no version ${version}: ${has}.`);
}

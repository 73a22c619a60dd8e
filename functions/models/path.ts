import { HttpError } from '../../lib/http/problem.ts';
import type { HttpEvent } from '../../lib/http/stack.ts';
import { unknownModel } from '../../lib/http/unknown-model.ts';
import { isModelName } from '../../lib/names.ts';
import { isKnownModel, listUploads } from '../../lib/registry/listing.ts';
import { newestRefusal } from '../../lib/registry/newest-refusal.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getVersion, newestVersion, type VersionEntry } from '../../lib/registry/versions.ts';
import { shown } from '../../lib/text-safety.ts';

const VERSION = /^v?([1-9]\d{0,11})$/;

/**
 * The model that the path names.
 *
 * @throws HttpError 404 when it is no valid model name
 */
export function modelOf(event: HttpEvent): string {
  const name = event.pathParameters?.model ?? '';
  if (isModelName(name)) return name;
  throw unknownModel(name);
}

/**
 * The version that the path names, as `3` or `v3`.
 *
 * @throws HttpError 404 for anything else
 */
export function versionOf(event: HttpEvent): number {
  const text = event.pathParameters?.version ?? '';
  const digits = VERSION.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new HttpError(404, 'unknown_version', `There is no version ${shown(text)}: they are called 3 or v3.`);
}

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

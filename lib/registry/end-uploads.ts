import { uploadId } from '../dataset/manifest.ts';
import { receivedUnder } from './receipts.ts';
import type { RegistryTable } from './table.ts';
import { endAcceptedUpload, getUpload, recordUpload, type UploadEntry } from './uploads.ts';

/** One version of a raw object, and when it was created: ISO 8601, UTC. */
export interface RawVersion {
  readonly model: string;
  readonly key: string;
  readonly versionId: string | null;
  readonly createdAt: string;
}

/** How an upload ends that has no verdict. */
export interface Ending {
  readonly status: 'failed' | 'gone';
  readonly detail: string;
}

/** What the ledger knows of a version of a raw object as it was first received. */
export interface Receipt {
  readonly uploadId: string;
  readonly entry: UploadEntry | undefined;
}

/**
 * The upload that a version of a raw object made when it was first received. Without a receipt, it is the one
 * that releases before receipts recorded.
 */
export async function receiptOf(
  table: RegistryTable,
  { model, key, versionId }: Omit<RawVersion, 'createdAt'>,
): Promise<Receipt> {
  const object_id = uploadId(key, versionId, null);
  const contract = await receivedUnder(table, { model, object_id });
  const id = uploadId(key, versionId, contract?.sha256 ?? null);
  return { uploadId: id, entry: await getUpload(table, model, id) };
}

/**
 * Ends the reading of a version of a raw object: that of a contract with what was read again under it.
 *
 * @returns false when the ledger knows better
 */
export async function endReading(table: RegistryTable, object: RawVersion, ending: Ending): Promise<boolean> {
  const { model, key, versionId, createdAt } = object;
  const { uploadId: id, entry } = await receiptOf(table, object);
  const again = entry?.effect?.kind === 'read_again' ? entry.effect.file : null;
  if (again) {
    const known = await getUpload(table, model, again.upload_id);
    const uploaded_at = known?.uploaded_at ?? entry!.uploaded_at;
    await recordUpload(table, { model, ...again, uploaded_at, ...ending });
  }
  const uploaded_at = entry?.uploaded_at ?? createdAt;
  return await recordUpload(table, {
    model,
    upload_id: id,
    key,
    version_id: versionId,
    uploaded_at,
    ...ending,
  });
}

/**
 * Ends an accepted upload whose training gave no verdict.
 *
 * @param manifest names the upload where the ledger has no entry of it
 * @returns false when the ledger knows better
 */
export async function endTraining(
  table: RegistryTable,
  { model, uploadId: id, key, createdAt }: { readonly uploadId: string } & Omit<RawVersion, 'versionId'>,
  ending: Ending,
): Promise<boolean> {
  const entry = await getUpload(table, model, id);
  return await endAcceptedUpload(table, {
    model,
    upload_id: id,
    key: entry?.key ?? key,
    version_id: entry?.version_id ?? null,
    uploaded_at: entry?.uploaded_at ?? createdAt,
    ...ending,
  });
}

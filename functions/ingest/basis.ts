import { type DatasetContract, parseContract } from '../../lib/dataset/contract.ts';
import { NO_MODEL } from '../../lib/names.ts';
import { findChampion } from '../../lib/registry/champion.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { freezeBasis, type UploadBasis } from '../../lib/registry/uploads.ts';
import { headObject, readObject } from '../../lib/storage/objects.ts';
import type { ObjectLocation } from '../../lib/storage/sized-object.ts';
import type { IngestDependencies } from './dependencies.ts';
import { record, type Upload } from './upload.ts';

/**
 * Records the receipt, and with it what beside the file decides the outcome. A contract or champion that changes between two
 * deliveries would otherwise let the slower one put other data under the quicker one's manifest.
 */
export async function receive(upload: Upload, deps: IngestDependencies): Promise<UploadBasis> {
  const basis: UploadBasis = {
    contract_version_id: await contractVersionId(upload, deps),
    feature_order: (await championFeatureOrder(upload.model, deps.table)) ?? null,
  };
  if (await record(deps, upload, upload.source.uploaded_at, { status: 'received', basis })) return basis;
  // Further along already; but where another delivery found the object deleted, nothing was frozen yet.
  return await freezeBasis(deps.table, { model: upload.model, upload_id: upload.id }, basis);
}

function contractLocation({ object, model }: Upload): ObjectLocation {
  return { bucket: object.bucket, key: `${object.key.includes('/') ? `${model}/` : ''}schema.json` };
}

/** `null` in quotes is what S3 calls the version of an object in a bucket that has none. */
async function contractVersionId(upload: Upload, deps: IngestDependencies): Promise<string | null> {
  if (upload.model === NO_MODEL) return null;
  const facts = await headObject(deps.s3, contractLocation(upload));
  return facts ? (facts.versionId ?? 'null') : null;
}

/** The contract that the receipt names; undefined when there was none. @throws RefusedFileError when it is faulty. */
export async function readContract(
  upload: Upload,
  basis: UploadBasis,
  deps: IngestDependencies,
): Promise<DatasetContract | 'deleted' | undefined> {
  const versionId = basis.contract_version_id;
  if (versionId === null) return undefined;
  const bytes = await readObject(deps.s3, { ...contractLocation(upload), versionId });
  return bytes ? parseContract(new TextDecoder().decode(bytes)) : 'deleted';
}

/** The order in which the champion takes features: later uploads keep it, so that array requests keep their meaning. */
async function championFeatureOrder(
  model: string,
  table: RegistryTable,
): Promise<readonly string[] | undefined> {
  const { champion } = await findChampion(table, model);
  const order = champion?.schema.feature_order;
  return Array.isArray(order) ? (order as string[]) : undefined;
}

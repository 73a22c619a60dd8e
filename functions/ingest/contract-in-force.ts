import { uploadId } from '../../lib/dataset/manifest.ts';
import { type DatasetContract, parseContract } from '../../lib/dataset/understand/contract.ts';
import { CONTRACT_NAME, modelFolderOf } from '../../lib/names.ts';
import { type ContractRef, freezeContract, receivedUnder } from '../../lib/registry/receipts.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { contractBytes } from '../../lib/storage/contract-bytes.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { headObject } from '../../lib/storage/objects.ts';
import type { ObjectLocation } from '../../lib/storage/sized-object.ts';
import type { IngestDependencies } from './dependencies.ts';

/**
 * Returns the contract under which an object is read: the one in force when the first delivery of its event
 * asks. A contract may arrive between two deliveries. Without this rule, the slower one could put different
 * data under the manifest of the faster one.
 */
export async function contractOf(
  object: CreatedObject,
  model: string,
  deps: IngestDependencies,
): Promise<ContractRef | null> {
  const received = { model, object_id: uploadId(object.key, object.versionId ?? null, null) };
  const known = await receivedUnder(deps.table, received);
  if (known !== undefined) return known;
  return await freezeContract(deps.table, received, await currentContract(object, deps));
}

async function currentContract(object: CreatedObject, deps: IngestDependencies): Promise<ContractRef | null> {
  for (;;) {
    const at = contractLocation(object);
    const facts = await headObject(deps.s3, at);
    if (!facts) return null;
    const versionId = versionIdOf(facts);
    const bytes = await contractBytes(deps.s3, { ...at, versionId });
    // That version was deleted since. Another version is in force now, or none.
    if (bytes) return { version_id: versionId, sha256: sha256Hex(bytes) };
  }
}

/** In a bucket without versions, S3 calls the version of an object by the text `null`. */
export const versionIdOf = ({ versionId }: { readonly versionId?: string | undefined }) =>
  versionId ?? 'null';

/** Said of an upload whose contract is gone. */
export const CONTRACT_DELETED = (versionId: string) =>
  `Version ${versionId} of schema.json, which held when the file was received, was deleted; upload the file again.`;

/** The key of the contract for an object's model. */
export const contractLocation = ({ bucket, key }: Pick<CreatedObject, 'bucket' | 'key'>): ObjectLocation => ({
  bucket,
  key: `${modelFolderOf(key)}${CONTRACT_NAME}`,
});

/**
 * Returns the contract of that version, or undefined when it was deleted.
 *
 * @throws RefusedFileError when it is faulty
 */
export async function readContract(
  object: CreatedObject,
  versionId: string,
  deps: IngestDependencies,
): Promise<DatasetContract | undefined> {
  const bytes = await contractBytes(deps.s3, { ...contractLocation(object), versionId });
  return bytes && parseContract(bytes);
}

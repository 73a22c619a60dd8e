import { uploadId } from '../../lib/dataset/manifest.ts';
import { parseContract } from '../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { folderOf, isUploadName } from '../../lib/names.ts';
import { type ContractRef, freezeContract } from '../../lib/registry/receipts.ts';
import { type ContractEffect, freezeEffect, getUpload } from '../../lib/registry/uploads.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { contractBytes } from '../../lib/storage/contract-bytes.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { newestObject } from '../../lib/storage/object-keys.ts';
import { headObject } from '../../lib/storage/objects.ts';
import { shown } from '../../lib/text-safety.ts';
import { versionIdOf } from './contract-in-force.ts';
import type { IngestDependencies } from './dependencies.ts';
import { ingestUpload, type UploadOutcome } from './ingest-upload.ts';
import { refuse, wasRefusedBefore } from './refusal.ts';
import { type NamedUpload, OBJECT_DELETED, record, recordGone, sourceOf, type Upload } from './upload.ts';

/** The result of applying a contract. `reading` is the result of reading its model's newest file under it. */
export type ContractOutcome =
  | { readonly kind: 'applied'; readonly effect: ContractEffect['kind']; readonly reading?: UploadOutcome }
  | { readonly kind: 'refused'; readonly code: string; readonly reportKey: string }
  | { readonly kind: 'gone' | 'done_before' };

/**
 * Applies a contract when it arrives. A faulty contract is refused at once, not when the next file comes.
 * Under a good one, the newest file of its model is read again, unless it was received under that contract.
 */
export async function takeContract(named: NamedUpload, deps: IngestDependencies): Promise<ContractOutcome> {
  const entry = await getUpload(deps.table, named.model, named.id);
  if (entry?.status === 'applied' || (await wasRefusedBefore(named, deps))) return { kind: 'done_before' };
  const { object } = named;
  const facts = await headObject(deps.s3, object);
  const bytes = facts && (await contractBytes(deps.s3, object));
  if (!bytes) return await recordGone(named, object.eventTime, OBJECT_DELETED, deps);
  const upload: Upload = { ...named, facts, source: sourceOf(named, facts) };
  await record(deps, upload, facts.lastModified, { status: 'received' });
  try {
    parseContract(bytes);
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return await refuse(upload, error, deps);
  }
  const contract = { version_id: versionIdOf(object), sha256: sha256Hex(bytes) };
  const effect = entry?.effect ?? (await decideEffect(upload, contract, deps));
  const reading = await readAgain(upload, contract, effect, deps);
  const detail = DETAILS[effect.kind](shown(effect.file?.key ?? ''));
  await record(deps, upload, facts.lastModified, { status: 'applied', detail });
  deps.logger.info('applied', { model: upload.model, key: object.key, detail });
  return { kind: 'applied', effect: effect.kind, ...(reading ? { reading } : {}) };
}

const DETAILS: Readonly<Record<ContractEffect['kind'], (file: string) => string>> = {
  superseded: () => 'A newer schema.json holds; it was not applied.',
  no_file: () => 'It holds for the files that follow; the model has none yet.',
  held_already: (file) => `It holds; the newest file, ${file}, was received under the same contract.`,
  read_again: (file) => `It holds; the newest file, ${file}, was read again under it.`,
};

async function decideEffect(
  { object, model, id }: Upload,
  contract: ContractRef,
  deps: IngestDependencies,
): Promise<ContractEffect> {
  return await freezeEffect(
    deps.table,
    { model, upload_id: id },
    await effectOf(object, model, contract, deps),
  );
}

async function effectOf(
  object: CreatedObject,
  model: string,
  contract: ContractRef,
  deps: IngestDependencies,
): Promise<ContractEffect> {
  const { bucket, key } = object;
  const current = await headObject(deps.s3, { bucket, key });
  if (!current || versionIdOf(current) !== contract.version_id) return { kind: 'superseded', file: null };
  const newest = await newestObject(deps.s3, bucket, folderOf(key), isUploadName);
  if (!newest) return { kind: 'no_file', file: null };
  const version = newest.versionId ?? null;
  // This delivery receives a file that no other delivery has received yet. The file's own delivery might have
  // looked for a contract before this one arrived.
  const received = { model, object_id: uploadId(newest.key, version, null) };
  const held = await freezeContract(deps.table, received, contract);
  return {
    kind: held?.sha256 === contract.sha256 ? 'held_already' : 'read_again',
    file: { key: newest.key, version_id: version, upload_id: uploadId(newest.key, version, contract.sha256) },
  };
}

async function readAgain(
  { object, model, source }: Upload,
  contract: ContractRef,
  { kind, file }: ContractEffect,
  deps: IngestDependencies,
): Promise<UploadOutcome | undefined> {
  if (kind !== 'read_again' || !file) return undefined;
  const read = {
    bucket: object.bucket,
    key: file.key,
    versionId: file.version_id ?? undefined,
    sizeBytes: 0,
    sequencer: undefined,
    eventTime: object.eventTime,
  };
  const named = { model, id: file.upload_id, object: read, contract, appliedAt: source.uploaded_at };
  return await ingestUpload(named, deps);
}

import { type SourceRecord, uploadId } from '../../lib/dataset/manifest.ts';
import type { ContractRef } from '../../lib/registry/receipts.ts';
import { recordUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { type ObjectFacts, readObject } from '../../lib/storage/objects.ts';
import { uploadKeys } from '../../lib/storage/upload-keys.ts';
import type { IngestDependencies } from './dependencies.ts';

/**
 * One upload as its notification names it: a version of an object, and the contract under which it is read.
 */
export interface NamedUpload {
  readonly model: string;
  readonly id: string;
  readonly object: CreatedObject;
  readonly contract: ContractRef | null;
  /** When the contract arrived, for a file that is read again under it: ISO 8601, UTC. */
  readonly appliedAt?: string | undefined;
}

/** One upload in progress: what every step needs to know about it. */
export interface Upload extends NamedUpload {
  readonly facts: ObjectFacts;
  readonly source: SourceRecord;
}

export function nameUpload(model: string, object: CreatedObject, contract: ContractRef | null): NamedUpload {
  const id = uploadId(object.key, object.versionId ?? null, contract?.sha256 ?? null);
  return { model, id, object, contract };
}

/**
 * Where an upload came from, before its bytes are read. A file that is read again takes the contract's place
 * in the order of uploads, without a sequencer. Otherwise its version would count as no newer than that of
 * its first reading.
 */
export function sourceOf(
  { object, appliedAt }: Pick<NamedUpload, 'object' | 'appliedAt'>,
  facts: ObjectFacts,
): SourceRecord {
  return {
    bucket: object.bucket,
    key: object.key,
    version_id: object.versionId ?? null,
    size_bytes: facts.sizeBytes,
    sha256: null,
    uploaded_at: appliedAt ?? facts.lastModified,
    sequencer: appliedAt === undefined ? (object.sequencer ?? null) : null,
  };
}

/** The keys of an upload's outputs in the processed bucket. */
export const keysOf = ({ model, id }: NamedUpload) => uploadKeys(model, id);

/** Records the upload's progress in the ledger. Returns false when the upload is already that far. */
export async function record(
  deps: IngestDependencies,
  upload: NamedUpload,
  uploadedAt: string,
  step: Pick<UploadEntry, 'status' | 'detail' | 'basis'>,
): Promise<boolean> {
  return recordUpload(deps.table, {
    model: upload.model,
    upload_id: upload.id,
    key: upload.object.key,
    version_id: upload.object.versionId ?? null,
    ...(upload.object.sequencer === undefined ? {} : { sequencer: upload.object.sequencer }),
    uploaded_at: uploadedAt,
    ...step,
  });
}

export const OBJECT_DELETED = 'The object was deleted before it was read.';

/**
 * An object that was deleted before it was read gets no verdict: another delivery may have opened it earlier
 * and may still commit.
 */
export async function recordGone(
  upload: NamedUpload,
  uploadedAt: string,
  detail: string,
  deps: IngestDependencies,
): Promise<{ readonly kind: 'gone' }> {
  await record(deps, upload, uploadedAt, { status: 'gone', detail });
  deps.logger.warn('gone', { model: upload.model, key: upload.object.key, detail });
  return { kind: 'gone' };
}

/** Reads what this function wrote itself. Undefined when it does not exist. */
export async function readJson<T>(key: string, deps: IngestDependencies): Promise<T | undefined> {
  const bytes = await readObject(deps.s3, { bucket: deps.processedBucket, key });
  return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as T);
}

/** JSON for people to read. Every delivery writes the same bytes. */
export const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

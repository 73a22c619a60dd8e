import { type SourceRecord, uploadId } from '../../lib/dataset/manifest.ts';
import type { ContractRef } from '../../lib/registry/receipts.ts';
import { recordUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { type ObjectFacts, readObject } from '../../lib/storage/objects.ts';
import type { IngestDependencies } from './dependencies.ts';

/**
 * One upload, as its notification names it: a version of an object, and the contract that it is read under.
 */
export interface NamedUpload {
  readonly model: string;
  readonly id: string;
  readonly object: CreatedObject;
  readonly contract: ContractRef | null;
  /** When the contract came, for a file that is read again under it: ISO 8601, UTC. */
  readonly appliedAt?: string | undefined;
}

/** One upload on its way through: what every step needs to know of it. */
export interface Upload extends NamedUpload {
  readonly facts: ObjectFacts;
  readonly source: SourceRecord;
}

export function nameUpload(model: string, object: CreatedObject, contract: ContractRef | null): NamedUpload {
  const id = uploadId(object.key, object.versionId ?? null, contract?.sha256 ?? null);
  return { model, id, object, contract };
}

/**
 * Where an upload came from; its bytes are not read yet. A file that is read again stands where the contract
 * stands in the order of uploads, without a sequencer: else its version would count as no newer than that of
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

/** Where in the processed bucket the outputs of an upload lie. */
export const keysOf = ({ model, id }: NamedUpload) => ({
  data: `${model}/${id}/data.parquet`,
  rejects: `${model}/${id}/rejects.csv`,
  report: `${model}/${id}/report.json`,
  reportPage: `${model}/${id}/report.html`,
  manifest: `${model}/${id}/manifest.json`,
  refusal: `${model}/refused/${id}/report.json`,
  refusedRejects: `${model}/refused/${id}/rejects.csv`,
});

/** Records in the ledger how far the upload has come; false when it is that far already. */
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
 * What is deleted before it is read is no verdict: another delivery, which had opened it before, may still
 * commit.
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

/** What this function wrote itself; undefined when it is not there. */
export async function readJson<T>(key: string, deps: IngestDependencies): Promise<T | undefined> {
  const bytes = await readObject(deps.s3, { bucket: deps.processedBucket, key });
  return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as T);
}

/** JSON as people read it, and as each delivery writes the same. */
export const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

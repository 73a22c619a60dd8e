import type { SourceRecord } from '../../lib/dataset/manifest.ts';
import { recordUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import type { ObjectFacts } from '../../lib/storage/objects.ts';
import type { IngestDependencies } from './dependencies.ts';

/** One upload, as its notification names it. */
export interface NamedUpload {
  readonly model: string;
  readonly id: string;
  readonly object: CreatedObject;
}

/** One upload on its way through: what every step needs to know of it. */
export interface Upload extends NamedUpload {
  readonly facts: ObjectFacts;
  readonly source: SourceRecord;
}

/** Where an upload came from; its bytes are not read yet. */
export function sourceOf(object: CreatedObject, facts: ObjectFacts): SourceRecord {
  return {
    bucket: object.bucket,
    key: object.key,
    version_id: object.versionId ?? null,
    size_bytes: facts.sizeBytes,
    sha256: null,
    uploaded_at: facts.lastModified,
    sequencer: object.sequencer ?? null,
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

/** JSON as people read it, and as each delivery writes the same. */
export const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

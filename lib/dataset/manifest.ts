import * as z from 'zod/mini';
import { canonicalJson } from '../canonical-json.ts';
import { datasetSchema } from '../columns/dataset-schema.ts';
import { sha256Hex } from '../sha256.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const count = z.int().check(z.minimum(0));

/** Where a data set came from: one version of one object in the raw bucket. */
export const sourceRecord = z.strictObject({
  bucket: z.string(),
  key: z.string(),
  version_id: z.nullable(z.string()),
  size_bytes: count,
  /** Of the file's bytes; null when the file was refused before all of it was read. */
  sha256: z.nullable(sha256),
  /** ISO 8601, UTC: S3's Last-Modified. */
  uploaded_at: z.string(),
  /** Orders uploads of the same key; null when the event had none. */
  sequencer: z.nullable(z.string()),
});

export type SourceRecord = z.infer<typeof sourceRecord>;

/** `manifest.json`: put last, it commits a processed upload and triggers its training. */
export const manifestSchema = z.strictObject({
  model: z.string(),
  upload_id: sha256,
  dataset_sha256: sha256,
  source: sourceRecord,
  rows: z.strictObject({ read: count, accepted: count, rejected: count, blank: count }),
  schema: datasetSchema,
  label: z.string(),
  classes: z.array(z.string()),
  /** Keys in the processed bucket. */
  files: z.strictObject({
    data: z.string(),
    rejects: z.string(),
    report: z.string(),
    report_page: z.string(),
  }),
  code_version: z.string(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** `report.json` of a file that was refused as a whole. */
export const refusalSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  line: z.optional(z.int()),
  source: sourceRecord,
});

export type Refusal = z.infer<typeof refusalSchema>;

/** Identifies one version of one raw object: every delivery of its event arrives at the same id. */
export function uploadId(key: string, versionId: string | null): string {
  return sha256Hex(canonicalJson([key, versionId]));
}

import * as z from 'zod/mini';
import { canonicalJson } from '../canonical-json.ts';
import { datasetSchema } from '../columns/dataset-schema.ts';
import { sha256Hex } from '../sha256.ts';
import { refusalReportSchema } from './report.ts';
import {
  IGNORED_REASONS,
  type IngestWarning,
  LABEL_CHOICES,
  type Understood,
  understoodSchema,
  WARNING_CODES,
} from './understand/understood.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const count = z.int().check(z.minimum(0));

/** Origin of a data set: one version of one object in the raw bucket. */
export const sourceRecord = z.strictObject({
  bucket: z.string(),
  key: z.string(),
  version_id: z.nullable(z.string()),
  /** Of a set, that of its parts together. */
  size_bytes: count,
  /** How many files a set has; absent of a single file. */
  parts: z.optional(count),
  /**
   * sha256 of the file's bytes, or of the list of those of a set's parts; null when the file was refused
   * before all of it was read.
   */
  sha256: z.nullable(sha256),
  /**
   * ISO 8601, UTC: S3's Last-Modified. For a file that is read again under a later contract, that of the
   * contract.
   */
  uploaded_at: z.string(),
  /**
   * Orders uploads of the same key; null when the event had none, or when a later contract orders this
   * reading.
   */
  sequencer: z.nullable(z.string()),
});

export type SourceRecord = z.infer<typeof sourceRecord>;

/** The contract under which a file was read. */
const contractRecord = z.strictObject({ version_id: z.string(), sha256 });

const dialectFacts = z.pick(understoodSchema, {
  format: true,
  compression: true,
  encoding: true,
  delimiter: true,
  decimal: true,
  line_end: true,
  header: true,
  skipped_lines: true,
  label: true,
});

/** Summary of what was understood of a file, short enough for every record of a version. */
export const understoodSummary = z.strictObject({
  /** The dialect and the label's name are absent from manifests of releases that did not record them. */
  ...z.partial(dialectFacts).shape,
  label_chosen_by: z.enum(LABEL_CHOICES),
  /** At most 50 of them; report.json has all. */
  ignored: z.array(z.strictObject({ name: z.string(), reason: z.enum(IGNORED_REASONS) })),
  /** The distinct codes. */
  warnings: z.array(z.enum(WARNING_CODES)),
  /** The first 30 features that are written in a way of their own or have texts for gaps. */
  columns: z.optional(understoodSchema.shape.columns),
});

export type UnderstoodSummary = z.infer<typeof understoodSummary>;

/** `manifest.json`: put last, it commits a processed upload and triggers its training. */
export const manifestSchema = z.strictObject({
  model: z.string(),
  upload_id: sha256,
  dataset_sha256: sha256,
  source: sourceRecord,
  /** Null when there was none; absent from manifests of releases that did not record it. */
  contract: z.optional(z.nullable(contractRecord)),
  /** Present when the contract asks that a person promotes. It is no part of the data set. */
  promotion: z.optional(z.literal('by_hand')),
  /** Absent from manifests of releases that did not record it. */
  understood: z.optional(understoodSummary),
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
export const refusalSchema = z.extend(refusalReportSchema, {
  /** Key of the rejected rows in the processed bucket, if the file was refused because of them. */
  rejects: z.optional(z.string()),
  source: sourceRecord,
});

export type Refusal = z.infer<typeof refusalSchema>;

/**
 * Identifies one version of one raw object, read under one contract. Every delivery of its event gives the
 * same id.
 *
 * @param contractSha256 null when there is no contract; the id then depends on the object alone
 */
export function uploadId(key: string, versionId: string | null, contractSha256: string | null): string {
  const parts = contractSha256 === null ? [key, versionId] : [key, versionId, contractSha256];
  return sha256Hex(canonicalJson(parts));
}

/** The key of an upload's manifest in the processed bucket. */
export const manifestKey = (model: string, id: string) => `${model}/${id}/manifest.json`;

/** The upload whose manifest has this key; undefined of any other key. */
export function committedUpload(
  key: string,
): { readonly model: string; readonly uploadId: string } | undefined {
  const [, model, id] = /^([^/]+)\/([0-9a-f]{64})\/manifest\.json$/.exec(key) ?? [];
  return model !== undefined && id !== undefined ? { model, uploadId: id } : undefined;
}

const MAX_IGNORED = 50;
const MAX_COLUMNS = 30;
const MAX_GAPS = 5;
const MAX_NAME_LENGTH = 100;
const MAX_GAP_LENGTH = 30;

/** Summary of what was understood, for a version's record. */
export function summaryOf(understood: Understood, warnings: readonly IngestWarning[]): UnderstoodSummary {
  const { ignored, columns, ...facts } = understood;
  const special = columns.filter(({ written_as, format, gaps }) => written_as ?? format ?? gaps[0]);
  return {
    ...facts,
    label_chosen_by: understood.label.chosen_by,
    ignored: ignored
      .slice(0, MAX_IGNORED)
      .map(({ name, reason }) => ({ name: cut(name, MAX_NAME_LENGTH), reason })),
    warnings: [...new Set(warnings.map(({ code }) => code))],
    columns: special.slice(0, MAX_COLUMNS).map(({ name, gaps, ...column }) => ({
      ...column,
      name: cut(name, MAX_NAME_LENGTH),
      gaps: gaps.slice(0, MAX_GAPS).map((text) => cut(text, MAX_GAP_LENGTH)),
    })),
  };
}

/** The first characters of a text, none of them halved. */
const cut = (text: string, length: number) => [...text].slice(0, length).join('');

import * as z from 'zod/mini';
import { datasetSchema } from '../columns/dataset-schema.ts';
import { columnProfile } from '../columns/kinds.ts';
import type { RefusedFileError } from '../errors.ts';
import { REFUSAL_CODES, REJECTION_CODES } from './csv/codes.ts';
import type { IngestResult } from './ingest-result.ts';
import { partlyUnderstoodSchema, understoodSchema, warningSchema } from './understand/understood.ts';

const rejectionCode = z.enum(REJECTION_CODES);
const count = z.int().check(z.minimum(0));
const rows = z.strictObject({ read: count, accepted: count, rejected: count, blank: count });

/** `report.json` of an accepted file, without the file's origin, which the caller adds. */
export const ingestReportSchema = z.strictObject({
  dataset_sha256: z.string(),
  source_sha256: z.string(),
  size_bytes: count,
  rows,
  label: z.string(),
  classes: z.array(z.strictObject({ label: z.string(), count, share: z.number() })),
  schema: datasetSchema,
  understood: understoodSchema,
  warnings: z.array(warningSchema),
  rejections: z.strictObject({
    /** Rows per code, the most frequent first. */
    by_code: z.array(z.strictObject({ code: rejectionCode, count })),
    /** The first rejected rows; rejects.csv has all of them. */
    examples: z.array(
      z.strictObject({
        /** The part that has the row, in which the line is counted; absent of a single file. */
        part: z.optional(z.string()),
        line: count,
        column: z.string(),
        code: rejectionCode,
        value: z.string(),
      }),
    ),
  }),
  columns: z.array(columnProfile),
  duplicates: z.strictObject({
    duplicate_rows: count,
    conflicting_rows: count,
    exact: z.boolean(),
    sampled_rows: count,
  }),
  /** The parts of a set in their order; absent of a single file. */
  parts: z.optional(
    z.array(z.strictObject({ name: z.string(), size_bytes: count, sha256: z.string(), rows })),
  ),
});

export type IngestReport = z.infer<typeof ingestReportSchema>;

/** Content of report.json and report.html for an accepted file. */
export function ingestReport(result: IngestResult): IngestReport {
  const byCode = Object.entries(result.rejectionsByCode).map(([code, rows]) => ({ code, count: rows }));
  return z.parse(ingestReportSchema, {
    dataset_sha256: result.datasetSha256,
    source_sha256: result.sourceSha256,
    size_bytes: result.sizeBytes,
    rows: result.rows,
    label: result.label,
    classes: result.profile.classes,
    schema: result.schema,
    understood: result.understood,
    warnings: result.warnings,
    rejections: { by_code: byCode.sort((a, b) => b.count - a.count), examples: result.rejectionExamples },
    columns: result.profile.columns,
    duplicates: result.profile.duplicates,
    ...(result.parts === undefined ? {} : { parts: [...result.parts] }),
  });
}

/** Report of a refused file, without the file's origin. */
export const refusalReportSchema = z.strictObject({
  code: z.enum(REFUSAL_CODES),
  message: z.string(),
  line: z.optional(z.int()),
  /** What to change, in the file or in schema.json; null where the message says everything. */
  fix: z.nullable(z.string()),
  /** What was understood before the refusal. */
  understood: partlyUnderstoodSchema,
});

export type RefusalReport = z.infer<typeof refusalReportSchema>;

/** Content of report.json and `check-csv --json` for a refused file. */
export function refusalReport({ code, message, line, fix, understood }: RefusedFileError): RefusalReport {
  return {
    code,
    message,
    ...(line === undefined ? {} : { line }),
    fix: fix ?? null,
    understood: { ...understood },
  };
}

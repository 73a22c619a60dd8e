import * as z from 'zod/mini';
import { datasetSchema } from '../columns/dataset-schema.ts';
import { columnProfile } from '../columns/kinds.ts';
import { REJECTION_CODES } from './csv/codes.ts';
import type { IngestResult } from './ingest-result.ts';

const rejectionCode = z.enum(REJECTION_CODES);
const count = z.int().check(z.minimum(0));
/** `report.json` of an accepted file, but for where the file came from, which its caller adds. */
export const ingestReportSchema = z.strictObject({
  dataset_sha256: z.string(),
  source_sha256: z.string(),
  size_bytes: count,
  rows: z.strictObject({ read: count, accepted: count, rejected: count, blank: count }),
  label: z.string(),
  classes: z.array(z.strictObject({ label: z.string(), count, share: z.number() })),
  schema: datasetSchema,
  warnings: z.array(z.string()),
  rejections: z.strictObject({
    /** How many rows per code, most first. */
    by_code: z.array(z.strictObject({ code: rejectionCode, count })),
    /** The first ones; all are in rejects.csv. */
    examples: z.array(
      z.strictObject({ line: count, column: z.string(), code: rejectionCode, value: z.string() }),
    ),
  }),
  columns: z.array(columnProfile),
  duplicates: z.strictObject({
    duplicate_rows: count,
    conflicting_rows: count,
    exact: z.boolean(),
    sampled_rows: count,
  }),
});

export type IngestReport = z.infer<typeof ingestReportSchema>;

/** What report.json and report.html say of an accepted file. */
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
    warnings: result.warnings,
    rejections: { by_code: byCode.sort((a, b) => b.count - a.count), examples: result.rejectionExamples },
    columns: result.profile.columns,
    duplicates: result.profile.duplicates,
  });
}

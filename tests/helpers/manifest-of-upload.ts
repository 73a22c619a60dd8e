import type { Manifest } from '../../lib/dataset/manifest.ts';

/** What a test says of a manifest; the rest is that of one row of one number. */
export interface ManifestOptions {
  readonly sequencer?: string;
  /** Accepted rows. */
  readonly rows?: number;
}

/** A manifest as ingestion commits it, of an upload that is not there. */
export const manifestOfUpload = (
  model: string,
  uploadId: string,
  { sequencer = '01', rows = 1 }: ManifestOptions = {},
): Manifest => ({
  model,
  upload_id: uploadId,
  dataset_sha256: 'd'.repeat(64),
  source: {
    bucket: 'raw',
    key: `${model}/a.csv`,
    version_id: 'v',
    size_bytes: 1,
    sha256: 'e'.repeat(64),
    uploaded_at: '2026-01-01T00:00:00.000Z',
    sequencer,
  },
  rows: { read: rows, accepted: rows, rejected: 0, blank: 0 },
  schema: {
    columns: [{ name: 'x', type: 'numeric', nullable: false, min: null, max: null }],
    label: 'label',
    feature_order: ['x'],
    missing_tokens: [],
    ignored: [],
  },
  label: 'label',
  classes: ['a', 'b'],
  files: { data: 'd', rejects: 'r', report: 'p', report_page: 'q' },
  code_version: 'test',
});

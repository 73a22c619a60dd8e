import type { VersionEntry } from '../../lib/registry/versions.ts';

const sha = (digit: string) => digit.repeat(64);

/** A version that a trainer could register. Another digit gives another fingerprint. */
export function versionDraft(model: string, digit: string): Omit<VersionEntry, 'version'> {
  return {
    model,
    fingerprint: sha(digit),
    dataset_sha256: sha('a'),
    artifact_sha256: sha('b'),
    artifact_key: `${model}/${sha('b')}.knn`,
    report_key: `${model}/${sha('b')}.report.json`,
    metrics: { macro_f1: 0.9 },
    gate: { passed: true, tests: [] },
    settings: { seed: 42 },
    schema_key: `${model}/${sha('b')}.${sha('f')}.schema.json`,
    schema_sha256: sha('f'),
    request_sha256: sha('e'),
    lineage: { upload_id: sha('c') },
    registered_at: '2026-01-01T00:00:00.000Z',
  };
}

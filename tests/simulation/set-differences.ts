import { isDeepStrictEqual } from 'node:util';
import { RefusedFileError } from '../../lib/errors.ts';
import { type Ingested, ingest } from '../helpers/csv-ingest.ts';
import type { SetOutcome } from './set-world.ts';

/** How what became of a set differs from what one file with its rows becomes; empty when it does not. */
export async function differencesFrom(
  whole: string,
  { entry, manifest, report, data, manifests, fates }: SetOutcome,
): Promise<string[]> {
  const expected = await verdictOn(whole);
  if (expected instanceof RefusedFileError) {
    if (entry.status !== 'refused') return [`expected refused (${expected.code}), got ${entry.status}`];
    const isSame = entry.detail?.startsWith(`${expected.code}: `);
    return [
      ...(isSame ? [] : [`expected a refusal ${expected.code}, got ${entry.detail}`]),
      ...(manifests.length > 0 ? [`a refused set has manifests ${manifests}`] : []),
    ];
  }
  if (entry.status !== 'accepted' || !manifest || !report || !data)
    return [`expected accepted, got ${entry.status}: ${entry.detail}`];
  const { datasetSha256, rows, schema, label, classes, profile, parquet } = expected;
  const pairs: readonly [what: string, wanted: unknown, got: unknown][] = [
    ['dataset sha256', datasetSha256, manifest.dataset_sha256],
    ['rows', rows, manifest.rows],
    ['schema', schema, manifest.schema],
    ['label', label, manifest.label],
    ['classes', [...classes], manifest.classes],
    ['profiles', JSON.parse(JSON.stringify(profile.columns)), report.columns],
    ['duplicates', { ...profile.duplicates }, rekeyed(report.duplicates, profile.duplicates)],
    ['data', Buffer.from(parquet).toString('hex'), Buffer.from(data).toString('hex')],
    ['manifests', fates.completed_again ? 2 : 1, manifests.length],
    ['rows of the parts', rows.read, report.parts?.reduce((sum, part) => sum + part.rows.read, 0)],
  ];
  return pairs.flatMap(([what, wanted, got]) =>
    isDeepStrictEqual(wanted, got)
      ? []
      : [`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`],
  );
}

const rekeyed = (got: object, like: object) => ({ ...like, ...got });

async function verdictOn(whole: string): Promise<Ingested | RefusedFileError> {
  try {
    return await ingest(whole);
  } catch (error) {
    if (error instanceof RefusedFileError) return error;
    throw error;
  }
}

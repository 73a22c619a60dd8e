import * as z from 'zod/mini';
import {
  type ColumnPair,
  type ColumnVerdict,
  columnPairs,
  compareWithBaseline,
} from '../../lib/drift/compare.ts';
import { distributionsOf } from '../../lib/drift/distributions.ts';
import { baselineKey, driftBaseline } from '../../lib/drift/drift-baseline.ts';
import type { PredictionRecord } from '../../lib/drift/prediction-record.ts';
import type { ColumnDrift, DriftReport } from '../../lib/http/schemas/drift.ts';
import type { VersionEntry } from '../../lib/registry/versions.ts';
import { readObject } from '../../lib/storage/objects.ts';
import { firstOf } from '../../lib/text-safety.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { driftBatch } from './drift-batch.ts';
import { HOUR_MS, type PredictionFiles } from './prediction-files.ts';

/**
 * Only the newest records are compared: a change that only more of them could show is too small to act on.
 */
const MAX_RECORDS = 10_000;
const DAY_MS = 24 * HOUR_MS;

/** Both distributions are stored of so many columns, so that a report stays small for any table. */
const DRAWN_COLUMNS = 50;

/**
 * Compares the recent predictions of a model's champion with its baseline. Recent predictions are those in
 * the hours before the newest one, so that the same records give the same report whenever it is made.
 *
 * @returns undefined when the champion made no prediction recently
 */
export async function compareRecent(
  { model, version, artifact_sha256 }: VersionEntry,
  files: PredictionFiles,
  deps: MonitorDependencies,
): Promise<DriftReport | undefined> {
  const { windowHours, minRecords, familyWiseError } = deps.rules;
  const records = await recentRecords(model, version, files, deps);
  const [first, last] = [records[0], records.at(-1)];
  if (!first || !last) return undefined;
  const shared = {
    model,
    version,
    artifact_sha256,
    records: records.length,
    from: first.time,
    to: last.time,
    rules: { window_hours: windowHours, min_records: minRecords, family_wise_error: familyWiseError },
  };
  if (records.length < minRecords)
    return { ...shared, status: 'too_few', summary: tooFew(records.length, minRecords), columns: [] };
  const baseline = await readBaseline(model, artifact_sha256, deps);
  if (!baseline) return { ...shared, status: 'no_baseline', summary: NO_BASELINE, columns: [] };
  const pairs = columnPairs(baseline, driftBatch(records, baseline, minRecords));
  const verdicts = compareWithBaseline(pairs, { familyWiseError, seed: seedOf(last) });
  const columns = withDistributions(verdicts, pairs);
  const drifting = columns.filter((column) => column.drifting);
  const status = drifting.length > 0 ? 'drift' : 'no_drift';
  return { ...shared, status, summary: summaryOf(drifting, columns.length), columns };
}

/** The verdicts with both distributions of the columns that differ most, and of prediction and confidence. */
function withDistributions(verdicts: readonly ColumnVerdict[], pairs: readonly ColumnPair[]): ColumnDrift[] {
  const rank = ({ kind, adjusted_p_value }: ColumnVerdict) => (kind === 'feature' ? adjusted_p_value : -1);
  const drawn = new Set(
    verdicts.toSorted((a, b) => rank(a) - rank(b) || b.distance - a.distance).slice(0, DRAWN_COLUMNS),
  );
  return verdicts.map((verdict, i) => ({
    ...verdict,
    type: pairs[i]!.baseline.type,
    distributions: drawn.has(verdict) ? distributionsOf(pairs[i]!) : null,
  }));
}

/** The champion's newest predictions, oldest first. */
async function recentRecords(
  model: string,
  version: number,
  files: PredictionFiles,
  { rules, now }: MonitorDependencies,
): Promise<PredictionRecord[]> {
  const windowMs = rules.windowHours * HOUR_MS;
  const found: PredictionRecord[] = [];
  let oldestMs = now() - windowMs;
  for (let dayMs = Math.floor(now() / DAY_MS) * DAY_MS; dayMs + DAY_MS > oldestMs; dayMs -= DAY_MS) {
    for (const hourMs of (await files.hoursOf(model, dayMs)).reverse()) {
      if (hourMs + HOUR_MS <= oldestMs || found.length >= MAX_RECORDS) break;
      const records = (await files.read(model, hourMs)).filter((record) => record.version === version);
      const newest = records.at(-1);
      if (found.length === 0 && newest) oldestMs = Date.parse(newest.time) - windowMs;
      found.push(...records.reverse());
    }
    if (found.length >= MAX_RECORDS) break;
  }
  return found
    .slice(0, MAX_RECORDS)
    .filter(({ time }) => Date.parse(time) > oldestMs)
    .reverse();
}

async function readBaseline(model: string, sha256: string, { s3, modelsBucket }: MonitorDependencies) {
  const bytes = await readObject(s3, { bucket: modelsBucket, key: baselineKey(model, sha256) });
  return bytes && z.parse(driftBaseline, JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** 31 random bits of an id: the simulations differ between batches, and are the same for the same batch. */
const seedOf = ({ prediction_id }: PredictionRecord) =>
  Number.parseInt(prediction_id.slice(24, 32), 16) >>> 1;

const NO_BASELINE =
  'nothing to compare with: the artifact has no drift baseline, since it was made before there were any; train on new data, or with another seed';

const tooFew = (records: number, wanted: number) =>
  `nothing is compared with fewer than ${wanted} predictions of this version in the window; there are ${records}`;

function summaryOf(drifting: readonly ColumnDrift[], columns: number): string {
  if (drifting.length === 0) return `none of ${columns} columns differs from the baseline`;
  const named = drifting.map(
    ({ kind, name, test, distance }) =>
      `${kind === 'feature' ? `feature ${JSON.stringify(name)}` : kind} (${test}, ${distance.toFixed(2)})`,
  );
  return `${drifting.length} of ${columns} columns differ from the baseline: ${firstOf(named, (name) => name)}`;
}

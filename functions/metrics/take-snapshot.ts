import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { seriesKeyOf } from '../../lib/telemetry/metric-series.ts';
import { readNewest } from '../../lib/telemetry/read-metric-data.ts';
import { readYearlyTotals } from '../../lib/telemetry/yearly-totals.ts';
import { readModelFacts } from './champions.ts';
import { countedFamilies } from './counted-families.ts';
import { newestGauges, newestSpan } from './newest-gauges.ts';
import type { Snapshot } from './snapshot.ts';

export interface SnapshotSources {
  readonly cloudWatch: CloudWatchClient;
  readonly table: RegistryTable;
  /** The prefix of deployed functions' names. */
  readonly functionPrefix: string;
}

/**
 * Reads the registry and CloudWatch.
 *
 * @param before the previous snapshot: no total is lower than in it
 * @param nowMs milliseconds since the epoch
 */
export async function takeSnapshot(
  { cloudWatch, table, functionPrefix }: SnapshotSources,
  before: Snapshot | undefined,
  nowMs: number,
): Promise<Snapshot> {
  const models = await readModelFacts(table);
  const names = models.map(({ model }) => model);
  const counted = countedFamilies(names, functionPrefix).flatMap(({ series }) => series);
  // Some series are in two families.
  const series = [...new Map(counted.map((each) => [seriesKeyOf(each), each])).values()];
  const gauges = newestGauges(names).flatMap(({ rows }) => rows.map((row) => row.series));
  const [totals, values] = await Promise.all([
    readYearlyTotals(cloudWatch, series, nowMs, before),
    readNewest(cloudWatch, gauges, newestSpan(nowMs)),
  ]);
  const newest = gauges.flatMap((gauge, i) =>
    values[i] === undefined ? [] : [[seriesKeyOf(gauge), values[i]] as const],
  );
  return { ...totals, takenMs: nowMs, newest: Object.fromEntries(newest), models };
}

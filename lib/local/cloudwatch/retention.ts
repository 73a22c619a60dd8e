import { chunksOfSeries, type MetricDatabase } from './database.ts';
import { parseSeriesKey, seriesId } from './series.ts';

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;

/**
 * How long data is available, for each period. Source: "Metrics retention" in the Amazon CloudWatch User
 * Guide.
 */
const RETENTION_TIERS = [
  { periodSeconds: 1, availableSeconds: 3 * 3600 },
  { periodSeconds: MINUTE_SECONDS, availableSeconds: 15 * DAY_SECONDS },
  { periodSeconds: 300, availableSeconds: 63 * DAY_SECONDS },
  { periodSeconds: 3600, availableSeconds: 455 * DAY_SECONDS },
] as const;

/** The age in seconds up to which data can be read with this period. */
export function availableSeconds(periodSeconds: number): number {
  const tiers = RETENTION_TIERS.filter((tier) => periodSeconds % tier.periodSeconds === 0);
  return tiers.at(-1)!.availableSeconds;
}

/** Deletes data that is too old for every period, and the metrics that have no other data. */
export async function expire(database: MetricDatabase, nowMs: number): Promise<void> {
  const cutoffSecond = Math.floor(nowMs / 1000) - availableSeconds(3600);
  for await (const [key, reportedMs] of database.iterator({ gte: 'm!', lt: 'm"' })) {
    const id = seriesId(parseSeriesKey(key.slice(2)));
    await database.clear(chunksOfSeries(id, 0, cutoffSecond));
    if (Number(reportedMs) < cutoffSecond * 1000) await database.batch([{ type: 'del', key }]);
  }
}

import { type Accumulator, createAccumulator } from './accumulators.ts';
import { Chunk } from './chunk.ts';
import { chunksOfSeries, type MetricDatabase, parseChunkKey, readBatches } from './database.ts';
import { availableSeconds } from './retention.ts';
import { type Series, seriesId } from './series.ts';
import type { Statistic } from './statistic-syntax.ts';
import { UNITS, type Unit } from './units.ts';

/** One data point: the start of its period, in seconds since 1970, and the statistic over the period. */
export interface Point {
  readonly second: number;
  readonly value: number;
}

/** The metric and the periods to compute. All times are in seconds since 1970. */
export interface PointRange {
  readonly series: Series;
  /** Only data with this unit; undefined means any unit. */
  readonly unit: Unit | undefined;
  readonly periodSeconds: number;
  /** The start of the first period. */
  readonly startSecond: number;
  /** Exclusive. */
  readonly endSecond: number;
  readonly descending: boolean;
}

/**
 * The start of a query's first period: the query's start time, rounded down to a minute, to 5 minutes when it
 * is over 15 days old, or to an hour when it is over 63 days old. A period shorter than a minute is rounded
 * to the period. Source: GetMetricData, StartTime, in the Amazon CloudWatch API Reference.
 */
export function alignStart(startMs: number, periodSeconds: number, nowMs: number): number {
  const ageSeconds = (nowMs - startMs) / 1000;
  const old = ageSeconds < availableSeconds(300) ? 300 : 3600;
  const step = periodSeconds < 60 ? periodSeconds : ageSeconds < availableSeconds(60) ? 60 : old;
  return Math.floor(startMs / 1000 / step) * step;
}

/** Whether CloudWatch accepts a period of this many seconds. */
export function isPeriod(seconds: number): boolean {
  return [1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0);
}

/** The number of periods in a range: an upper bound of its points. */
export function countPeriods({ startSecond, endSecond, periodSeconds }: PointRange): number {
  return Math.max(0, Math.ceil((endSecond - startSecond) / periodSeconds));
}

/**
 * Computes several statistics of one metric in one pass over its data, which is read as a stream. Periods
 * without data have no point. `fromSecond` resumes at the period that starts there. The pass ends after
 * `limit` periods with data. Data that CloudWatch would no longer have for this period is left out.
 */
export async function computePoints(
  database: MetricDatabase,
  range: PointRange,
  statistics: readonly Statistic[],
  nowMs: number,
  { fromSecond, limit = Number.POSITIVE_INFINITY }: { fromSecond?: number | undefined; limit?: number } = {},
): Promise<Point[][]> {
  const points: Point[][] = statistics.map(() => []);
  let open: OpenPeriod | undefined;
  let periods = 0;
  for await (const entries of readBatches(database, keyRange(range, nowMs, fromSecond))) {
    for (const [key, text] of entries) {
      const { second, unitIndex } = parseChunkKey(key);
      if (range.unit !== undefined && UNITS[unitIndex] !== range.unit) continue;
      const periodStart = second - ((second - range.startSecond) % range.periodSeconds);
      if (open?.second !== periodStart) {
        if (open !== undefined) close(open, points);
        if (periods === limit) return points;
        periods += 1;
        open = { second: periodStart, accumulators: statistics.map(createAccumulator) };
      }
      const chunk = new Chunk(text);
      for (const accumulator of open.accumulators) accumulator.add(chunk);
    }
  }
  if (open !== undefined) close(open, points);
  return points;
}

interface OpenPeriod {
  readonly second: number;
  readonly accumulators: readonly Accumulator[];
}

function close({ second, accumulators }: OpenPeriod, points: readonly Point[][]): void {
  for (const [i, accumulator] of accumulators.entries()) {
    const value = accumulator.result();
    if (value !== undefined) points[i]!.push({ second, value });
  }
}

function keyRange(range: PointRange, nowMs: number, fromSecond: number | undefined) {
  const { startSecond, endSecond, periodSeconds, descending } = range;
  const oldest = nowMs / 1000 - availableSeconds(periodSeconds);
  const expired = Math.max(0, Math.floor((oldest - startSecond) / periodSeconds)) * periodSeconds;
  const first = Math.max(startSecond + expired, (!descending && fromSecond) || 0);
  const last =
    descending && fromSecond !== undefined ? Math.min(endSecond, fromSecond + periodSeconds) : endSecond;
  return { ...chunksOfSeries(seriesId(range.series), first, Math.max(first, last)), reverse: descending };
}

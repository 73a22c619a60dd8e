import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type MetricSeries, seriesKeyOf } from './metric-series.ts';
import { type MetricSpan, readSums } from './read-metric-data.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** An hour or a day counts as complete this long after its end, because metrics arrive some minutes late. */
const SETTLING_MS = 15 * MINUTE_MS;

/** Sums over one span, by series key. */
export interface SpanSums {
  readonly startMs: number;
  readonly endMs: number;
  readonly sums: Readonly<Record<string, number>>;
}

/** Totals since 1 January UTC, and the parts that need not be read again. */
export interface YearlyTotals {
  /** The year of the totals, in UTC. */
  readonly year: number;
  /** Since 1 January, by series key. Never lower than earlier totals of the same year. */
  readonly totals: Readonly<Record<string, number>>;
  /** The sums of the complete days, and of the complete hours after them. */
  readonly settled: { readonly days: SpanSums; readonly hours: SpanSums };
}

/**
 * Totals since 1 January UTC of the current year, merged by maximum with the known totals. They add up sums
 * of whole days, of the hours after these, and of the minutes after those. So CloudWatch still holds every
 * requested period (minutes for 15 days, hours for 455), and the number of points stays small. Days and hours
 * are read once when they are complete. Later data is found when the day ends, because the year is then read
 * again.
 *
 * @param nowMs milliseconds since the epoch. The minute that contains it is included.
 * @param known the result of an earlier call; ignored when it is of another year, so totals start at 0 each
 *   year
 */
export async function readYearlyTotals(
  cloudWatch: CloudWatchClient,
  series: readonly MetricSeries[],
  nowMs: number,
  known?: YearlyTotals,
): Promise<YearlyTotals> {
  const year = yearOf(nowMs);
  const before = known?.year === year ? known : undefined;
  const spans = spansOf(nowMs);
  const days = await settledSums(cloudWatch, series, spans.days, before?.settled.days);
  const hours = await settledSums(cloudWatch, series, spans.hours, before?.settled.hours);
  const minutes = await sumsOf(cloudWatch, series, spans.minutes);
  const totals = { ...before?.totals };
  for (const key of series.map(seriesKeyOf)) {
    const total = (days.sums[key] ?? 0) + (hours.sums[key] ?? 0) + (minutes[key] ?? 0);
    totals[key] = Math.max(total, totals[key] ?? 0);
  }
  return { year, totals, settled: { days, hours } };
}

export const yearOf = (ms: number) => new Date(ms).getUTCFullYear();

function spansOf(nowMs: number): Readonly<Record<'days' | 'hours' | 'minutes', MetricSpan>> {
  const year = Date.UTC(yearOf(nowMs), 0, 1);
  const settledMs = nowMs - SETTLING_MS;
  const today = Math.max(year, Math.floor(settledMs / DAY_MS) * DAY_MS);
  const hour = Math.max(year, Math.floor(settledMs / HOUR_MS) * HOUR_MS);
  const next = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
  return {
    days: { startMs: year, endMs: today, periodSeconds: DAY_MS / 1000 },
    hours: { startMs: today, endMs: hour, periodSeconds: HOUR_MS / 1000 },
    minutes: { startMs: hour, endMs: next, periodSeconds: MINUTE_MS / 1000 },
  };
}

/** The known sums of this very span, plus those of series that were not read then. */
async function settledSums(
  cloudWatch: CloudWatchClient,
  series: readonly MetricSeries[],
  span: MetricSpan,
  known: SpanSums | undefined,
): Promise<SpanSums> {
  const { startMs, endMs } = span;
  const sums = known?.startMs === startMs && known.endMs === endMs ? known.sums : {};
  const missing = series.filter((each) => !Object.hasOwn(sums, seriesKeyOf(each)));
  return { startMs, endMs, sums: { ...sums, ...(await sumsOf(cloudWatch, missing, span)) } };
}

async function sumsOf(
  cloudWatch: CloudWatchClient,
  series: readonly MetricSeries[],
  span: MetricSpan,
): Promise<Record<string, number>> {
  if (span.startMs >= span.endMs || series.length === 0) return {};
  const sums = await readSums(cloudWatch, series, span);
  return Object.fromEntries(series.map((each, i) => [seriesKeyOf(each), sums[i]!]));
}

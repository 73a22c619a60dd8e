import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { METRICS, METRICS_NAMESPACE, type MetricKey, SERVICE } from './metric-names.ts';

/** One series and one statistic of it: `Sum`, `SampleCount`, `TC(:5)`. */
export interface TotalQuery {
  readonly metric: MetricKey;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

/** What GetMetricData takes in one call. */
const QUERIES_PER_CALL = 500;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface Span {
  readonly startMs: number;
  readonly endMs: number;
  readonly periodSeconds: number;
}

/**
 * Totals since 1 January UTC of the current year, in the order of the queries: sums of whole days, then of the hours of
 * today, then of the minutes of this hour, so that every period asked for is one that CloudWatch still holds (minutes for
 * 15 days, hours for 455) and the number of points stays small.
 *
 * @param nowMs milliseconds since the epoch. The minute that it lies in is included.
 */
export async function readYearlyTotals(
  cloudWatch: CloudWatchClient,
  queries: readonly TotalQuery[],
  nowMs: number,
): Promise<number[]> {
  const totals = queries.map(() => 0);
  for (const span of spansOf(nowMs)) {
    for (let first = 0; first < queries.length; first += QUERIES_PER_CALL) {
      const sums = await sumSpan(cloudWatch, queries.slice(first, first + QUERIES_PER_CALL), span);
      sums.forEach((sum, i) => {
        totals[first + i]! += sum;
      });
    }
  }
  return totals;
}

/** When the totals began: their clean yearly reset, as milliseconds since the epoch. */
function epochOf(nowMs: number): number {
  return Date.UTC(new Date(nowMs).getUTCFullYear(), 0, 1);
}

function spansOf(nowMs: number): Span[] {
  const year = epochOf(nowMs);
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const hour = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const next = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
  return [
    { startMs: year, endMs: today, periodSeconds: DAY_MS / 1000 },
    { startMs: today, endMs: hour, periodSeconds: HOUR_MS / 1000 },
    { startMs: hour, endMs: next, periodSeconds: MINUTE_MS / 1000 },
  ].filter(({ startMs, endMs }) => startMs < endMs);
}

async function sumSpan(
  cloudWatch: CloudWatchClient,
  queries: readonly TotalQuery[],
  span: Span,
): Promise<number[]> {
  const sums = queries.map(() => 0);
  let nextToken: string | undefined;
  do {
    const page = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(span.startMs),
        EndTime: new Date(span.endMs),
        MetricDataQueries: queries.map((query, i) => dataQuery(query, i, span.periodSeconds)),
        ...(nextToken ? { NextToken: nextToken } : {}),
      }),
    );
    for (const { Id, Values } of page.MetricDataResults ?? []) {
      sums[Number(Id!.slice(1))]! += (Values ?? []).reduce((sum, value) => sum + value, 0);
    }
    nextToken = page.NextToken;
  } while (nextToken);
  return sums;
}

function dataQuery(
  { metric, dimensions, statistic }: TotalQuery,
  index: number,
  period: number,
): MetricDataQuery {
  const pairs = Object.entries({ service: SERVICE, ...dimensions });
  return {
    Id: `q${index}`,
    MetricStat: {
      Metric: {
        Namespace: METRICS_NAMESPACE,
        MetricName: METRICS[metric].name,
        Dimensions: pairs.map(([Name, Value]) => ({ Name, Value })),
      },
      Period: period,
      Stat: statistic,
    },
  };
}

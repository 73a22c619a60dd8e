import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { MetricSeries } from './metric-series.ts';

/** Whole periods from `startMs` (inclusive) to `endMs` (exclusive), milliseconds since the epoch. */
export interface MetricSpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly periodSeconds: number;
}

/** GetMetricData's limits for one call. */
const QUERIES_PER_CALL = 500;
const POINTS_PER_CALL = 100_800;

/**
 * The sum over a span of each series, in their order; 0 for a series without data.
 *
 * @throws Error when CloudWatch could not compute a series: a part of a sum would look like the whole
 */
export async function readSums(
  cloudWatch: CloudWatchClient,
  series: readonly MetricSeries[],
  span: MetricSpan,
): Promise<number[]> {
  const sums = series.map(() => 0);
  await readAll(cloudWatch, series, span, (index, { Values = [] }) => {
    sums[index]! += Values.reduce((sum, value) => sum + value, 0);
  });
  return sums;
}

/** The newest value in a span of each series, in their order; undefined for a series without data. */
export async function readNewest(
  cloudWatch: CloudWatchClient,
  series: readonly MetricSeries[],
  span: MetricSpan,
): Promise<(number | undefined)[]> {
  const newest = series.map((): { value?: number; atMs: number } => ({ atMs: Number.NEGATIVE_INFINITY }));
  await readAll(cloudWatch, series, span, (index, { Values = [], Timestamps = [] }) => {
    for (const [i, value] of Values.entries()) {
      const atMs = Timestamps[i]?.getTime() ?? Number.NEGATIVE_INFINITY;
      if (atMs > newest[index]!.atMs) newest[index] = { value, atMs };
    }
  });
  return newest.map(({ value }) => value);
}

async function readAll(
  cloudWatch: CloudWatchClient,
  series: readonly MetricSeries[],
  span: MetricSpan,
  take: (index: number, result: MetricDataResult) => void,
): Promise<void> {
  const periods = Math.ceil((span.endMs - span.startMs) / 1000 / span.periodSeconds);
  const perCall = Math.max(1, Math.min(QUERIES_PER_CALL, Math.floor(POINTS_PER_CALL / periods)));
  for (let first = 0; first < series.length; first += perCall) {
    const queries = series.slice(first, first + perCall).map((each, i) => dataQuery(each, i, span));
    await readPages(cloudWatch, queries, span, (index, result) => take(first + index, result));
  }
}

async function readPages(
  cloudWatch: CloudWatchClient,
  queries: MetricDataQuery[],
  { startMs, endMs }: MetricSpan,
  take: (index: number, result: MetricDataResult) => void,
): Promise<void> {
  let nextToken: string | undefined;
  do {
    const page = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(startMs),
        EndTime: new Date(endMs),
        MetricDataQueries: queries,
        ...(nextToken ? { NextToken: nextToken } : {}),
      }),
    );
    for (const result of page.MetricDataResults ?? []) {
      const index = Number(result.Id!.slice(1));
      if (result.StatusCode === 'InternalError' || result.StatusCode === 'Forbidden') {
        const named = JSON.stringify(queries[index]?.MetricStat);
        throw new Error(`CloudWatch answered ${result.StatusCode} for ${named}; the next refresh asks again`);
      }
      take(index, result);
    }
    nextToken = page.NextToken;
  } while (nextToken);
}

function dataQuery(
  { namespace, name, dimensions, statistic }: MetricSeries,
  index: number,
  { periodSeconds }: MetricSpan,
): MetricDataQuery {
  return {
    Id: `q${index}`,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodSeconds,
      Stat: statistic,
    },
  };
}

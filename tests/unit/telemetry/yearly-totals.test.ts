import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { monthlyScrapeDollars } from '../../../lib/deploy/scrape-cost.ts';
import { type MetricSeries, seriesKeyOf } from '../../../lib/telemetry/metric-series.ts';
import { readNewest, readSums } from '../../../lib/telemetry/read-metric-data.ts';
import { readYearlyTotals } from '../../../lib/telemetry/yearly-totals.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const series = (route: string): MetricSeries => ({
  namespace: 'Classifier',
  name: 'RequestCount',
  dimensions: { route },
  statistic: 'Sum',
});
const PREDICT = series('POST /predict');
const KEY = seriesKeyOf(PREDICT);

/** A CloudWatch that stores single values by time, and records its queries. */
function cloudWatch(events: readonly { readonly atMs: number; readonly value: number }[]) {
  const client = new CloudWatchClient({});
  const calls: GetMetricDataCommandInput[] = [];
  mockClient(client)
    .on(GetMetricDataCommand)
    .callsFake((input: GetMetricDataCommandInput) => {
      calls.push(input);
      const inside = events.filter(({ atMs }) => atMs >= +input.StartTime! && atMs < +input.EndTime!);
      return {
        MetricDataResults: input.MetricDataQueries?.map(({ Id }) => ({
          Id,
          Values: inside.map(({ value }) => value),
          Timestamps: inside.map(({ atMs }) => new Date(atMs)),
        })),
      };
    });
  return { client, calls };
}

const periods = (calls: readonly GetMetricDataCommandInput[]) =>
  calls.map((call) => [
    call.StartTime?.toISOString(),
    call.EndTime?.toISOString(),
    call.MetricDataQueries?.[0]?.MetricStat?.Period,
  ]);

describe('readYearlyTotals', () => {
  it('sums whole days, then hours, then minutes, without a gap or an overlap', async () => {
    const everyMinute = Array.from({ length: 3 * 24 * 60 }, (_, i) => ({
      atMs: Date.UTC(2026, 0, 1) + i * MINUTE_MS + 30_000,
      value: 1,
    }));
    const { client, calls } = cloudWatch(everyMinute);
    const { totals } = await readYearlyTotals(client, [PREDICT], Date.UTC(2026, 0, 3, 5, 26, 7));
    expect(periods(calls)).toEqual([
      ['2026-01-01T00:00:00.000Z', '2026-01-03T00:00:00.000Z', 86_400],
      ['2026-01-03T00:00:00.000Z', '2026-01-03T05:00:00.000Z', 3600],
      ['2026-01-03T05:00:00.000Z', '2026-01-03T05:27:00.000Z', 60],
    ]);
    expect(totals[KEY]).toBe(2 * 24 * 60 + 5 * 60 + 27);
  });

  it('reads an hour as minutes and a day as hours until they have settled', async () => {
    const { client, calls } = cloudWatch([]);
    await readYearlyTotals(client, [PREDICT], Date.UTC(2026, 2, 4, 0, 14));
    expect(periods(calls)).toEqual([
      ['2026-01-01T00:00:00.000Z', '2026-03-03T00:00:00.000Z', 86_400],
      ['2026-03-03T00:00:00.000Z', '2026-03-03T23:00:00.000Z', 3600],
      ['2026-03-03T23:00:00.000Z', '2026-03-04T00:15:00.000Z', 60],
    ]);
  });

  it('reads only minutes in the first quarter of an hour of the year', async () => {
    const { client, calls } = cloudWatch([]);
    await readYearlyTotals(client, [PREDICT], Date.UTC(2026, 0, 1, 0, 3));
    expect(periods(calls)).toEqual([['2026-01-01T00:00:00.000Z', '2026-01-01T00:04:00.000Z', 60]]);
  });

  it('reads settled spans once, except for new series', async () => {
    const { client, calls } = cloudWatch([{ atMs: Date.UTC(2026, 0, 2), value: 3 }]);
    const nowMs = Date.UTC(2026, 2, 4, 5, 30);
    const first = await readYearlyTotals(client, [PREDICT], nowMs);
    calls.length = 0;
    const second = await readYearlyTotals(client, [PREDICT, series('new')], nowMs + MINUTE_MS, first);
    expect(calls.map(({ MetricDataQueries }) => MetricDataQueries?.length)).toEqual([1, 1, 2]);
    expect(second.totals).toEqual({ [KEY]: 3, [seriesKeyOf(series('new'))]: 3 });
  });

  it('never falls, and starts again with the year', async () => {
    const lastYear = Date.UTC(2026, 11, 31, 23, 0);
    const events = [{ atMs: lastYear, value: 5 }];
    const { client } = cloudWatch(events);
    const before = await readYearlyTotals(client, [PREDICT], lastYear + MINUTE_MS);
    events[0]!.value = 4;
    const lower = await readYearlyTotals(client, [PREDICT], lastYear + 2 * MINUTE_MS, before);
    expect([before.totals[KEY], lower.totals[KEY]]).toEqual([5, 5]);
    const newYear = await readYearlyTotals(client, [PREDICT], lastYear + 90 * MINUTE_MS, lower);
    expect(newYear).toMatchObject({ year: 2027, totals: { [KEY]: 0 } });
  });

  it('finds late data of a settled hour when the day ends', async () => {
    const nowMs = Date.UTC(2026, 5, 1, 12, 30);
    const events = [{ atMs: nowMs - 2 * HOUR_MS, value: 1 }];
    const { client } = cloudWatch(events);
    let known = await readYearlyTotals(client, [PREDICT], nowMs);
    events.push({ atMs: nowMs - 2 * HOUR_MS, value: 10 });
    known = await readYearlyTotals(client, [PREDICT], nowMs + MINUTE_MS, known);
    expect(known.totals[KEY]).toBe(1);
    known = await readYearlyTotals(client, [PREDICT], nowMs + DAY_MS, known);
    expect(known.totals[KEY]).toBe(11);
  });
});

describe('readSums', () => {
  const span = { startMs: 0, endMs: DAY_MS, periodSeconds: 3600 };

  it('sends at most 500 queries in a call and keeps their order', async () => {
    const { client, calls } = cloudWatch([{ atMs: 0, value: 1 }]);
    const all = Array.from({ length: 1001 }, (_, i) => series(String(i)));
    expect(await readSums(client, all, span)).toEqual(all.map(() => 1));
    expect(calls.map((call) => call.MetricDataQueries?.length)).toEqual([500, 500, 1]);
  });

  it('asks for at most 100,800 points in a call', async () => {
    const { client, calls } = cloudWatch([]);
    const all = Array.from({ length: 500 }, (_, i) => series(String(i)));
    await readSums(client, all, { startMs: 0, endMs: 366 * DAY_MS, periodSeconds: 86_400 });
    expect(calls.map((call) => call.MetricDataQueries?.length)).toEqual([275, 225]);
  });

  it('adds up all pages of an answer', async () => {
    const client = new CloudWatchClient({});
    mockClient(client)
      .on(GetMetricDataCommand)
      .resolvesOnce({ MetricDataResults: [{ Id: 'q0', Values: [1, 2] }], NextToken: 'more' })
      .resolves({ MetricDataResults: [{ Id: 'q0', Values: [4] }] });
    expect(await readSums(client, [PREDICT], span)).toEqual([7]);
  });

  it('fails when CloudWatch could not compute a series, instead of returning a part of the sum', async () => {
    const client = new CloudWatchClient({});
    mockClient(client)
      .on(GetMetricDataCommand)
      .resolves({ MetricDataResults: [{ Id: 'q0', Values: [], StatusCode: 'InternalError' }] });
    await expect(readSums(client, [PREDICT], span)).rejects.toThrow(/InternalError for .*RequestCount/);
  });
});

describe('readNewest', () => {
  it('gives the newest value for any order, and nothing if there is none', async () => {
    const { client } = cloudWatch([
      { atMs: 600_000, value: 2 },
      { atMs: 900_000, value: 3 },
      { atMs: 300_000, value: 1 },
    ]);
    const span = { startMs: 0, endMs: DAY_MS, periodSeconds: 300 };
    expect(await readNewest(client, [PREDICT], span)).toEqual([3]);
    expect(await readNewest(client, [PREDICT], { ...span, endMs: 300_000 })).toEqual([undefined]);
  });
});

describe('monthlyScrapeDollars', () => {
  it('counts, for each of 30 days, one read of every series per refresh, per hour and per day', () => {
    expect(monthlyScrapeDollars(100, 60)).toBeCloseTo(30 * (1440 + 25) * 100 * 0.00001, 10);
    expect(monthlyScrapeDollars(100, 300)).toBeCloseTo(30 * (288 + 25) * 100 * 0.00001, 10);
  });
});

import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { readYearlyTotals, type TotalQuery } from '../../lib/telemetry/yearly-totals.ts';

const query = (route: string): TotalQuery => ({
  metric: 'requestCount',
  dimensions: { route, status: '2xx' },
  statistic: 'Sum',
});

function recorded(answer: (input: GetMetricDataCommandInput) => number) {
  const client = new CloudWatchClient({});
  const calls: GetMetricDataCommandInput[] = [];
  mockClient(client)
    .on(GetMetricDataCommand)
    .callsFake((input: GetMetricDataCommandInput) => {
      calls.push(input);
      return {
        MetricDataResults: input.MetricDataQueries?.map(({ Id }) => ({ Id, Values: [answer(input)] })),
      };
    });
  return { client, calls };
}

const periods = (calls: GetMetricDataCommandInput[]) =>
  calls.map((call) => [
    call.StartTime?.toISOString(),
    call.EndTime?.toISOString(),
    call.MetricDataQueries?.[0]?.MetricStat?.Period,
  ]);

describe('readYearlyTotals', () => {
  it('sums whole days, then hours, then minutes, without a gap or an overlap', async () => {
    const { client, calls } = recorded(({ MetricDataQueries }) => MetricDataQueries![0]!.MetricStat!.Period!);
    const totals = await readYearlyTotals(client, [query('POST /predict')], Date.UTC(2026, 2, 4, 5, 6, 7));
    expect(periods(calls)).toEqual([
      ['2026-01-01T00:00:00.000Z', '2026-03-04T00:00:00.000Z', 86_400],
      ['2026-03-04T00:00:00.000Z', '2026-03-04T05:00:00.000Z', 3600],
      ['2026-03-04T05:00:00.000Z', '2026-03-04T05:07:00.000Z', 60],
    ]);
    expect(totals).toEqual([86_400 + 3600 + 60]);
  });

  it('asks for no empty range in the first minute of the year', async () => {
    const { client, calls } = recorded(() => 1);
    await readYearlyTotals(client, [query('other')], Date.UTC(2026, 0, 1));
    expect(periods(calls)).toEqual([['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z', 60]]);
  });

  it('sends at most 500 queries in a call and keeps their order', async () => {
    const { client, calls } = recorded(() => 1);
    const totals = await readYearlyTotals(
      client,
      Array.from({ length: 1001 }, (_, i) => query(String(i))),
      Date.UTC(2026, 0, 1),
    );
    expect(calls.map((call) => call.MetricDataQueries?.length)).toEqual([500, 500, 1]);
    expect(totals).toEqual(Array.from({ length: 1001 }, () => 1));
  });

  it('adds up all pages of an answer', async () => {
    const client = new CloudWatchClient({});
    mockClient(client)
      .on(GetMetricDataCommand)
      .resolvesOnce({ MetricDataResults: [{ Id: 'q0', Values: [1, 2] }], NextToken: 'more' })
      .resolves({ MetricDataResults: [{ Id: 'q0', Values: [4] }] });
    expect(await readYearlyTotals(client, [query('other')], Date.UTC(2026, 0, 1))).toEqual([7]);
  });
});

import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { costSoFar } from '../../../../functions/metrics/costs.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 3, 20);

/** A CloudWatch that counted so much of each metric of each function, by `<function> <metric>`. */
function counted(sums: Readonly<Record<string, number>>) {
  const cloudWatch = new CloudWatchClient({});
  const calls: { start: Date; end: Date; period: number }[] = [];
  mockClient(cloudWatch)
    .on(GetMetricDataCommand)
    .callsFake(({ StartTime, EndTime, MetricDataQueries }) => {
      calls.push({ start: StartTime, end: EndTime, period: MetricDataQueries[0].MetricStat.Period });
      return {
        MetricDataResults: MetricDataQueries.map(
          ({ Id, MetricStat: { Metric } }: { Id: string; MetricStat: { Metric: MetricOf } }) => {
            const value = sums[`${Metric.Dimensions[0]!.Value} ${Metric.MetricName}`];
            return { Id, StatusCode: 'Complete', Values: value === undefined ? [] : [value] };
          },
        ),
      };
    });
  return { cloudWatch, calls };
}

interface MetricOf {
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Value: string }[];
}

describe('costSoFar', () => {
  it('reads the hours of the month, the one that passes included', async () => {
    const { cloudWatch, calls } = counted({});
    const costs = await costSoFar({ cloudWatch, functionPrefix: '' }, NOW_MS);
    expect(calls).toEqual([
      { start: new Date(Date.UTC(2026, 10, 1)), end: new Date(Date.UTC(2026, 10, 30, 4)), period: 3600 },
    ]);
    expect(costs).toMatchObject({ from: '2026-11-01T00:00:00.000Z', to: '2026-11-30T03:20:00.000Z' });
    expect([costs.total, costs.lines]).toEqual([0, []]);
    expect(costs.left_out.length).toBeGreaterThan(0);
  });

  it('computes lines that add up to the total, from milliseconds and calls of deployed functions', async () => {
    const sums = {
      'demo-predict Invocations': 3e6,
      'demo-predict Duration': 3e7,
      'predict Invocations': 9e9,
    };
    const { cloudWatch } = counted(sums);
    const { lines, total } = await costSoFar({ cloudWatch, functionPrefix: 'demo-' }, NOW_MS);
    expect(lines.find(({ what }) => what === 'API requests')).toMatchObject({ units: 3e6, amount: 3 });
    expect(lines.find(({ what }) => what.startsWith('predict: time'))!.units).toBeCloseTo(
      3e4 * (1769 / 1024),
    );
    expect(total).toBeCloseTo(lines.reduce((sum, { units, price }) => sum + units * price, 0));
  });
});

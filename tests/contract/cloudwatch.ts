import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListMetricsCommand,
  type MetricDataQuery,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MINUTE_MS = 60_000;

/**
 * CloudWatch as this project uses it, through the AWS SDK. Every assertion follows AWS's documentation.
 * Assertions on distributions can be left out for an endpoint that does not compute percentiles. Source: the
 * Amazon CloudWatch API Reference and "CloudWatch statistics definitions" in its User Guide.
 */
export function describeCloudWatchContract(
  getEndpoint: () => string,
  { distributionStatistics }: { distributionStatistics: boolean },
): void {
  describe('CloudWatch', () => {
    let client: CloudWatchClient;
    // A whole hour in the recent past, so that it does not cut any period of a test.
    const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 2 * 3_600_000);
    const at = (minutes: number, seconds = 0) =>
      new Date(hour.getTime() + minutes * MINUTE_MS + seconds * 1000);
    let namespaces = 0;
    const freshNamespace = () => `Contract/${process.pid}-${Date.now()}-${++namespaces}`;

    beforeAll(() => {
      client = new CloudWatchClient({
        endpoint: getEndpoint(),
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
    });
    afterAll(() => client.destroy());

    const put = (namespace: string, ...data: Partial<MetricDatum>[]) =>
      client.send(
        new PutMetricDataCommand({
          Namespace: namespace,
          MetricData: data.map((datum) => ({
            MetricName: metricOf(namespace),
            Dimensions: ROUTE,
            Timestamp: at(5, 7),
            ...datum,
          })),
        }),
      );

    const get = async (
      namespace: string,
      stats: readonly string[],
      options: Partial<GetMetricDataCommandInput> = {},
    ) => {
      const queries = stats.map((stat, i) => query(`q${i}`, namespace, stat));
      const input = { StartTime: at(0), EndTime: at(60), MetricDataQueries: queries, ...options };
      const { MetricDataResults = [] } = await client.send(new GetMetricDataCommand(input));
      return MetricDataResults;
    };
    const valuesOf = async (namespace: string, stats: readonly string[]) =>
      (await get(namespace, stats)).map(({ Values }) => Values);

    describe('PutMetricData and GetMetricData', () => {
      it('returns Sum, Average, Minimum, Maximum and SampleCount of single values', async () => {
        const namespace = freshNamespace();
        await put(namespace, { Value: 1, Unit: 'Milliseconds' }, { Value: 2.5, Unit: 'Milliseconds' });
        await put(namespace, { Value: 4.5, Unit: 'Milliseconds' });
        expect(await valuesOf(namespace, SUMMARY)).toEqual([[8], [8 / 3], [1], [4.5], [3]]);
      });

      it('counts each of Values as many times as Counts says', async () => {
        const namespace = freshNamespace();
        await put(namespace, { Values: [10, 20, 40], Counts: [3, 2, 1] });
        expect(await valuesOf(namespace, SUMMARY)).toEqual([[110], [110 / 6], [10], [40], [6]]);
      });

      it('aggregates statistic sets with single values', async () => {
        const namespace = freshNamespace();
        await put(namespace, { StatisticValues: { SampleCount: 4, Sum: 20, Minimum: 2, Maximum: 9 } });
        await put(namespace, { StatisticValues: { SampleCount: 1, Sum: 12, Minimum: 12, Maximum: 12 } });
        expect(await valuesOf(namespace, SUMMARY)).toEqual([[32], [32 / 5], [2], [12], [5]]);
      });

      it('stores zero and negative values', async () => {
        const namespace = freshNamespace();
        await put(namespace, { Value: 0 }, { Value: -1.5 });
        expect(await valuesOf(namespace, SUMMARY)).toEqual([[-1.5], [-0.75], [-1.5], [0], [2]]);
      });

      it('loses no value of concurrent requests', async () => {
        const namespace = freshNamespace();
        await Promise.all(Array.from({ length: 40 }, (_, i) => put(namespace, { Value: i })));
        expect(await valuesOf(namespace, ['Sum', 'SampleCount'])).toEqual([[780], [40]]);
      });

      it('returns one point per period with data, at the start of the period', async () => {
        const namespace = freshNamespace();
        await put(
          namespace,
          { Timestamp: at(0, 59), Value: 1 },
          { Timestamp: at(1), Value: 2 },
          { Timestamp: at(9), Value: 4 },
        );
        const [result] = await get(namespace, ['Sum'], { ScanBy: 'TimestampAscending' });
        expect(result!.Timestamps).toEqual([at(0), at(1), at(9)]);
        expect(result!.Values).toEqual([1, 2, 4]);
        expect(result!.StatusCode).toBe('Complete');
      });

      it('aggregates longer periods', async () => {
        const namespace = freshNamespace();
        await put(
          namespace,
          { Timestamp: at(0), Value: 1 },
          { Timestamp: at(4, 59), Value: 2 },
          { Timestamp: at(5), Value: 4 },
        );
        const results = await get(namespace, [], {
          ScanBy: 'TimestampAscending',
          MetricDataQueries: [query('five', namespace, 'Sum', 300), query('hour', namespace, 'Sum', 3600)],
        });
        expect(results.map(({ Id, Timestamps, Values }) => ({ Id, Timestamps, Values }))).toEqual([
          { Id: 'five', Timestamps: [at(0), at(5)], Values: [3, 4] },
          { Id: 'hour', Timestamps: [at(0)], Values: [7] },
        ]);
      });

      it('returns the newest points first by default', async () => {
        const namespace = freshNamespace();
        await put(namespace, { Timestamp: at(1), Value: 1 }, { Timestamp: at(2), Value: 2 });
        const [descending] = await get(namespace, ['Sum']);
        expect(descending!.Values).toEqual([2, 1]);
        expect(descending!.Timestamps).toEqual([at(2), at(1)]);
      });

      it('includes StartTime and excludes EndTime', async () => {
        const namespace = freshNamespace();
        await put(
          namespace,
          { Timestamp: at(9), Value: 1 },
          { Timestamp: at(10), Value: 2 },
          { Timestamp: at(20), Value: 4 },
        );
        const [result] = await get(namespace, ['Sum'], { StartTime: at(10), EndTime: at(20) });
        expect(result!.Values).toEqual([2]);
      });

      it('returns no points for a metric without data', async () => {
        const [result] = await get(freshNamespace(), ['Sum']);
        expect(result).toMatchObject({ Id: 'q0', Values: [], Timestamps: [], StatusCode: 'Complete' });
      });

      it('keeps metrics with different dimensions apart, in any order of the dimensions', async () => {
        const namespace = freshNamespace();
        const other = [...ROUTE.slice(0, 1), { Name: 'status', Value: '5xx' }];
        await put(
          namespace,
          { Value: 1 },
          { Value: 2, Dimensions: [...ROUTE].reverse() },
          { Value: 4, Dimensions: other },
        );
        await put(namespace, { Value: 8, Dimensions: ROUTE.slice(0, 1) });
        expect(await valuesOf(namespace, ['Sum'])).toEqual([[3]]);
      });

      it('returns only data of the requested unit', async () => {
        const namespace = freshNamespace();
        await put(namespace, { Value: 1, Unit: 'Count' }, { Value: 2, Unit: 'Seconds' });
        const inSeconds = query('seconds', namespace, 'Sum', 60, 'Seconds');
        const inBytes = query('bytes', namespace, 'Sum', 60, 'Bytes');
        const results = await get(namespace, [], { MetricDataQueries: [inSeconds, inBytes] });
        expect(results.map(({ Values }) => Values)).toEqual([[2], []]);
      });

      it('answers 500 queries, with their labels, and leaves out those with ReturnData false', async () => {
        const namespace = freshNamespace();
        await put(namespace, { Value: 3 });
        const queries = Array.from({ length: 500 }, (_, i) => ({
          ...query(`id_${i}`, namespace, 'Sum'),
          Label: `label ${i}`,
          ReturnData: i !== 7,
        }));
        const results = await get(namespace, [], { MetricDataQueries: queries });
        expect(results).toHaveLength(499);
        expect(results.at(-1)).toMatchObject({ Id: 'id_499', Label: 'label 499', Values: [3] });
      });

      it('refuses Values and Counts of different sizes, and stores nothing of the request', async () => {
        const namespace = freshNamespace();
        await expect(put(namespace, { Value: 1 }, { Values: [1, 2], Counts: [1] })).rejects.toMatchObject({
          $metadata: { httpStatusCode: 400 },
          Error: { Code: 'InvalidParameterValue', Type: 'Sender' },
          message: expect.stringContaining('must be of the same size'),
        });
        expect(await valuesOf(namespace, ['SampleCount'])).toEqual([[]]);
      });

      it('refuses a value together with a statistic set', async () => {
        const statistics = { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 };
        await expect(put(freshNamespace(), { Value: 1, StatisticValues: statistics })).rejects.toMatchObject({
          $metadata: { httpStatusCode: 400 },
          Error: { Code: 'InvalidParameterCombination' },
          message: expect.stringContaining('mutually exclusive'),
        });
      });

      it('refuses NaN', async () => {
        await expect(put(freshNamespace(), { Value: Number.NaN })).rejects.toMatchObject({
          $metadata: { httpStatusCode: 400 },
          Error: { Code: 'InvalidParameterValue' },
        });
      });

      it('refuses an EndTime before StartTime', async () => {
        await expect(
          get(freshNamespace(), ['Sum'], { StartTime: at(2), EndTime: at(1) }),
        ).rejects.toMatchObject({
          name: 'ValidationException',
          $metadata: { httpStatusCode: 400 },
          message: expect.stringContaining('EndTime must be greater than StartTime'),
        });
      });
    });

    describe('ListMetrics', () => {
      it('lists each metric once, with its dimensions', async () => {
        const namespace = freshNamespace();
        const metrics = [{ Value: 1 }, { Value: 2 }, { MetricName: 'Count', Value: 1 }];
        await put(namespace, ...metrics.map((metric) => ({ ...metric, Dimensions: ONE })));
        const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: namespace }));
        expect(Metrics.map(({ MetricName }) => MetricName).sort()).toEqual(['Count', metricOf(namespace)]);
        for (const metric of Metrics) expect(metric).toMatchObject({ Namespace: namespace, Dimensions: ONE });
      });

      it('filters by name and by dimension', async () => {
        const namespace = freshNamespace();
        const post = [{ Name: 'route', Value: 'POST /predict' }];
        await put(
          namespace,
          { Value: 1, Dimensions: post },
          { MetricName: 'Count', Value: 1, Dimensions: post },
          { Value: 1 },
        );
        const byName = await client.send(
          new ListMetricsCommand({ Namespace: namespace, MetricName: 'Count' }),
        );
        expect(byName.Metrics).toEqual([{ Namespace: namespace, MetricName: 'Count', Dimensions: post }]);
        const status = [{ Name: 'status', Value: '2xx' }];
        const byDimension = await client.send(
          new ListMetricsCommand({ Namespace: namespace, Dimensions: status }),
        );
        expect(byDimension.Metrics).toHaveLength(1);
      });

      it('pages by 500', async () => {
        const namespace = freshNamespace();
        const metrics = Array.from({ length: 620 }, (_, i) => ({
          MetricName: `m${i}`,
          Value: 1,
          Dimensions: ONE,
        }));
        // Small requests: the SDK would gzip larger ones, which moto cannot read.
        for (let i = 0; i < metrics.length; i += 62) await put(namespace, ...metrics.slice(i, i + 62));
        const first = await client.send(new ListMetricsCommand({ Namespace: namespace }));
        const second = await client.send(
          new ListMetricsCommand({ Namespace: namespace, NextToken: first.NextToken }),
        );
        expect([first.Metrics?.length, second.Metrics?.length, second.NextToken ?? null]).toEqual([
          500,
          120,
          null,
        ]);
        const names = [...first.Metrics!, ...second.Metrics!].map(({ MetricName }) => MetricName);
        expect(new Set(names).size).toBe(620);
      });
    });

    describe.skipIf(!distributionStatistics)(
      'distribution statistics (percentiles, PR, TC: moto does not have them)',
      () => {
        it('returns as a percentile the highest value of the lowest p percent', async () => {
          const namespace = freshNamespace();
          await put(namespace, { Values: Array.from({ length: 100 }, (_, i) => i + 1) });
          expect(await valuesOf(namespace, ['p0', 'p50', 'p95', 'p99', 'p99.9', 'p100'])).toEqual([
            [1],
            [50],
            [95],
            [99],
            [100],
            [100],
          ]);
        });

        it('counts values above the lower and up to the upper bound', async () => {
          const namespace = freshNamespace();
          await put(namespace, { Values: [0.25, 0.5, 0.75, 1], Counts: [1, 2, 3, 4] });
          const counts = await valuesOf(namespace, [
            'TC(:0.5)',
            'TC(0.5:)',
            'TC(0.25:0.75)',
            'TC(:0.1)',
            'TC(2:3)',
          ]);
          expect(counts).toEqual([[3], [7], [5], [0], [0]]);
          const ranks = await valuesOf(namespace, ['PR(:0.5)', 'PR(0.5:)', 'PR(0.25:0.75)', 'PR(:2)']);
          expect(ranks).toEqual([[30], [70], [50], [100]]);
        });

        it('computes them over all values of a longer period', async () => {
          const namespace = freshNamespace();
          await put(namespace, ...Array.from({ length: 60 }, (_, i) => ({ Timestamp: at(i), Value: i })));
          const stats = ['TC(9:19)', 'p50', 'PR(:29)'];
          const queries = stats.map((stat, i) => query(`q${i}`, namespace, stat, 3600));
          const results = await get(namespace, [], { MetricDataQueries: queries });
          expect(results.map(({ Values }) => Values)).toEqual([[10], [29], [50]]);
        });

        it('returns none for statistic sets and for negative values', async () => {
          const [sets, same, negative] = [freshNamespace(), freshNamespace(), freshNamespace()];
          await put(sets, { StatisticValues: { SampleCount: 4, Sum: 20, Minimum: 2, Maximum: 9 } });
          await put(same, { StatisticValues: { SampleCount: 4, Sum: 20, Minimum: 5, Maximum: 5 } });
          await put(negative, { Value: -1 }, { Value: 1 });
          expect(await valuesOf(sets, ['p50', 'TC(:5)', 'PR(:5)'])).toEqual([[], [], []]);
          expect(await valuesOf(same, ['p50', 'TC(:5)', 'PR(:5)'])).toEqual([[5], [4], [100]]);
          expect(await valuesOf(negative, ['p50', 'TC(:5)', 'PR(:5)'])).toEqual([[], [], []]);
        });
      },
    );
  });
}

const ROUTE = [
  { Name: 'route', Value: 'POST /models/{model}/predict' },
  { Name: 'status', Value: '2xx' },
];

// moto lists a metric with several dimensions once for each put.
const ONE = ROUTE.slice(0, 1);

const SUMMARY = ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'];

function query(
  id: string,
  namespace: string,
  stat: string,
  period = 60,
  unit?: 'Seconds' | 'Bytes',
): MetricDataQuery & { Id: string } {
  const metric = { Namespace: namespace, MetricName: metricOf(namespace), Dimensions: ROUTE };
  return {
    Id: id,
    MetricStat: { Metric: metric, Period: period, Stat: stat, ...(unit === undefined ? {} : { Unit: unit }) },
  };
}

// A separate name for each test: moto compares only name and dimensions when there are dimensions.
function metricOf(namespace: string): string {
  return `Latency-${namespace.split('/')[1]}`;
}

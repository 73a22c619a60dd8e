import { gzipSync } from 'node:zlib';
import {
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  GetMetricStatisticsCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { XMLParser } from 'fast-xml-parser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningCloudWatch, startCloudWatch } from '../../../contract/cloudwatch-server.ts';

const NOON = Date.UTC(2026, 4, 5, 12);
const NOW = NOON + 3_600_000;
const at = (minutes: number, seconds = 0) => new Date(NOON + (minutes * 60 + seconds) * 1000);

let running: RunningCloudWatch;
beforeEach(async () => {
  running = await startCloudWatch({ now: () => NOW });
});
afterEach(() => running.stop());

const put = (data: Partial<MetricDatum>[], namespace = 'App') => {
  const MetricData = data.map((datum) => ({ MetricName: 'm', Timestamp: at(0), ...datum }));
  return running.client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
};
const query = (
  Id: string,
  Stat: string,
  Period: number | undefined = 60,
  Dimensions: MetricDatum['Dimensions'] = [],
) => ({
  Id,
  MetricStat: { Metric: { Namespace: 'App', MetricName: 'm', Dimensions }, Period, Stat },
});
const get = (options: Partial<GetMetricDataCommandInput>) =>
  running.client.send(
    new GetMetricDataCommand({
      StartTime: at(0),
      EndTime: at(60),
      MetricDataQueries: [query('q', 'Sum')],
      ...options,
    }),
  );

describe('PutMetricData', () => {
  it('takes a gzipped batch of 1,000 metrics', async () => {
    await put(Array.from({ length: 1000 }, (_, i) => ({ Value: i })));
    expect((await get({})).MetricDataResults![0]!.Values).toEqual([499_500]);
  });

  it.each<[string, Partial<MetricDatum>, string, string]>([
    [
      'a time over two weeks ago',
      { Timestamp: new Date(NOW - 15 * 86_400_000), Value: 1 },
      'InvalidParameterValue',
      'past two weeks',
    ],
    [
      'a time over two hours ahead',
      { Timestamp: new Date(NOW + 8_000_000), Value: 1 },
      'InvalidParameterValue',
      'two hours in the future',
    ],
    [
      'an infinite value',
      { Value: Number.POSITIVE_INFINITY },
      'InvalidParameterValue',
      'member.1.Value is invalid',
    ],
    ['a value beyond 2^360', { Value: 2 ** 361 }, 'InvalidParameterValue', '2^360'],
    ['151 values', { Values: Array(151).fill(1) }, 'InvalidParameterValue', 'size greater than 150'],
    ['a negative count', { Values: [1], Counts: [-1] }, 'InvalidParameterValue', 'must not be negative'],
    [
      '31 dimensions',
      { Value: 1, Dimensions: dimensions(31) },
      'InvalidParameterValue',
      'size greater than 30',
    ],
    [
      'a dimension twice',
      { Value: 1, Dimensions: [...dimensions(1), ...dimensions(1)] },
      'InvalidParameterValue',
      'repeats a name',
    ],
    [
      'a dimension without a value',
      { Value: 1, Dimensions: [{ Name: 'a', Value: '' }] },
      'MissingParameter',
      'Dimensions.member.1.Value is required',
    ],
    [
      'a blank dimension',
      { Value: 1, Dimensions: [{ Name: 'a', Value: ' ' }] },
      'InvalidParameterValue',
      'non-whitespace',
    ],
    [
      'a name of 256 characters',
      { Value: 1, MetricName: 'm'.repeat(256) },
      'InvalidParameterValue',
      'MetricName',
    ],
    ['no name', { Value: 1, MetricName: undefined }, 'MissingParameter', 'MetricName is required'],
    [
      'an unknown unit',
      { Value: 1, Unit: 'ms' as 'Count' },
      'InvalidParameterValue',
      'value in the set [ Seconds',
    ],
    [
      'a resolution of 30 seconds',
      { Value: 1, StorageResolution: 30 },
      'InvalidParameterValue',
      'set [ 1, 60 ]',
    ],
    ['no value at all', {}, 'InvalidParameterCombination', 'At least one of the parameters'],
    ['Value and Values', { Value: 1, Values: [1] }, 'InvalidParameterCombination', 'mutually exclusive'],
    [
      'an incomplete statistic set',
      { StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1 } as never },
      'MissingParameter',
      'StatisticValues.Maximum',
    ],
    [
      'an impossible statistic set',
      { StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 } },
      'InvalidParameterValue',
      'Minimum at most Maximum',
    ],
  ])('refuses %s', async (_, datum, Code, message) => {
    await expect(put([datum])).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
      Error: { Code, Type: 'Sender' },
      message: expect.stringContaining(message),
    });
  });

  it('accepts values at the limits', async () => {
    const values = Array.from({ length: 150 }, (_, i) => i);
    await put([{ Values: values, Dimensions: dimensions(30) }, { Value: 2 ** 360 }, { Value: -(2 ** 360) }]);
    await put([
      { Timestamp: new Date(NOW - 14 * 86_400_000), Value: 1 },
      { Timestamp: new Date(NOW + 7_200_000), Value: 1 },
    ]);
    const { MetricDataResults } = await get({
      MetricDataQueries: [query('q', 'SampleCount', 60, dimensions(30))],
    });
    expect(MetricDataResults![0]!.Values).toEqual([150]);
  });

  it("refuses AWS's own namespaces, more than 1,000 metrics, and an empty request", async () => {
    await expect(put([{ Value: 1 }], 'AWS/Lambda')).rejects.toThrow(
      'The value AWS/Lambda for parameter Namespace is invalid.',
    );
    await expect(put(Array(1001).fill({ Value: 1 }))).rejects.toThrow(
      'must not have a size greater than 1000',
    );
    await expect(put([])).rejects.toThrow('The parameter MetricData is required.');
  });

  it('names every fault of a request, one per line', async () => {
    await expect(put([{ Value: 1 }, {}, { Value: Number.NaN }])).rejects.toThrow(
      /member\.2\.Value.*\n.*NaN.*member\.3\.Value/,
    );
  });
});

describe('GetMetricData', () => {
  it('pages with MaxDatapoints, and the joined pages are complete', async () => {
    const minutes = Array.from({ length: 23 }, (_, i) => i);
    await put(minutes.map((i) => ({ Timestamp: at(i), Value: i })));
    await put(minutes.map((i) => ({ Timestamp: at(2 * i), Value: i, Dimensions: dimensions(1) })));
    const MetricDataQueries = [
      ...['Sum', 'p50', 'TC(5:9)', 'TM(3:6)'].map((stat, i) => query(`a${i}`, stat)),
      query('b', 'Sum', 60, dimensions(1)),
      query('c', 'Maximum', 300),
    ];
    for (const ScanBy of ['TimestampAscending', 'TimestampDescending'] as const) {
      const whole = await get({ MetricDataQueries, ScanBy });
      expect(whole.NextToken).toBeUndefined();
      for (const MaxDatapoints of [1, 7, 23, 46]) {
        const pages = await allPages({ MetricDataQueries, ScanBy, MaxDatapoints });
        expect(
          Math.max(...pages.map((page) => page.reduce((sum, { Values }) => sum + Values!.length, 0))),
        ).toBe(MaxDatapoints);
        expect(joined(pages)).toEqual(joined([whole.MetricDataResults!]));
      }
    }
  });

  it('distinguishes partial from complete data', async () => {
    await put([{ Value: 1 }, { Timestamp: at(1), Value: 1 }]);
    const first = await get({ MaxDatapoints: 1 });
    expect(first.MetricDataResults![0]!.StatusCode).toBe('PartialData');
    const second = await get({ MaxDatapoints: 1, NextToken: first.NextToken });
    expect(second.MetricDataResults![0]!.StatusCode).toBe('Complete');
    expect(second.NextToken).toBeUndefined();
  });

  it.each(['', 'x', 'bm90IGpzb24', Buffer.from('[0,null,"x"]').toString('base64url')])(
    'refuses the token "%s"',
    async (NextToken) => {
      await expect(get({ NextToken })).rejects.toMatchObject({
        name: 'InvalidNextToken',
        $metadata: { httpStatusCode: 400 },
      });
    },
  );

  it('refuses a token of another request', async () => {
    await put([{ Value: 1 }, { Timestamp: at(1), Value: 1 }]);
    const { NextToken } = await get({ MaxDatapoints: 1 });
    await expect(get({ NextToken, EndTime: at(30) })).rejects.toMatchObject({ name: 'InvalidNextToken' });
  });

  it.each<[string, Partial<GetMetricDataCommandInput>, string]>([
    ['no queries', { MetricDataQueries: [] }, 'MetricDataQueries is required'],
    [
      '501 queries',
      { MetricDataQueries: Array.from({ length: 501 }, (_, i) => query(`q${i}`, 'Sum')) },
      'size greater than 500',
    ],
    ['an Id twice', { MetricDataQueries: [query('q', 'Sum'), query('q', 'Sum')] }, 'not unique'],
    ['an Id with a capital', { MetricDataQueries: [query('Q', 'Sum')] }, 'lowercase letter'],
    [
      'an unknown statistic',
      { MetricDataQueries: [query('q', 'Median')] },
      'Median for parameter MetricDataQueries.member.1.MetricStat.Stat is not a valid statistic',
    ],
    ['a period of 7 seconds', { MetricDataQueries: [query('q', 'Sum', 7)] }, 'Period must be'],
    ['a period of 90 seconds', { MetricDataQueries: [query('q', 'Sum', 90)] }, 'Period must be'],
    [
      'metric math',
      { MetricDataQueries: [{ Id: 'e', Expression: 'm1 + m2' }] },
      'Expression is not supported by the local CloudWatch',
    ],
    ['neither', { MetricDataQueries: [{ Id: 'e' }] }, 'MetricStat is required'],
    ['too many datapoints', { MaxDatapoints: 100_801 }, 'MaxDatapoints must be'],
    ['equal times', { EndTime: at(0) }, 'must not equal'],
    ['another order', { ScanBy: 'Random' as never }, 'ScanBy'],
  ])('refuses %s', async (_, options, message) => {
    await expect(get(options)).rejects.toMatchObject({
      name: 'ValidationException',
      Error: { Code: 'ValidationError' },
      message: expect.stringContaining(message),
    });
  });

  it('does not aggregate over dimensions', async () => {
    await put([
      { Value: 1, Dimensions: dimensions(1) },
      { Value: 2, Dimensions: dimensions(2) },
    ]);
    expect((await get({})).MetricDataResults![0]!.Values).toEqual([]);
  });

  it('uses the name of the metric as the default label', async () => {
    expect((await get({})).MetricDataResults![0]!.Label).toBe('m');
  });

  it('rounds the start down to the minute, and to short periods', async () => {
    await put([
      { Timestamp: at(10, 1), Value: 1, StorageResolution: 1 },
      { Timestamp: at(10, 25), Value: 2, StorageResolution: 1 },
    ]);
    const minute = await get({ StartTime: at(10, 30) });
    expect(minute.MetricDataResults![0]!.Timestamps).toEqual([at(10)]);
    expect(minute.MetricDataResults![0]!.Values).toEqual([3]);
    const ten = await get({ StartTime: at(10, 29), MetricDataQueries: [query('q', 'Sum', 10)] });
    expect(ten.MetricDataResults![0]!.Timestamps).toEqual([at(10, 20)]);
  });

  it('starts periods at the start time', async () => {
    await put([
      { Timestamp: at(2), Value: 1 },
      { Timestamp: at(6), Value: 2 },
      { Timestamp: at(7), Value: 4 },
    ]);
    const { MetricDataResults } = await get({
      StartTime: at(2),
      MetricDataQueries: [query('q', 'Sum', 300)],
    });
    expect(MetricDataResults![0]).toMatchObject({ Timestamps: [at(7), at(2)], Values: [4, 3] });
  });
});

describe('GetMetricStatistics', () => {
  const base = { Namespace: 'App', MetricName: 'm', StartTime: at(0), EndTime: at(60), Period: 60 };

  it('returns several statistics separately for each unit', async () => {
    await put([
      { Values: [1, 2, 3], Unit: 'Count' },
      { Value: 9, Unit: 'Seconds' },
    ]);
    const input = {
      ...base,
      Statistics: ['Sum' as const, 'SampleCount' as const],
      ExtendedStatistics: ['p50'],
    };
    const { Label, Datapoints } = await running.client.send(new GetMetricStatisticsCommand(input));
    expect(Label).toBe('m');
    expect(Datapoints).toHaveLength(2);
    expect(Datapoints).toContainEqual({
      Timestamp: at(0),
      Unit: 'Count',
      Sum: 6,
      SampleCount: 3,
      ExtendedStatistics: { p50: 2 },
    });
    expect(Datapoints).toContainEqual({
      Timestamp: at(0),
      Unit: 'Seconds',
      Sum: 9,
      SampleCount: 1,
      ExtendedStatistics: { p50: 9 },
    });
  });

  it('refuses more than 1,440 points, and a request without a statistic', async () => {
    const many = { ...base, Statistics: ['Sum' as const], StartTime: new Date(NOON - 86_400_000) };
    await expect(running.client.send(new GetMetricStatisticsCommand(many))).rejects.toThrow(
      'exceeds the limit of 1440',
    );
    await expect(running.client.send(new GetMetricStatisticsCommand(base))).rejects.toThrow(
      'Must specify either',
    );
  });
});

describe('the wire', () => {
  const post = (body: string | Buffer, headers: Record<string, string>) =>
    fetch(running.endpoint, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
  const json = (operation: string) => ({
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `GraniteServiceVersion20100801.${operation}`,
  });

  it.each<[string, string | Buffer, Record<string, string>, number, string]>([
    ['truncated JSON', '{"a":', json('ListMetrics'), 400, 'SerializationException'],
    ['JSON that is no object', '[]', json('ListMetrics'), 400, 'SerializationException'],
    ['an unknown operation', '{}', json('PutDashboard'), 400, 'UnknownOperationException'],
    ['an inherited name as operation', '{}', json('constructor'), 400, 'UnknownOperationException'],
    ['no operation', '{}', {}, 400, 'UnknownOperationException'],
    [
      'broken gzip',
      'abc',
      { ...json('ListMetrics'), 'content-encoding': 'gzip' },
      400,
      'SerializationException',
    ],
    [
      'an unknown encoding',
      'abc',
      { ...json('ListMetrics'), 'content-encoding': 'br' },
      400,
      'SerializationException',
    ],
    ['CBOR', '', { 'smithy-protocol': 'rpc-v2-cbor' }, 400, 'SerializationException'],
    ['a body over 1 MB', 'x'.repeat(1024 * 1024 + 1), json('PutMetricData'), 413, 'RequestEntityTooLarge'],
    [
      'a gzip bomb',
      gzipSync(Buffer.alloc(20 * 1024 * 1024)),
      { ...json('PutMetricData'), 'content-encoding': 'gzip' },
      413,
      'RequestEntityTooLarge',
    ],
  ])('answers %s with an error', async (_, body, headers, status, shape) => {
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      __type: `com.amazonaws.cloudwatch#${shape}`,
      message: expect.any(String),
    });
  });

  it('answers its own faults with 500, and reports them', async () => {
    const iterator = running.database.iterator;
    running.database.iterator = () => {
      throw new Error('disk gone');
    };
    const response = await post('{}', json('ListMetrics'));
    running.database.iterator = iterator;
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('disk gone');
    expect(running.errors.splice(0)).toEqual([expect.objectContaining({ message: 'disk gone' })]);
  });

  it('speaks the query protocol', async () => {
    const form = (fields: Record<string, string>) =>
      post(new URLSearchParams({ Version: '2010-08-01', ...fields }).toString(), {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      });
    const stored = await form({
      Action: 'PutMetricData',
      Namespace: 'App',
      'MetricData.member.1.MetricName': 'm',
      'MetricData.member.1.Timestamp': at(0).toISOString(),
      'MetricData.member.1.Dimensions.member.1.Name': 'd',
      'MetricData.member.1.Dimensions.member.1.Value': '<1&2>',
      'MetricData.member.1.Values.member.1': '1.5',
      'MetricData.member.1.Values.member.2': '2',
      'MetricData.member.2.MetricName': 'other',
      'MetricData.member.2.Value': '7',
    });
    expect([stored.status, stored.headers.get('content-type')]).toEqual([200, 'text/xml']);
    const prefix = 'MetricDataQueries.member.1.';
    const answer = await form({
      Action: 'GetMetricData',
      StartTime: at(0).toISOString(),
      EndTime: at(60).toISOString(),
      [`${prefix}Id`]: 'q',
      [`${prefix}MetricStat.Metric.Namespace`]: 'App',
      [`${prefix}MetricStat.Metric.MetricName`]: 'm',
      [`${prefix}MetricStat.Metric.Dimensions.member.1.Name`]: 'd',
      [`${prefix}MetricStat.Metric.Dimensions.member.1.Value`]: '<1&2>',
      [`${prefix}MetricStat.Period`]: '60',
      [`${prefix}MetricStat.Stat`]: 'Sum',
    });
    const { GetMetricDataResponse } = new XMLParser().parse(await answer.text());
    expect(GetMetricDataResponse.GetMetricDataResult.MetricDataResults.member).toMatchObject({
      Id: 'q',
      Values: { member: 3.5 },
      Timestamps: { member: at(0).toISOString() },
    });
    const listed = new XMLParser().parse(
      await (await form({ Action: 'ListMetrics', MetricName: 'm' })).text(),
    );
    expect(listed.ListMetricsResponse.ListMetricsResult.Metrics.member.Dimensions.member).toEqual({
      Name: 'd',
      Value: '<1&2>',
    });
    const refused = await form({ Action: 'PutMetricData', Namespace: 'App' });
    expect(refused.status).toBe(400);
    const { ErrorResponse } = new XMLParser().parse(await refused.text());
    expect(ErrorResponse.Error).toEqual({
      Type: 'Sender',
      Code: 'MissingParameter',
      Message: 'The parameter MetricData is required.',
    });
  });

  it('closes although a client keeps its connection for ever', async () => {
    // Without an end of its own to an idle connection, only closing it lets the server close.
    running.cloudWatch.server.keepAliveTimeout = 0;
    await put([{ Value: 1 }]);
    await running.cloudWatch.close();
    expect(running.cloudWatch.server.listening).toBe(false);
  });
});

async function allPages(options: Partial<GetMetricDataCommandInput>) {
  const pages = [];
  let NextToken: string | undefined;
  do {
    const page = await get({ ...options, NextToken });
    pages.push(page.MetricDataResults!);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return pages;
}

function joined(pages: Awaited<ReturnType<typeof allPages>>) {
  const series = new Map<string, unknown[]>();
  for (const { Id, Timestamps, Values } of pages.flat()) {
    const points = Timestamps!.map((time, i) => [time.getTime(), Values![i]]);
    series.set(Id!, [...(series.get(Id!) ?? []), ...points]);
  }
  return series;
}

function dimensions(count: number) {
  return Array.from({ length: count }, (_, i) => ({ Name: `d${i}`, Value: 'v' }));
}

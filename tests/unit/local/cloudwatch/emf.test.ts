import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseEmf } from '../../../../lib/local/cloudwatch/emf.ts';
import { type RunningCloudWatch, startCloudWatch } from '../../../contract/cloudwatch-server.ts';

const NOW = Date.UTC(2026, 4, 5, 12, 0, 30);

function emf(
  root: Record<string, unknown>,
  directive: Record<string, unknown> = {},
  timestamp: unknown = NOW,
): string {
  const metrics = {
    Namespace: 'App',
    Dimensions: [['route']],
    Metrics: [{ Name: 'Latency', Unit: 'Milliseconds' }],
  };
  const _aws = { Timestamp: timestamp, CloudWatchMetrics: [{ ...metrics, ...directive }] };
  return JSON.stringify({ _aws, ...root });
}

describe('EMF lines', () => {
  let running: RunningCloudWatch;
  beforeEach(async () => {
    running = await startCloudWatch({ now: () => NOW });
  });
  afterEach(() => running.stop());

  const get = async (stat: string, dimensions: Record<string, string>, name = 'Latency', period = 60) => {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const metric = { Namespace: 'App', MetricName: name, Dimensions };
    const { MetricDataResults } = await running.client.send(
      new GetMetricDataCommand({
        StartTime: new Date(NOW - 30_000),
        EndTime: new Date(NOW + 30_000),
        MetricDataQueries: [{ Id: 'q', MetricStat: { Metric: metric, Period: period, Stat: stat } }],
      }),
    );
    return MetricDataResults![0]!.Values;
  };

  it('become metrics, from scalars and from arrays', async () => {
    expect(await running.cloudWatch.takeLogLine(emf({ route: 'a', Latency: 2 }))).toBe(true);
    expect(await running.cloudWatch.takeLogLine(`${emf({ route: 'a', Latency: [1, 3, 10] })}\n`)).toBe(true);
    expect(await get('Sum', { route: 'a' })).toEqual([16]);
    expect(await get('p50', { route: 'a' })).toEqual([2]);
  });

  it('make a metric for each dimension set, also for the empty set', async () => {
    const line = emf(
      { route: 'a', status: '2xx', Latency: 2 },
      { Dimensions: [['route'], ['status', 'route'], []] },
    );
    await running.cloudWatch.takeLogLine(line);
    for (const set of [{ route: 'a' }, { route: 'a', status: '2xx' }, {}])
      expect(await get('Sum', set)).toEqual([2]);
    expect(await get('Sum', { status: '2xx' })).toEqual([]);
  });

  it('keep single seconds with StorageResolution 1', async () => {
    const directive = { Metrics: [{ Name: 'Latency', StorageResolution: 1 }] };
    await running.cloudWatch.takeLogLine(emf({ route: 'a', Latency: 2 }, directive));
    await running.cloudWatch.takeLogLine(emf({ route: 'a', Latency: 4 }, directive, NOW - 1500));
    expect(await get('Sum', { route: 'a' }, 'Latency', 1)).toEqual([2, 4]);
    expect(await get('Sum', { route: 'a' })).toEqual([6]);
  });

  it('are recognised after the prefix that the Lambda console writes', async () => {
    const line = `2026-05-05T12:00:30.000Z\t8c1f\tINFO\t${emf({ route: 'a', Latency: 2 })}`;
    expect(await running.cloudWatch.takeLogLine(line)).toBe(true);
    expect(await get('Sum', { route: 'a' })).toEqual([2]);
  });

  it('may use the names of built-in object members', async () => {
    const directive = { Dimensions: [['__proto__']], Metrics: [{ Name: 'constructor' }] };
    const line = emf({}, directive).replace(/}$/, ',"__proto__":"p","constructor":5}');
    expect(await running.cloudWatch.takeLogLine(line)).toBe(true);
    const { Metrics } = await running.client.send(new ListMetricsCommand({ Namespace: 'App' }));
    expect(Metrics).toEqual([
      { Namespace: 'App', MetricName: 'constructor', Dimensions: [{ Name: '__proto__', Value: 'p' }] },
    ]);
  });

  it.each([
    ['a timestamp that is no number', emf({ route: 'a', Latency: 1 }, {}, 'now'), 'Timestamp'],
    ['a timestamp of last month', emf({ route: 'a', Latency: 1 }, {}, NOW - 30 * 86_400_000), 'two weeks'],
    ['a missing metric', emf({ route: 'a' }), 'metric "Latency"'],
    ['a metric that is text', emf({ route: 'a', Latency: '1' }), 'metric "Latency"'],
    ['an empty list of values', emf({ route: 'a', Latency: [] }), 'at least one'],
    ['101 values', emf({ route: 'a', Latency: Array(101).fill(1) }), 'at most 100'],
    ['a number beyond the range', emf({ route: 'a', Latency: 1e300 }), '2^360'],
    ['a missing dimension', emf({ Latency: 1 }), 'dimension "route"'],
    ['a dimension that is a number', emf({ route: 5, Latency: 1 }), 'dimension "route"'],
    [
      'an inherited member as a metric',
      emf({ route: 'a' }, { Metrics: [{ Name: 'toString' }] }),
      '"toString"',
    ],
    [
      'an unknown unit',
      emf({ route: 'a', Latency: 1 }, { Metrics: [{ Name: 'Latency', Unit: 'ms' }] }),
      'unit',
    ],
    [
      'a resolution of 30',
      emf({ route: 'a', Latency: 1 }, { Metrics: [{ Name: 'Latency', StorageResolution: 30 }] }),
      '1 or 60',
    ],
    [
      '101 metrics',
      emf({ route: 'a', Latency: 1 }, { Metrics: Array(101).fill({ Name: 'Latency' }) }),
      'at most 100',
    ],
    [
      '31 dimensions',
      emf({ route: 'a', Latency: 1 }, { Dimensions: [Array(31).fill('route')] }),
      'at most 30',
    ],
    ['no namespace', emf({ route: 'a', Latency: 1 }, { Namespace: undefined }), 'Namespace'],
  ])('with %s make no metric, and say why', async (_, line, reason) => {
    expect(await running.cloudWatch.takeLogLine(line)).toBe(false);
    expect(running.invalid).toEqual([expect.stringContaining(reason)]);
    expect((await running.client.send(new ListMetricsCommand({}))).Metrics).toEqual([]);
  });

  it('are read in the form that Powertools writes', async () => {
    const lines: string[] = [];
    // Powertools has its own console, which writes to the same stream.
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((line) => lines.push(String(line)) > 0);
    try {
      const single = new Metrics({ namespace: 'App', serviceName: 'classifier' }).singleMetric();
      single.addDimensions({ route: 'POST /predict' });
      single.addMetric('Latency', MetricUnit.Milliseconds, 12.5);
    } finally {
      write.mockRestore();
    }
    expect(lines).toHaveLength(1);
    expect(parseEmf(lines[0]!, Date.now())).toMatchObject({
      kind: 'metrics',
      contributions: [
        {
          series: {
            dimensions: [
              ['route', 'POST /predict'],
              ['service', 'classifier'],
            ],
          },
          unit: 'Milliseconds',
          distribution: { count: 1, sum: 12.5 },
        },
      ],
    });
  });
});

describe('other lines', () => {
  it.each([
    '',
    'START RequestId: 1',
    '{"level":"INFO","message":"x"}',
    '{"_aws":{}}',
    '{"_aws":{"CloudWatchMetrics":',
    'null',
  ])('are ordinary: %s', (line) => expect(parseEmf(line, NOW)).toEqual({ kind: 'ordinary' }));

  it('never throw, whatever JSON they contain', () => {
    const json = fc.json();
    const line = fc.oneof(
      fc.string(),
      fc.tuple(json, json).map(([a, b]) => `{"_aws":{"Timestamp":${NOW},"CloudWatchMetrics":${a}},"x":${b}}`),
      fc
        .tuple(json, json, json)
        .map(
          ([a, b, c]) =>
            `{"_aws":{"Timestamp":${NOW},"CloudWatchMetrics":[{"Namespace":"n","Dimensions":${a},"Metrics":${b}}]},"x":${c}}`,
        ),
    );
    fc.assert(
      fc.property(line, (text) => {
        expect(['ordinary', 'invalid', 'metrics']).toContain(parseEmf(text, NOW).kind);
      }),
      { numRuns: 2000 },
    );
  });
});

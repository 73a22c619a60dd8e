import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Level } from 'level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CloudWatchThread } from '../../../lib/local/cloudwatch-thread.ts';
import { type ListenSettings, listenOn } from '../../../lib/local/listen.ts';

let folder: string;
let database: Level<string, string>;
const threads: CloudWatchThread[] = [];
const shown: string[] = [];
const errors: unknown[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudwatch-thread-'));
  database = new Level(join(folder, 'state'), { multithreading: true });
  await database.open();
});
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close();
  await database.close();
  await rm(folder, { recursive: true });
  shown.length = 0;
  errors.length = 0;
});

const listen = (port: number): ListenSettings => ({
  port,
  host: '127.0.0.1',
  callers: { allowedHosts: [], webPages: 'own' },
});

function start(changes: { databaseFolder?: string; listen?: ListenSettings } = {}): CloudWatchThread {
  const thread = new CloudWatchThread({
    databaseFolder: database.location,
    functions: ['predict'],
    region: 'us-east-1',
    accountId: '000000000000',
    listen: listen(0),
    show: (functionName, line) => shown.push(`${functionName}: ${line}`),
    onError: (error) => errors.push(error),
    ...changes,
  });
  threads.push(thread);
  return thread;
}

const emf = (value: number) =>
  JSON.stringify({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        { Namespace: 'Test', Dimensions: [[]], Metrics: [{ Name: 'Value', Unit: 'Count' }] },
      ],
    },
    Value: value,
  });

/** What a new thread finds after the others have closed. */
async function stored() {
  const endpoint = `http://127.0.0.1:${await start().listening()}`;
  const options = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const [metrics, logs] = [new CloudWatchClient(options), new CloudWatchLogsClient(options)];
  const statistics = (Namespace: string, MetricName: string, dimensions: Record<string, string> = {}) =>
    metrics.send(
      new GetMetricStatisticsCommand({
        Namespace,
        MetricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 3_600_000),
        Period: 7200,
        Statistics: ['Sum'],
      }),
    );
  const sumOf = (points: readonly { readonly Sum?: number | undefined }[] = []) =>
    points.reduce((sum, point) => sum + (point.Sum ?? 0), 0);
  try {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: '/aws/lambda/predict' }),
    );
    return {
      values: sumOf((await statistics('Test', 'Value')).Datapoints),
      errors: sumOf((await statistics('AWS/Lambda', 'Errors', { FunctionName: 'predict' })).Datapoints),
      lines: events.map(({ message }) => message),
    };
  } finally {
    metrics.destroy();
    logs.destroy();
  }
}

describe("CloudWatch's thread", () => {
  it('has stored and shown every line when it is closed', async () => {
    const thread = start();
    await thread.listening();
    for (const line of ['first', emf(3), '{"prediction_log":{}}', emf(4), 'last'])
      thread.takeLine('predict', line);
    const [namespace, dimensions] = ['AWS/Lambda', { FunctionName: 'predict' }] as const;
    thread.record([
      { namespace, name: 'Errors', dimensions, value: 1, count: 2, unit: 'Count', timestampMs: Date.now() },
    ]);
    await thread.close();
    expect(shown).toEqual(['predict: first', 'predict: last']);
    expect(await stored()).toEqual({
      values: 7,
      errors: 2,
      lines: ['first', '{"prediction_log":{}}', 'last'],
    });
    expect(errors).toEqual([]);
  });

  it('reports that a port is taken, and can then be closed', async () => {
    const server = createServer();
    const taken = await listenOn(server, listen(0));
    const thread = start({ listen: listen(taken) });
    await expect(thread.listening()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await thread.close();
    server.close();
  });

  it('reports that its state cannot be opened, and can then be closed', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const thread = start({ databaseFolder: file });
    await expect(thread.listening()).rejects.toMatchObject({ code: 'LEVEL_DATABASE_NOT_OPEN' });
    expect(errors).not.toEqual([]);
    await thread.close();
  });

  it('reports an invalid record, and continues', async () => {
    const thread = start();
    await thread.listening();
    const record = {
      namespace: 'AWS/Lambda',
      name: 'Errors',
      dimensions: {},
      value: 1,
      timestampMs: Date.now(),
    };
    thread.record([{ ...record, unit: 'Parsecs' }]);
    thread.takeLine('predict', 'after it');
    await thread.close();
    expect(errors).toEqual([expect.stringContaining('"Parsecs"')]);
    expect(shown).toEqual(['predict: after it']);
  });
});

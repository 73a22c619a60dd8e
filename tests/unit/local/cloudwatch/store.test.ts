import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceRecord } from '../../../../lib/local/cloudwatch/server.ts';
import { type RunningCloudWatch, startCloudWatch } from '../../../contract/cloudwatch-server.ts';

const START = Date.UTC(2026, 4, 5, 12);
const DAY_MS = 86_400_000;

describe('the store of the local CloudWatch', () => {
  let folder: string;
  let nowMs: number;
  let running: RunningCloudWatch | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cloudwatch-store-'));
    nowMs = START;
  });
  afterEach(async () => {
    await running?.stop({ keepFolder: true });
    running = undefined;
    await rm(folder, { recursive: true });
  });

  const open = async () => {
    running = await startCloudWatch({ folder, now: () => nowMs });
    return running;
  };
  const reopen = async () => {
    await running!.stop({ keepFolder: true });
    return open();
  };
  const record = (value: number, data: Partial<ServiceRecord> = {}): ServiceRecord => {
    const base = {
      namespace: 'AWS/Lambda',
      name: 'Errors',
      dimensions: { FunctionName: 'predict' },
      unit: 'Count',
    };
    return { ...base, value, timestampMs: nowMs, ...data };
  };
  const get = async (stats: readonly string[], startMs: number, endMs: number, period = 60) => {
    const Metric = {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: 'predict' }],
    };
    const input = {
      StartTime: new Date(startMs),
      EndTime: new Date(endMs),
      MetricDataQueries: stats.map((Stat, i) => ({
        Id: `q${i}`,
        MetricStat: { Metric, Period: period, Stat },
      })),
    };
    const { MetricDataResults } = await running!.client.send(new GetMetricDataCommand(input));
    return MetricDataResults!.map(({ Values }) => Values);
  };
  const keys = async (prefix: string) => {
    const found: string[] = [];
    for await (const key of running!.database.keys({ gte: prefix, lt: `${prefix}~` })) found.push(key);
    return found;
  };

  it('keeps one chunk per minute, after any number of writes', async () => {
    const { cloudWatch } = await open();
    for (let i = 0; i < 300; i++) await cloudWatch.record([record(i % 7)]);
    expect((await keys('d!')).length).toBeLessThan(300 - 200);
    nowMs += 5 * 60_000;
    await cloudWatch.record([record(1)]);
    expect(await get(['SampleCount', 'Sum', 'p50', 'TC(:2)'], START, START + 60_000)).toEqual([
      [300],
      [897],
      [3],
      [129],
    ]);
    await reopen();
    expect(await keys('d!')).toHaveLength(2);
    expect(await keys('w!')).toEqual([]);
    expect(await get(['SampleCount', 'Sum', 'p50', 'TC(:2)'], START, START + 60_000)).toEqual([
      [300],
      [897],
      [3],
      [129],
    ]);
  });

  it('loses no update while chunks are being folded and read', async () => {
    const { cloudWatch } = await open();
    let done = false;
    const counts: number[] = [];
    const reader = (async () => {
      while (!done) counts.push((await get(['SampleCount'], START, START + 60_000))[0]?.[0] ?? 0);
    })();
    const writer = async () => {
      for (let i = 0; i < 250; i++) await cloudWatch.record([record(i)]);
    };
    await Promise.all(Array.from({ length: 8 }, writer));
    done = true;
    await reader;
    expect(await get(['SampleCount'], START, START + 60_000)).toEqual([[2000]]);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  it('still has all acknowledged data after SIGKILL', async () => {
    const { acknowledged, sent } = await writeUntilKilled(folder, 1500);
    nowMs = Date.now();
    await open();
    const [counts, sums] = await get(['SampleCount', 'Sum'], nowMs - 3_600_000, nowMs + 60_000, 3600);
    const count = counts!.reduce((a, b) => a + b, 0);
    expect(acknowledged).toBeGreaterThanOrEqual(1500);
    expect(count).toBeGreaterThanOrEqual(acknowledged);
    expect(count).toBeLessThanOrEqual(sent);
    expect(sums!.reduce((a, b) => a + b, 0)).toBe(2 * count);
    // The writes of a restarted store must not overwrite existing data.
    await running!.cloudWatch.record([record(2)]);
    await reopen();
    const [after] = await get(['SampleCount'], nowMs - 3_600_000, nowMs + 60_000, 3600);
    expect(after!.reduce((a, b) => a + b, 0)).toBe(count + 1);
  });

  it('rejects a write that the database refuses, and continues', async () => {
    const { cloudWatch, database } = await open();
    const batch = database.batch;
    database.batch = (() => Promise.reject(new Error('disk full'))) as unknown as typeof batch;
    await expect(cloudWatch.record([record(1)])).rejects.toThrow('disk full');
    database.batch = batch;
    await cloudWatch.record([record(2)]);
    expect(await get(['Sum'], START, START + 60_000)).toEqual([[2]]);
    await reopen();
    expect(await get(['Sum'], START, START + 60_000)).toEqual([[2]]);
  });

  it('serves old data only with the periods for which CloudWatch keeps it', async () => {
    const { cloudWatch } = await open();
    await cloudWatch.record([record(3)]);
    const at = (period: number) => get(['Sum'], START, START + 3600_000, period);
    nowMs = START + 4 * 3_600_000;
    expect([await at(1), await at(60)]).toEqual([[[]], [[3]]]);
    nowMs = START + 16 * DAY_MS;
    expect([await at(60), await at(300)]).toEqual([[[]], [[3]]]);
    nowMs = START + 64 * DAY_MS;
    expect([await at(300), await at(3600)]).toEqual([[[]], [[3]]]);
    nowMs = START + 456 * DAY_MS;
    expect(await at(3600)).toEqual([[]]);
  });

  it('drops data older than 455 days when it opens, and its metric', async () => {
    const { cloudWatch } = await open();
    await cloudWatch.record([record(3)]);
    nowMs = START + 455 * DAY_MS - 3_600_000;
    await reopen();
    expect(await keys('d!')).toHaveLength(1);
    nowMs = START + 456 * DAY_MS;
    await reopen();
    expect([await keys('d!'), await keys('m!')]).toEqual([[], []]);
  });

  it('lists metrics for two weeks after their last report, and recently active ones for three hours', async () => {
    const { cloudWatch, client } = await open();
    await cloudWatch.record([record(3)]);
    const list = async (recent: { RecentlyActive?: 'PT3H' } = {}) =>
      (await client.send(new ListMetricsCommand({ Namespace: 'AWS/Lambda', ...recent }))).Metrics!.length;
    nowMs = START + 2 * 3_600_000;
    expect(await list({ RecentlyActive: 'PT3H' })).toBe(1);
    nowMs = START + 13 * DAY_MS;
    expect([await list(), await list({ RecentlyActive: 'PT3H' })]).toEqual([1, 0]);
    nowMs = START + 15 * DAY_MS;
    expect(await list()).toBe(0);
    await cloudWatch.record([record(3)]);
    expect(await list({ RecentlyActive: 'PT3H' })).toBe(1);
  });

  it('refuses to record an unknown unit', async () => {
    const { cloudWatch } = await open();
    expect(() => cloudWatch.record([record(1, { unit: 'ms' })])).toThrow(
      /expected a CloudWatch unit, got "ms"/,
    );
  });
});

/** Records 2s from another process, eight at a time, and kills it once it has acknowledged `enough`. */
async function writeUntilKilled(
  folder: string,
  enough: number,
): Promise<{ acknowledged: number; sent: number }> {
  const server = new URL('../../../../lib/local/cloudwatch/server.ts', import.meta.url).href;
  const sentFile = `${folder}-sent`;
  const program = `
    import { openSync, writeSync } from 'node:fs';
    import { Level } from 'level';
    import { openLocalCloudWatch } from ${JSON.stringify(server)};
    const database = new Level(${JSON.stringify(folder)});
    await database.open();
    const options = { database, region: 'us-east-1', accountId: '0', onError: (error) => { throw error; } };
    const cloudWatch = await openLocalCloudWatch(options);
    const metric = { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'predict' }, unit: 'Count' };
    // Written before each attempt, synchronously: data in a pipe would be lost with the process.
    const sent = openSync(${JSON.stringify(sentFile)}, 'w');
    const write = async () => {
      for (;;) {
        writeSync(sent, '.');
        await cloudWatch.record([{ ...metric, value: 2, timestampMs: Date.now() }]);
        process.stdout.write('acknowledged\\n');
      }
    };
    await Promise.all(Array.from({ length: 8 }, write));
  `;
  const root = new URL('../../../..', import.meta.url);
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  for await (const _ of createInterface({ input: child.stdout })) {
    if (++acknowledged === enough) child.kill('SIGKILL');
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit');
  const sent = (await stat(sentFile)).size;
  await rm(sentFile);
  return { acknowledged, sent };
}

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gatherPredictions } from '../../../../functions/monitor/gather-predictions.ts';
import { PredictionFiles } from '../../../../functions/monitor/prediction-files.ts';
import type { PredictionRecord } from '../../../../lib/drift/prediction-record.ts';
import {
  HOUR_MS,
  type MonitorWorld,
  NOW_MS,
  openMonitorWorld,
  recordAt,
} from '../../../simulation/monitor-world.ts';

let world: MonitorWorld;
let files: PredictionFiles;
beforeEach(async () => {
  world = await openMonitorWorld();
  files = new PredictionFiles(world.s3, 'predictions');
});
afterEach(() => world.close());

const gather = () => gatherPredictions(files, world.deps);
const lineOf = (record: PredictionRecord) => JSON.stringify(record);
const logged = async (...records: readonly PredictionRecord[]) => {
  for (const record of records) await world.log(Date.parse(record.time), lineOf(record));
};
const stored = async (hourMs: number, model = 'wine') => await files.read(model, hourMs);

const HOUR = Date.UTC(2026, 10, 24, 20);

describe('gatherPredictions', () => {
  it('stores records by model and hour, ordered by id, whatever else the log contains', async () => {
    const [late, early] = [recordAt(HOUR + 2000), recordAt(HOUR + 1000, { features: [1, null, 'a\u2028"'] })];
    const [before, other] = [recordAt(HOUR - 1), recordAt(HOUR, { model: 'beer' })];
    await world.log(HOUR, 'ordinary', '{"message":"ordinary"}');
    await logged(before, other, late, early);
    expect(await gather()).toEqual({ added: { wine: 3, beer: 1 }, unreadable: 0 });
    expect(await world.keys()).toEqual([
      'beer/2026/11/24/20.jsonl',
      'wine/2026/11/24/19.jsonl',
      'wine/2026/11/24/20.jsonl',
    ]);
    expect(await stored(HOUR)).toEqual([early, late]);
    expect(await stored(HOUR - HOUR_MS)).toEqual([before]);
  });

  it('adds nothing, writes no file and reads no line when it runs again at once', async () => {
    await logged(recordAt(HOUR), recordAt(HOUR + 1));
    await gather();
    const puts = vi.spyOn(world.s3, 'send');
    const reads = vi.spyOn(world.deps.logs, 'send');
    expect(await gather()).toEqual({ added: {}, unreadable: 0 });
    expect(reads.mock.calls).toEqual([]);
    reads.mockRestore();
    expect(puts.mock.calls.filter(([command]) => command instanceof PutObjectCommand)).toEqual([]);
    puts.mockRestore();
  });

  it('finds lines that reach the log after later ones, within the time that lines take to settle', async () => {
    const settling = { ...world.deps, logSettleMs: 600_000 };
    const [first, last] = [recordAt(NOW_MS - 601_000), recordAt(NOW_MS - 1000)];
    await logged(first, last);
    expect((await gatherPredictions(files, settling)).added).toEqual({ wine: 1 });
    const late = recordAt(NOW_MS - 599_000);
    await logged(late);
    world.clock.nowMs = NOW_MS + HOUR_MS;
    expect((await gatherPredictions(files, settling)).added).toEqual({ wine: 2 });
    expect(await stored(HOUR)).toEqual([first, late, last]);
  });

  it('reads each moment of the log once, however often it runs', async () => {
    const reads = vi.spyOn(world.deps.logs, 'send');
    for (const minutes of [0, 7, 61, 61, 200, 203]) {
      world.clock.nowMs = NOW_MS + minutes * 60_000;
      await gather();
    }
    const spans = reads.mock.calls.map(
      ([command]) => command.input as { startTime: number; endTime: number },
    );
    expect(spans[0]?.startTime).toBe(NOW_MS - 24 * HOUR_MS);
    for (const [i, { startTime, endTime }] of spans.entries()) {
      expect(endTime).toBeGreaterThanOrEqual(startTime);
      if (i > 0) expect(startTime).toBe(spans[i - 1]!.endTime + 1);
    }
    expect(spans.at(-1)?.endTime).toBe(NOW_MS + 203 * 60_000 - 1);
    reads.mockRestore();
  });

  it('loses nothing after days without a run', async () => {
    await gather();
    const times = [1, 25, 49, 70].map((hours) => NOW_MS + hours * HOUR_MS);
    await logged(...times.map((timeMs) => recordAt(timeMs)));
    world.clock.nowMs = NOW_MS + 72 * HOUR_MS;
    expect((await gather()).added).toEqual({ wine: 4 });
  });

  it('continues after an interrupted run, and has every record once', async () => {
    const records = Array.from({ length: 12 }, (_, i) => recordAt(NOW_MS - 1 - (11 - i) * HOUR_MS));
    await logged(...records);
    for (const failing of [3, 1, 6]) {
      let puts = 0;
      const send = world.s3.send.bind(world.s3) as (...args: unknown[]) => Promise<unknown>;
      vi.spyOn(world.s3, 'send').mockImplementation(async (...args: unknown[]) => {
        if (args[0] instanceof PutObjectCommand && ++puts === failing) throw new Error('SlowDown');
        return await send(...args);
      });
      await expect(gather()).rejects.toThrow('SlowDown');
      vi.restoreAllMocks();
    }
    await gather();
    const found = [];
    for (let i = 0; i < 12; i++) found.push(...(await stored(HOUR - (11 - i) * HOUR_MS)));
    expect(found).toEqual(records);
  });

  it('has every record once after parallel runs, and accepts a write whose reply was lost', async () => {
    const records = Array.from({ length: 40 }, (_, i) => recordAt(HOUR + i));
    await logged(...records);
    await Promise.all(Array.from({ length: 5 }, gather));
    await gather();
    expect(await stored(HOUR)).toEqual(records);
  });

  it('reads more than one page of the log', async () => {
    const records = Array.from({ length: 12_000 }, (_, i) => recordAt(HOUR + (i % 1000)));
    await world.log(HOUR, ...records.map(lineOf));
    expect((await gather()).added).toEqual({ wine: 12_000 });
    expect(await stored(HOUR)).toHaveLength(12_000);
  });

  it('skips lines that only look like records, and counts them', async () => {
    const record = recordAt(HOUR);
    await world.log(
      HOUR,
      lineOf(record).slice(0, -4),
      JSON.stringify({ message: `got ${lineOf(record)}` }),
      lineOf({ ...record, model: '../../raw' }),
    );
    await logged(record);
    expect(await gather()).toEqual({ added: { wine: 1 }, unreadable: 3 });
    expect(await world.keys()).toEqual(['wine/2026/11/24/20.jsonl']);
  });

  it('refuses to add to a damaged file instead of dropping its unreadable lines', async () => {
    const Key = 'wine/2026/11/24/20.jsonl';
    await world.s3.send(new PutObjectCommand({ Bucket: 'predictions', Key, Body: 'spoilt\n' }));
    await logged(recordAt(HOUR));
    await expect(gather()).rejects.toThrow(`${Key}:1: expected a prediction record`);
  });
});

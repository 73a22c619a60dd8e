import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { monitor } from '../../../../functions/monitor/monitor.ts';
import { baselineKey } from '../../../../lib/drift/drift-baseline.ts';
import { learnBaseline } from '../../../../lib/drift/learn-baseline.ts';
import type { PredictionRecord } from '../../../../lib/drift/prediction-record.ts';
import type { DriftReport } from '../../../../lib/http/schemas/drift.ts';
import { putFeedback } from '../../../../lib/registry/feedback.ts';
import { promoteByHand } from '../../../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../../../lib/registry/versions.ts';
import { versionDraft } from '../../../helpers/version-draft.ts';
import { xorshift } from '../../../helpers/xorshift.ts';
import {
  HOUR_MS,
  type MonitorWorld,
  NOW_MS,
  openMonitorWorld,
  recordAt,
} from '../../../simulation/monitor-world.ts';

const SHA = ['1', '2'].map((digit) => digit.repeat(64)) as [string, string];
const NAMES = ['good', 'bad'];

let world: MonitorWorld;
let next: () => number;
beforeEach(async () => {
  next = xorshift(5);
  world = await openMonitorWorld();
  for (const [i, sha256] of SHA.entries()) {
    await registerVersion(world.deps.table, {
      ...versionDraft('wine', String(i)),
      artifact_sha256: sha256,
      artifact_key: `wine/${sha256}.knn`,
    });
  }
  await promote(1, 0);
  await putBaseline(SHA[0]);
});
afterEach(() => world.close());

const promote = (version: number, basedOn: number) =>
  promoteByHand(
    world.deps.table,
    { model: 'wine', version, basedOn, actor: 'ann', reason: 'test', decidedAt: '2026-01-01T00:00:00.000Z' },
    async () => true,
  );

const draw = () => ({ features: [next(), next() < 0.5 ? 'red' : 'white'], code: next() < 0.5 ? 0 : 1 });

async function putBaseline(sha256: string): Promise<void> {
  const rows = Array.from({ length: 1000 }, draw);
  const baseline = learnBaseline({
    columns: [
      {
        name: 'acid',
        type: 'numeric',
        values: Float64Array.from(rows, ({ features }) => Number(features[0])),
      },
      {
        name: 'colour',
        type: 'categorical',
        categories: ['red', 'white'],
        codes: Int32Array.from(rows, ({ features }) => Number(features[1] === 'white')),
      },
    ],
    rows: rows.length,
    classes: NAMES,
    answers: {
      predicted: Int32Array.from(rows, ({ code }) => code),
      confidences: Float64Array.from(rows, () => 0.9),
    },
    seed: 1,
  });
  await world.s3.send(
    new PutObjectCommand({
      Bucket: 'models',
      Key: baselineKey('wine', sha256),
      Body: JSON.stringify(baseline),
    }),
  );
}

/** Logs this many predictions, one second apart, the last one at the given time. */
async function predictions(
  count: number,
  changes: (row: ReturnType<typeof draw>) => Partial<PredictionRecord> = ({ features }) => ({ features }),
  lastMs = NOW_MS - 1000,
): Promise<PredictionRecord[]> {
  const records = Array.from({ length: count }, (_, i) => {
    const row = draw();
    return recordAt(lastMs - (count - 1 - i) * 1000, { prediction: NAMES[row.code]!, ...changes(row) });
  });
  for (const record of records) await world.log(Date.parse(record.time), JSON.stringify(record));
  return records;
}

async function latest(): Promise<DriftReport> {
  const at = { Bucket: 'predictions', Key: 'wine/drift/latest.json' };
  const { Body } = await world.s3.send(new GetObjectCommand(at));
  return JSON.parse(await Body!.transformToString()) as DriftReport;
}

const run = () => monitor(world.deps);

describe('monitor', () => {
  it('compares features if they are logged, and answers always', async () => {
    await predictions(150, () => ({}));
    expect((await run()).models).toEqual([{ model: 'wine', drift: 'no_drift', accuracy: [] }]);
    expect((await latest()).columns.map(({ kind }) => kind)).toEqual(['prediction', 'confidence']);
    world.clock.nowMs = NOW_MS + 121_000;
    await predictions(120, ({ features }) => ({ features }), NOW_MS + 120_000);
    await run();
    expect((await latest()).columns.map(({ kind }) => kind)).toEqual([
      'feature',
      'feature',
      'prediction',
      'confidence',
    ]);
    expect((await latest()).records).toBe(270);
    expect(world.emitted).toContain('driftTestedRecords wine 270');
  });

  it('skips values that do not fit the columns, but not their answers', async () => {
    await predictions(150, ({ features }) => ({ features: next() < 0.5 ? [...features, 1] : ['x', 1] }));
    await run();
    expect(await latest()).toMatchObject({ status: 'no_drift', records: 150 });
    expect((await latest()).columns).toHaveLength(2);
  });

  it('treats a missing value as missing', async () => {
    await predictions(200, ({ features }) => ({
      features: [next() < 0.2 ? null : features[0]!, features[1]!],
    }));
    await run();
    expect((await latest()).columns.filter(({ drifting }) => drifting)).toMatchObject([
      { name: 'acid', test: 'missing' },
    ]);
  });

  it('reports drift once in the log, and as a gauge at every run', async () => {
    await predictions(300, ({ features }) => ({ features: [Number(features[0]) + 0.5, features[1]!] }));
    await run();
    const { status, summary } = await latest();
    expect([status, summary]).toEqual(['drift', expect.stringMatching(/^1 of 4 columns .*feature "acid"/)]);
    await run();
    expect(world.warnings).toEqual(['drift']);
    expect(world.emitted.filter((each) => each === 'driftDetected wine 1')).toHaveLength(2);
    expect(world.emitted).toContain('driftedFeatures wine 1');
  });

  it('keeps both distributions of every compared column', async () => {
    await predictions(300, ({ features }) => ({ features: [Number(features[0]) + 0.5, features[1]!] }));
    await run();
    const { columns } = await latest();
    expect(columns.map(({ type, distributions }) => [type, distributions?.form])).toEqual([
      ['numeric', 'numbers'],
      ['categorical', 'categories'],
      ['categorical', 'categories'],
      ['numeric', 'numbers'],
    ]);
    const [acid] = columns;
    if (acid?.distributions?.form !== 'numbers') throw new Error('expected numbers');
    const { bins } = acid.distributions;
    expect([bins[0]!.live, bins.at(-1)!.baseline]).toEqual([0, 0]);
  });

  it('compares only the predictions of the champion', async () => {
    await predictions(300, () => ({ version: 2, prediction: 'bad' }));
    await predictions(120);
    await run();
    expect(await latest()).toMatchObject({ version: 1, status: 'no_drift', records: 120 });
    await promote(2, 1);
    await run();
    expect(await latest()).toMatchObject({ version: 2, status: 'no_baseline', records: 300 });
    await putBaseline(SHA[1]);
    await run();
    expect(await latest()).toMatchObject({ version: 2, status: 'drift' });
  });

  it('compares nothing with too few predictions, and ignores those older than the window', async () => {
    await predictions(99);
    await predictions(500, undefined, NOW_MS - 25 * HOUR_MS);
    world.clock.nowMs = NOW_MS - 24 * HOUR_MS;
    await run();
    world.clock.nowMs = NOW_MS;
    await run();
    expect(await latest()).toMatchObject({ status: 'too_few', records: 99, columns: [] });
  });

  it('repeats its gauges while nobody predicts, and stops after the window', async () => {
    await predictions(150);
    await run();
    const before = await latest();
    world.clock.nowMs = NOW_MS + 23 * HOUR_MS;
    expect((await run()).models[0]?.drift).toBe('no_drift');
    world.emitted.length = 0;
    world.clock.nowMs = NOW_MS + 25 * HOUR_MS;
    expect((await run()).models[0]?.drift).toBe('idle');
    expect(await latest()).toEqual(before);
    expect(world.emitted).toEqual([]);
  });

  it('counts how often each version was right, and counts labels without a prediction separately', async () => {
    const ofFirst = await predictions(20, () => ({}));
    const ofSecond = await predictions(10, () => ({ version: 2 }), NOW_MS - 50 * 60_000);
    const given = (record: PredictionRecord, label: string) =>
      putFeedback(
        world.deps.table,
        '2026-11-24',
        {
          model: 'wine',
          prediction_id: record.prediction_id,
          label,
          actor: 'ci',
          recorded_at: '2026-11-24T20:00:00.000Z',
        },
        NOW_MS + HOUR_MS,
      );
    // A label may arrive before its prediction is gathered.
    for (const [i, record] of ofFirst.entries()) await given(record, i < 15 ? record.prediction : 'other');
    expect((await monitor({ ...world.deps, rules: { ...world.deps.rules } })).models[0]?.accuracy).toEqual([
      { version: 1, labelled: 20, correct: 15, accuracy: 0.75 },
    ]);
    for (const record of ofSecond) await given(record, record.prediction);
    await given(recordAt(NOW_MS), 'good');
    const { accuracy } = (await run()).models[0]!;
    expect(accuracy).toEqual([
      { version: 2, labelled: 10, correct: 10, accuracy: 1 },
      { version: 1, labelled: 20, correct: 15, accuracy: 0.75 },
    ]);
    expect(world.emitted.filter((each) => each.includes('Accuracy')).at(-1)).toBe('liveAccuracy wine 0.75');
    expect(world.emitted.filter((each) => each.includes('feedback')).at(-1)).toBe('feedbackCount wine 20');
  });

  it('monitors the other models when one, or the log, cannot be read, and then fails', async () => {
    await registerVersion(world.deps.table, { ...versionDraft('beer', '7'), artifact_sha256: SHA[1] });
    await predictions(150);
    await run();
    await world.s3.send(
      new PutObjectCommand({ Bucket: 'predictions', Key: 'wine/2026/11/24/20.jsonl', Body: 'spoilt\n' }),
    );
    world.clock.nowMs += HOUR_MS / 4;
    await expect(monitor({ ...world.deps, logGroup: '/aws/lambda/none' })).rejects.toThrow('failed 2 times');
    expect(world.warnings).toEqual(['monitoring failed', 'monitoring failed']);
  });
});

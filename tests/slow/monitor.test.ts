import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccuracyReport } from '../../functions/monitor/live-accuracy.ts';
import type { MonitorReport } from '../../functions/monitor/monitor.ts';
import { byCodeUnits } from '../../lib/code-units.ts';
import { readPredictionRecord } from '../../lib/drift/prediction-record.ts';
import type { DriftReport } from '../../lib/http/schemas/drift.ts';
import { isFound } from '../helpers/seeded-stack.ts';
import { eventually, loggedLines, startTestStack, type TestStack } from '../helpers/stack.ts';
import { xorshift } from '../helpers/xorshift.ts';

const BUCKET = 'classifier-predictions';
const SEED = 11;

let stack: TestStack;
let s3: S3Client;
beforeAll(async () => {
  stack = await startTestStack();
  s3 = new S3Client({ endpoint: stack.urls.s3 });
  const rows = Array.from({ length: 400 }, drawPlant).map((plant) => [...Object.values(plant)].join(','));
  const csv = ['height,width,soil,kind', ...rows].join('\n');
  await s3.send(new PutObjectCommand({ Bucket: 'classifier-raw', Key: 'plants/plants.csv', Body: csv }));
  await eventually('a champion of plants', () => isFound(`${stack.urls.http}/health?model=plants`));
});
afterAll(() => stack.dispose());

const next = xorshift(SEED);
const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

interface Plant {
  readonly height: number;
  readonly width: number;
  readonly soil: string;
  readonly kind: string;
}

function drawPlant(): Plant {
  const isFern = next() < 0.5;
  return {
    height: Number((normal() + (isFern ? 1.2 : -1.2)).toFixed(3)),
    width: Number(normal().toFixed(3)),
    soil: next() < (isFern ? 0.7 : 0.3) ? 'wet' : 'dry',
    kind: isFern ? 'fern' : 'moss',
  };
}

/** The part of an answer that the tests read. */
interface Answer {
  readonly prediction: string;
  readonly predictions: readonly { readonly prediction: string }[];
  readonly changed: boolean;
}

const post = async (path: string, body: unknown) => {
  const answer = await fetch(`${stack.urls.http}/models/plants/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return {
    status: answer.status,
    id: answer.headers.get('x-prediction-id')!,
    body: (await answer.json()) as Answer,
  };
};

/** A prediction with its true label, as the client knows it. */
interface Asked {
  readonly id: string;
  readonly truth: string;
  readonly prediction: string;
}

async function askOne({ kind, ...features }: Plant): Promise<Asked> {
  const { id, body } = await post('predict', { features });
  return { id, truth: kind, prediction: body.prediction };
}

async function askMany(plants: readonly Plant[]): Promise<Asked[]> {
  const { id, body } = await post('predict', {
    instances: plants.map(({ kind: _, ...features }) => features),
  });
  return plants.map(({ kind }, i) => ({
    id: `${id}.${i}`,
    truth: kind,
    prediction: body.predictions[i]!.prediction,
  }));
}

async function monitor(): Promise<MonitorReport> {
  const { payload, functionError } = await stack.lambda.invoke('monitor', {});
  expect(functionError, payload).toBeUndefined();
  return JSON.parse(payload) as MonitorReport;
}

/**
 * Runs the monitor when the log holds this many predictions in total. Log lines arrive shortly after the
 * answer.
 */
async function gather(total: number): Promise<MonitorReport> {
  const client = new CloudWatchLogsClient({ endpoint: stack.urls.cloudwatch });
  const group = { logGroupName: '/aws/lambda/predict', filterPattern: '"prediction_log"' };
  await eventually(`${total} predictions in the log`, async () => {
    let lines = 0;
    for await (const { events = [] } of paginateFilterLogEvents({ client }, group)) lines += events.length;
    return lines === total ? true : undefined;
  });
  // The laptop's monitor leaves lines that are younger to its next run.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return await monitor();
}

const text = async (key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
  return await Body!.transformToString();
};
const report = async <T>(kind: string) => JSON.parse(await text(`plants/${kind}/latest.json`)) as T;

/** Every version of every object below the model. */
async function stored(): Promise<(string | undefined)[][]> {
  const { Versions = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: 'plants/' }),
  );
  return Versions.map(({ Key, VersionId, ETag }) => [Key, VersionId, ETag]);
}

async function latestMetric(name: string): Promise<number | undefined> {
  const client = new CloudWatchClient({ endpoint: stack.urls.cloudwatch });
  const { Datapoints = [] } = await client.send(
    new GetMetricStatisticsCommand({
      Namespace: 'Classifier',
      MetricName: name,
      Dimensions: [
        { Name: 'service', Value: 'classifier' },
        { Name: 'model', Value: 'plants' },
      ],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 7200,
      Statistics: ['Maximum'],
    }),
  );
  return Datapoints.at(-1)?.Maximum;
}

describe('monitored predictions', () => {
  const asked: Asked[] = [];

  it('are stored once each in hourly files, under the ids of the answers', async () => {
    for (let i = 0; i < 20; i++) {
      const tenAtOnce = Array.from({ length: 10 }, drawPlant).map(askOne);
      asked.push(...(await Promise.all(tenAtOnce)));
    }
    for (let i = 0; i < 8; i++) asked.push(...(await askMany(Array.from({ length: 100 }, drawPlant))));
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1000);
    expect((await gather(1000)).gathered).toEqual({ added: { plants: 1000 }, unreadable: 0 });
    const keys = new Set((await stored()).map(([key]) => key!).filter((key) => key.endsWith('.jsonl')));
    const lines: string[] = [];
    for (const key of keys) {
      expect(key).toMatch(/^plants\/\d{4}\/\d\d\/\d\d\/\d\d\.jsonl$/);
      lines.push(...(await text(key)).split('\n').slice(0, -1));
    }
    const records = lines.map((line) => readPredictionRecord(line)!);
    const pairs = (each: readonly (readonly [string, string])[]) =>
      [...each].sort(([a], [b]) => byCodeUnits(a, b));
    expect(pairs(records.map(({ prediction_id, prediction }) => [prediction_id, prediction]))).toEqual(
      pairs(asked.map(({ id, prediction }) => [id, prediction])),
    );
  });

  it('show no drift when they resemble the training rows', async () => {
    const drift = await report<DriftReport>('drift');
    expect(drift).toMatchObject({ model: 'plants', version: 1, status: 'no_drift', records: 1000 });
    expect(drift.columns.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'feature height',
      'feature width',
      'feature soil',
      'prediction prediction',
      'confidence confidence',
    ]);
    expect(await eventually('a gauge', () => latestMetric('DriftTestedRecords'))).toBe(1000);
    expect(await latestMetric('DriftDetected')).toBe(0);
  });

  it('do not change in a second run', async () => {
    const before = await stored();
    const again = await monitor();
    expect(again.gathered).toEqual({ added: {}, unreadable: 0 });
    expect(again.models).toEqual([{ model: 'plants', drift: 'no_drift', accuracy: [] }]);
    expect(await stored()).toEqual(before);
  });

  it('give an exact accuracy with 300 labels, whatever other feedback is sent', async () => {
    const labelled = asked.filter((_, i) => i % 3 === 0).slice(0, 300);
    const give = (prediction_id: string, label: string) => post('feedback', { prediction_id, label });
    for (const { id, truth } of labelled) {
      const { status, body } = await give(id, truth);
      expect([status, body.changed]).toEqual([200, true]);
    }
    for (const { id, truth } of labelled.slice(0, 40)) {
      expect((await give(id, truth)).body.changed).toBe(false);
      expect((await give(id, `no ${truth}`)).status).toBe(409);
    }
    // Two valid ids without a prediction: one has its last digit changed, the other a position beyond the
    // batch.
    const [single, instance] = [labelled[0]!.id, labelled.at(-1)!.id];
    const unknown = [
      single.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
      instance.replace(/\.\d+$/, '.9999'),
    ];
    for (const id of unknown) expect((await give(id, 'fern')).status).toBe(200);
    expect((await give(`${single}-unlogged`, 'fern')).status).toBe(404);
    expect((await give('nonsense', 'fern')).status).toBe(400);

    await monitor();
    const correct = labelled.filter(({ truth, prediction }) => truth === prediction).length;
    const accuracy = await report<AccuracyReport>('accuracy');
    expect(accuracy.versions).toEqual([{ version: 1, labelled: 300, correct, accuracy: correct / 300 }]);
    expect(accuracy.unmatched).toBe(2);
    expect(correct).toBeGreaterThan(200);
    expect(correct).toBeLessThan(300);
    expect(await eventually('the gauge', () => latestMetric('LiveAccuracy'))).toBe(correct / 300);
    expect(await latestMetric('FeedbackCount')).toBe(300);
  });

  it('show drift and its column when the inputs shift', async () => {
    const shifted = Array.from({ length: 500 }, drawPlant).map((plant) => ({
      ...plant,
      width: plant.width + 1.5,
    }));
    for (let i = 0; i < 500; i += 100) await askMany(shifted.slice(i, i + 100));
    expect((await gather(1500)).gathered.added).toEqual({ plants: 500 });
    const drift = await report<DriftReport>('drift');
    expect(drift).toMatchObject({ status: 'drift', records: 1500 });
    expect(drift.columns.filter(({ drifting }) => drifting).map(({ name }) => name)).toEqual(['width']);
    expect(drift.summary).toContain('feature "width"');
    expect(
      await eventually('the alarm', async () =>
        (await latestMetric('DriftDetected')) === 1 ? 1 : undefined,
      ),
    ).toBe(1);
    expect(
      (await stored()).filter(([key]) => /plants\/drift\/\d{4}\/\d\d\/\d\d\/\d{6}-v1\.json$/.test(key!)),
    ).toHaveLength(2);
    expect(await loggedLines(stack, '"message":"drift"', 1)).toHaveLength(1);
  });

  it('do not appear in the output of the functions', () => {
    expect(stack.lines.filter(({ line }) => line.includes('prediction_log'))).toEqual([]);
    expect(stack.problems).toEqual([]);
  });
});

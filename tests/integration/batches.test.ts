import { readFile } from 'node:fs/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictTable } from '../../lib/batch/predict-table.ts';
import type { ResultChoices } from '../../lib/batch/result-choices.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import type { BatchAccepted, BatchDetail, BatchList } from '../../lib/http/schemas/batches-api.ts';
import { apiContract } from '../helpers/api-contract.ts';
import { memoryFile } from '../helpers/csv-ingest.ts';
import { eventually, startTestStack, type TestStack } from '../helpers/stack.ts';

const contract = apiContract();
const START = 'POST /models/{model}/batches';
const LIST = 'GET /models/{model}/batches';
const STATE = 'GET /models/{model}/batches/{id}';

/** Small lots, so that a small file has many. */
const functionSettings = { batch: { BATCH_LOT_ROWS: '40', BATCH_CONCURRENCY: '2' } };

let stack: TestStack;
let s3: S3Client;
let iris: string;

beforeAll(async () => {
  iris = await readFile(new URL('../../data/raw/iris.csv', import.meta.url), 'utf8');
  stack = await startTestStack(undefined, { functionSettings });
  s3 = clientOf(stack);
  await put('classifier-raw', 'iris/iris.csv', iris);
  await eventually('a champion', async () => {
    const { ok } = await fetch(`${stack.urls.http}/models/iris/versions/1`);
    return ok || undefined;
  });
});
afterAll(() => stack.dispose());

const clientOf = ({ urls }: TestStack) =>
  new S3Client({
    endpoint: urls.s3,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });

async function put(
  bucket: string,
  key: string,
  body: string | Uint8Array,
  Metadata: Record<string, string> = {},
): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata }));
}

/** What stands of batches between their steps. */
async function parts(): Promise<string[]> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: 'classifier-results', Prefix: '_parts/' }),
  );
  return Contents.map(({ Key }) => Key!);
}

async function get(bucket: string, key: string): Promise<Uint8Array<ArrayBuffer>> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return new Uint8Array(await Body!.transformToByteArray());
}

/** Asks a route, and holds its answer to the document. */
async function ask<T>(route: typeof START | typeof LIST | typeof STATE, path: string, body?: unknown) {
  const answer = await fetch(`${stack.urls.http}/models/${path}`, {
    method: route.split(' ')[0]!,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const wire = {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: Buffer.from(await answer.arrayBuffer()),
  };
  expect(contract.difference(route, wire)).toBeUndefined();
  return { status: wire.status, json: JSON.parse(wire.body.toString()) as T };
}

/** The batch of a file in the bucket, found in the list, once it has ended. */
const ended = (model: string, key: string) =>
  eventually(`the end of ${key}`, async () => {
    const { json } = await ask<BatchList>(LIST, `${model}/batches`);
    const found = json.batches?.find(({ input, state }) => input === key && state !== 'running');
    return found && (await ask<BatchDetail>(STATE, `${model}/batches/${found.batch_id}`)).json;
  });

const PLAIN = { contract: undefined, explain: false, probabilities: false, format: 'csv' } as const;

/** What `npm run predict` writes. */
async function predicted(
  file: Uint8Array,
  choices: Partial<ResultChoices> = {},
  name = 'file.csv',
): Promise<Buffer> {
  const { version } = { version: '1' };
  const { url } = (await (
    await fetch(`${stack.urls.http}/models/iris/versions/${version}/artifact`, { redirect: 'manual' })
  ).json()) as { url: string };
  const model = openModel(new Uint8Array(await (await fetch(url)).arrayBuffer()));
  const parts: Uint8Array[] = [];
  await predictTable(
    model,
    memoryFile(file, [], name),
    { write: (chunk) => void parts.push(chunk) },
    { ...PLAIN, ...choices, json: false, onFault: () => undefined, onProgress: () => undefined },
  );
  return Buffer.concat(parts);
}

/** Several tables of iris below each other, with rows that cannot be predicted. */
function larger(times: number): string {
  const [header = '', ...rows] = iris.trimEnd().split('\n');
  const body = Array.from({ length: times }, (_, at) =>
    rows.map((row, i) => (i % 50 === at % 50 ? `"x${at}",${row.slice(row.indexOf(',') + 1)}` : row)),
  );
  return `${[`note,${header}`, ...body.flat().map((row, i) => `"line ${i}\nand ""more""",${row}`)].join('\n')}\n`;
}

describe('a file in the batches bucket', () => {
  it('is answered whole, as npm run predict answers it, and the same file again is the same batch', async () => {
    const file = Buffer.from(larger(3));
    await put('classifier-batches', 'iris/many.csv', file);
    const batch = await ended('iris', 'iris/many.csv');
    expect(batch).toMatchObject({ state: 'done', reason: null, version: 1, rows: 450, explain: false });
    expect(batch.lots!.all).toBeGreaterThan(9);
    expect(batch.lots!.done).toBe(batch.lots!.all);
    expect(batch.counts).toEqual({ read: 450, predicted: 441, rejected: 9, blank: 0 });
    expect(batch.result).toBe(`iris/${batch.batch_id}/predictions.csv`);
    const result = await (await fetch(batch.links!.predictions.url)).text();
    expect(result).toBe((await predicted(file)).toString());
    const rejects = await (await fetch(batch.links!.rejects.url)).text();
    expect(rejects.split('\r\n')).toHaveLength(1 + 9 + 1);
    const report = (await (await fetch(batch.links!.report.url)).json()) as Record<string, unknown>;
    expect(report).toMatchObject({
      model: 'iris',
      batch_id: batch.batch_id,
      rows: batch.counts,
      novelty: { rows: expect.any(Number) },
      unseen: [],
      drift: { status: 'no_drift', rows: 441 },
      score: { label: 'species', rows: 441, unknown_labels: 0 },
    });
    await put('classifier-batches', 'iris/many.csv', file);
    const again = await ask<BatchAccepted>(START, 'iris/batches', { input: 'iris/many.csv' });
    expect(again).toMatchObject({ status: 202, json: { batch: { batch_id: batch.batch_id, attempt: 1 } } });
    // Parts are removed after the batch is done.
    await expect.poll(parts, { timeout: 20_000 }).toEqual([]);
  });

  it('may be sent to a signed address, compressed, and be explained', async () => {
    const { gzipSync } = await import('node:zlib');
    const file = gzipSync(larger(1).replaceAll(',', ';'));
    const request = { file_name: 'packed.csv.gz', size_bytes: file.length, explain: true, version: 'v1' };
    const { status, json } = await ask<BatchAccepted>(START, 'iris/batches', request);
    expect(status).toBe(202);
    const { url, headers, key } = json.upload!;
    expect((await fetch(url, { method: 'PUT', headers, body: file })).status).toBe(200);
    const batch = await ended('iris', key);
    expect(batch).toMatchObject({ state: 'done', explain: true, rows: 150 });
    const result = Buffer.from(await get('classifier-results', batch.result!)).toString();
    expect(result).toBe((await predicted(file, { explain: true }, 'packed.csv.gz')).toString());
    expect(result).toContain('novelty_percentile');
  });

  it('is answered with probabilities and as Parquet, where its metadata or the request say so', async () => {
    const file = Buffer.from(larger(2));
    const key = 'iris/chosen.csv';
    await put('classifier-batches', key, file, { probabilities: 'true', format: 'parquet' });
    const dropped = await ended('iris', key);
    expect(dropped).toMatchObject({ state: 'done', rows: 300, probabilities: true, format: 'parquet' });
    expect(dropped.result).toBe(`iris/${dropped.batch_id}/predictions.parquet`);
    const written = Buffer.from(await get('classifier-results', dropped.result!));
    const choices = { probabilities: true, format: 'parquet' } as const;
    expect(written.equals(await predicted(file, choices))).toBe(true);
    const link = await fetch(dropped.links!.predictions.url);
    expect(link.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    const rows = await parquetReadObjects({ file: await link.arrayBuffer() });
    expect(rows).toHaveLength(300);
    expect(rows[0]).toMatchObject({ note: 'line 0\nand "more"', prediction: null, probability_setosa: null });
    expect(rows[1]).toMatchObject({ prediction: 'setosa', probability_setosa: rows[1]!.confidence });
    const asked = { input: key, probabilities: true, format: 'csv' };
    const { json } = await ask<BatchAccepted>(START, 'iris/batches', asked);
    expect(json.batch).toMatchObject({ probabilities: true, format: 'csv', explain: false });
    expect(json.batch!.batch_id).not.toBe(dropped.batch_id);
    const { batch_id: id } = json.batch!;
    const done = await eventually('the other result', async () => {
      const { json: found } = await ask<BatchDetail>(STATE, `iris/batches/${id}`);
      return found.state === 'running' ? undefined : found;
    });
    const csv = Buffer.from(await get('classifier-results', done.result!));
    expect(csv.equals(await predicted(file, { probabilities: true }))).toBe(true);
    expect(csv.toString()).toContain(',confidence,probability_setosa,probability_versicolor,');
    const { json: signed } = await ask<BatchAccepted>(START, 'iris/batches', {
      file_name: 'next.csv',
      size_bytes: 3,
      probabilities: true,
      format: 'parquet',
    });
    const headers = { 'x-amz-meta-probabilities': 'true', 'x-amz-meta-format': 'parquet' };
    expect(signed.upload!.headers).toMatchObject(headers);
  });

  it('is refused with the reason, when its metadata hold what is no choice', async () => {
    await put('classifier-batches', 'iris/odd.csv', larger(1), { format: 'xlsx' });
    expect(await ended('iris', 'iris/odd.csv')).toMatchObject({
      state: 'refused',
      reason: 'the object\'s metadata x-amz-meta-format: expected csv or parquet, got "xlsx"',
    });
  });

  it('is refused with the reason, when it lacks a column, its model or its version', async () => {
    await put('classifier-batches', 'iris/narrow.csv', 'sepal_length,species\n5.1,setosa\n4.9,setosa\n');
    await put('classifier-batches', 'nobody/narrow.csv', 'a,b\n1,2\n');
    expect(await ended('iris', 'iris/narrow.csv')).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('expected a column for every feature of the model'),
      result: null,
      links: null,
    });
    expect(await ended('nobody', 'nobody/narrow.csv')).toMatchObject({
      state: 'refused',
      reason: 'the model "nobody" has no champion',
    });
    const asked = { input: 'iris/narrow.csv', version: 7 };
    expect(await ask<BatchAccepted>(START, 'iris/batches', asked)).toMatchObject({
      json: { batch: { state: 'refused', reason: 'the model "iris" has no version 7' } },
    });
  });

  it('is asked for by its name, and what is no file of the model is a fault of the request', async () => {
    const unknown = await ask(START, 'iris/batches', { input: 'iris/never.csv' });
    expect(unknown).toMatchObject({ status: 404, json: { code: 'unknown_input' } });
    for (const body of [
      { input: 'other/many.csv' },
      { input: 'iris/many.xlsx' },
      { file_name: 'schema.json', size_bytes: 3 },
    ])
      expect(await ask(START, 'iris/batches', body)).toMatchObject({
        status: 400,
        json: { code: 'file_name' },
      });
    for (const body of [
      {},
      { input: 'iris/many.csv', file_name: 'a.csv', size_bytes: 1 },
      { file_name: 'a.csv' },
      { input: 'iris/many.csv', format: 'xlsx' },
      { input: 'iris/many.csv', probabilities: 'true' },
    ])
      expect(await ask(START, 'iris/batches', body)).toMatchObject({
        status: 400,
        json: { code: 'invalid_request' },
      });
    for (const id of ['0'.repeat(64), 'none', 'a'.repeat(3000)])
      expect(await ask(STATE, `iris/batches/${id}`)).toMatchObject({ status: 404 });
  });

  it('goes on where it was when the system is stopped and started again', async () => {
    const file = Buffer.from(larger(3));
    await put('classifier-batches', 'iris/long.csv', file);
    await eventually('a first lot', async () => {
      const { json } = await ask<BatchList>(LIST, 'iris/batches');
      return json.batches.find(({ input, rows }) => input === 'iris/long.csv' && rows! > 0);
    });
    await stack.close();
    const started = stack.lines.length;
    stack = { ...(await startTestStack(stack.stateFolder, { functionSettings })) };
    s3 = clientOf(stack);
    const batch = await ended('iris', 'iris/long.csv');
    expect(started).toBeGreaterThan(0);
    expect(batch).toMatchObject({ state: 'done', rows: 450, attempt: 1 });
    const result = Buffer.from(await get('classifier-results', batch.result!)).toString();
    expect(result).toBe((await predicted(file)).toString());
  });
});

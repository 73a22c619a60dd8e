import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistryTable } from '../../lib/registry/table.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { eventually, startTestStack, type TestStack } from '../helpers/stack.ts';

const iris = await readFile(new URL('../../data/raw/iris.csv', import.meta.url));

let stack: TestStack;
let s3: S3Client;
let table: RegistryTable;

beforeAll(async () => {
  stack = await startTestStack();
  s3 = new S3Client({ endpoint: stack.urls.s3 });
  table = new RegistryTable(new DynamoDBClient({ endpoint: stack.urls.dynamodb }), 'classifier-registry');
});
afterAll(() => stack.dispose());

const upload = async (key: string, body: Uint8Array | string) =>
  s3.send(new PutObjectCommand({ Bucket: 'classifier-raw', Key: key, Body: body }));

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${stack.urls.http}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Record<string, unknown>,
  };
};

const read = async (bucket: string, key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
};

const list = async (bucket: string, prefix: string) => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Contents.map(({ Key }) => Key!);
};

const versions = async (model: string) => {
  const found: unknown[] = [];
  for await (const item of table.list(`MODEL#${model}`, 'VERSION#')) found.push(item.version);
  return found;
};

const uploads = async (model: string) => {
  const found: Record<string, unknown>[] = [];
  for await (const item of table.list(`MODEL#${model}`, 'UPLOAD#')) found.push(item);
  return found;
};

const settled = (model: string, count: number) =>
  eventually(`${count} uploads of ${model}`, async () => {
    await stack.lambda.idle();
    const found = await uploads(model);
    const open = found.filter(({ status }) => status === 'received' || status === 'accepted');
    return found.length >= count && open.length === 0 ? found : undefined;
  });

describe('a second data set of a model', () => {
  const detailOf = async (model: string, version: number) => {
    const found = (await uploads(model)).find((entry) => entry.version === version)!;
    return { status: found.status, detail: String(found.detail) };
  };

  it('replaces the champion when it is as good on the same held-out rows, but not when it is worse', async () => {
    const penguins = (
      await readFile(new URL('../../data/raw/penguins/penguins.csv', import.meta.url), 'utf8')
    ).trim();
    await upload('birds/first.csv', penguins);
    await settled('birds', 1);
    const [header, ...rows] = penguins.split(/\r?\n/);
    await upload('birds/second.csv', [header, ...rows.slice(3)].join('\n'));
    await settled('birds', 2);
    expect(await detailOf('birds', 2)).toMatchObject({ status: 'promoted' });

    const species = rows.map((row) => row.slice(row.lastIndexOf(',') + 1));
    const mixed = rows.map(
      (row, i) => `${row.slice(0, row.lastIndexOf(','))},${species[(i * 97) % species.length]}`,
    );
    await upload('birds/third.csv', [header, ...mixed].join('\n'));
    await settled('birds', 3);
    const { status, detail } = await detailOf('birds', 3);
    expect(status).toBe('registered');
    expect(detail).toMatch(/^not promoted: /);
    const answer = await post('/models/birds/predict', { features: ['Biscoe', 46.1, 13.2, 211, 4500, null] });
    expect(answer.body).toMatchObject({ prediction: 'Gentoo', model_version: 'v2' });
  });
});

describe('from a CSV to predictions', () => {
  it('says that there is no model before the first upload', async () => {
    expect(await post('/predict', { features: [1, 2, 3, 4] })).toMatchObject({
      status: 404,
      body: { code: 'unknown_model' },
    });
  });

  it('trains the default model from a file at the root of the raw bucket, and answers', async () => {
    await upload('iris.csv', iris);
    expect(await settled('default', 1)).toMatchObject([{ status: 'promoted', version: 1 }]);
    const answer = await post('/predict', { features: [5.1, 3.5, 1.4, 0.2] });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      prediction: 'setosa',
      confidence: expect.any(Number),
      model_version: 'v1',
    });
    expect(answer.headers.get('x-request-id')).toMatch(/.+/);
    expect(await (await fetch(`${stack.urls.http}/health`)).json()).toMatchObject({
      status: 'ready',
      model_version: 'v1',
    });
  });

  it('stores manifest, report and data of the upload, and the artifact under its sha256', async () => {
    const manifestKey = (await list('classifier-processed', 'default/')).find((key) =>
      key.endsWith('/manifest.json'),
    )!;
    const manifest = JSON.parse((await read('classifier-processed', manifestKey)).toString()) as {
      rows: unknown;
      source: { sha256: string };
      files: Record<string, string>;
    };
    expect(manifest.rows).toEqual({ read: 150, accepted: 150, rejected: 0, blank: 0 });
    expect(manifest.source.sha256).toBe(sha256Hex(iris));
    for (const key of Object.values(manifest.files))
      expect((await read('classifier-processed', key)).length).toBeGreaterThan(0);
    const artifact = (await list('classifier-models', 'default/')).find((key) => key.endsWith('.knn'))!;
    const digest = sha256Hex(await read('classifier-models', artifact));
    expect(artifact).toBe(`default/${digest}.knn`);
  });

  it('trains the model that a folder names', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i % 2 === 0 ? 13 + i / 100 : 5 + i / 100},${i % 25},${i % 2 === 0 ? 'red' : 'white'}`,
    );
    await upload('wine/x.csv', `alcohol,acid,label\n${rows.join('\n')}\n`);
    expect(await settled('wine', 1)).toMatchObject([{ status: 'promoted', version: 1 }]);
    expect(await post('/models/wine/predict', { features: { alcohol: 13, acid: 10 } })).toMatchObject({
      status: 200,
      body: { prediction: 'red', model_version: 'v1' },
    });
  });

  it('reads a table of many row groups completely, with the thread that is bundled with the handler', async () => {
    // If the thread cannot start, the third row group fails. A group has 65,536 rows.
    const rows = Array.from({ length: 270_000 }, (_, i) => `${i % 100},${i % 2}`);
    await upload('long/x.csv', `x,label\n${rows.join('\n')}\n1,a"b\n`);
    expect(await settled('long', 1)).toMatchObject([
      { status: 'refused', detail: expect.stringContaining('line 270002') },
    ]);
  });

  it('accepts categories and gaps: all penguins are accepted and predicted by name', async () => {
    await upload(
      'penguins/penguins.csv',
      await readFile(new URL('../../data/raw/penguins/penguins.csv', import.meta.url)),
    );
    const [entry] = await settled('penguins', 1);
    expect(entry).toMatchObject({ status: 'promoted', version: 1 });
    const manifest = JSON.parse(
      (await read('classifier-processed', `penguins/${entry!.upload_id}/manifest.json`)).toString(),
    );
    expect(manifest.rows).toEqual({ read: 344, accepted: 344, rejected: 0, blank: 0 });
    const features = {
      island: 'Torgersen',
      bill_length_mm: 39.1,
      bill_depth_mm: 18.7,
      flipper_length_mm: null,
      body_mass_g: 3750,
      sex: null,
    };
    expect(await post('/models/penguins/predict', { features })).toMatchObject({
      status: 200,
      body: { prediction: 'Adelie' },
    });
  });

  it('reads the label from metadata that curl sends, also when it is not ASCII', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 2 ? 'hoch' : 'tief'},${i},${i % 7}.5`).join(
      '\n',
    );
    const answer = await fetch(`${stack.urls.s3}/classifier-raw/named/x.tsv`, {
      method: 'PUT',
      // curl sends bytes in UTF-8, and HTTP decodes them as Latin-1.
      headers: { 'x-amz-meta-label': Buffer.from('Größe').toString('latin1') },
      body: `Größe\ta\tb\n${rows.replaceAll(',', '\t')}\n`,
    });
    expect(answer.status).toBe(200);
    const [entry] = await settled('named', 1);
    expect(entry).toMatchObject({
      basis: { label: 'Größe' },
      status: expect.stringMatching(/registered|promoted/),
    });
    const card = (await (await fetch(`${stack.urls.http}/models/named/versions/1`)).json()) as {
      schema: { label: string };
      lineage: { understood: unknown };
    };
    expect(card.schema.label).toBe('Größe');
    expect(card.lineage.understood).toMatchObject({
      label_chosen_by: 'metadata',
      ignored: [{ name: 'a', reason: 'row_number' }],
    });
  });

  it('says why there is no model, and reads the refused file again when its contract arrives', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 2 ? 'a' : 'b'},${i % 2 ? i : i / 60},${i}.5`);
    await upload('weights/x.csv.gz', gzipSync(`kind,size,weight\n${rows.join('\n')}\n`));
    expect(await settled('weights', 1)).toMatchObject([{ status: 'refused' }]);
    const said = 'its newest upload was refused: regression: ';
    const asked = await eventually('the refusal', async () => {
      const { status, body } = await post('/models/weights/predict', { features: [1] });
      return status === 404 && String(body.detail).includes(said) ? body : undefined;
    });
    expect(asked.code).toBe('unknown_model');
    for (const path of ['/health?model=weights', '/models/weights'])
      expect(await (await fetch(`${stack.urls.http}${path}`)).json()).toMatchObject({
        detail: expect.stringContaining(said),
      });

    await upload('weights/schema.json', '{"label":"kind"}');
    const found = await settled('weights', 3);
    expect(found.map(({ status }) => status).toSorted()).toEqual(['applied', 'promoted', 'refused']);
    const card = await (await fetch(`${stack.urls.http}/models/weights`)).json();
    expect(card).toMatchObject({
      champion: {
        schema: { label: 'kind' },
        understood: {
          format: 'csv',
          compression: 'gzip',
          delimiter: ',',
          line_end: 'lf',
          label: { name: 'kind', chosen_by: 'contract', likelier: [] },
          label_chosen_by: 'contract',
        },
      },
      newest_upload_refused: null,
      newest_upload_failed: null,
    });
    await upload('weights/schema.json', '{"lable":"kind"}');
    await settled('weights', 4);
    const after = await (await fetch(`${stack.urls.http}/models/weights`)).json();
    expect(after).toMatchObject({
      champion: { version: 1 },
      newest_upload_refused: expect.stringContaining('its newest upload was refused: contract: '),
    });
  });

  it('stores a report for people beside the one for programs', async () => {
    const page = (await list('classifier-processed', 'penguins/')).find((key) =>
      key.endsWith('/report.html'),
    )!;
    expect((await read('classifier-processed', page)).toString()).toContain('Rejected rows');
  });

  it('compares the raw bucket with the ledger when housekeeping is invoked by hand', async () => {
    const answer = await fetch(`${stack.urls.lambda}/2015-03-31/functions/housekeeping/invocations`, {
      method: 'POST',
      body: '{}',
    });
    expect(answer.status).toBe(200);
    // Housekeeping skips all uploads of this run: they are younger than the grace period.
    expect(await answer.json()).toEqual({
      reconciled: { compared: 0, reingested: [], retrained: [], ended: [] },
      retained: { retired: [], deleted: [], kept: [] },
    });
  });

  it('makes one version when the same rows are uploaded twice, also in another order', async () => {
    await upload('iris.csv', iris);
    const [header, ...rows] = iris.toString().trim().split(/\r?\n/);
    await upload('again.csv', `${[header, ...rows.reverse()].join('\r\n')}\r\n`);
    await settled('default', 3);
    expect(await versions('default')).toEqual([1]);
  });

  it('refuses a file with a reason, acknowledges it, and leaves the champion alone', async () => {
    await upload('bad.csv', 'a,b,label\n1,2,"unclosed\n');
    const found = await settled('default', 4);
    const refused = found.find(({ key }) => key === 'bad.csv')!;
    expect(refused.status).toBe('refused');
    const report = JSON.parse(
      (await read('classifier-processed', `default/refused/${refused.upload_id}/report.json`)).toString(),
    );
    expect(report).toMatchObject({ code: 'quoting', line: 2, source: { key: 'bad.csv' } });
    expect(await post('/predict', { features: [5.1, 3.5, 1.4, 0.2] })).toMatchObject({
      body: { model_version: 'v1' },
    });
  });

  it('says of a model that its newest file has a name that is not taken', async () => {
    await upload('sheets/book.xlsx', 'PK');
    await settled('sheets', 1);
    const words = /its newest upload was refused: key: .*spreadsheet.*save the sheet as CSV/s;
    const asked = await post('/models/sheets/predict', { features: [1] });
    expect(asked.body.detail).toMatch(words);
    const card = await (await fetch(`${stack.urls.http}/models/sheets`)).json();
    expect(JSON.stringify(card)).toMatch(words);
  });

  it('reports a key that belongs to no model', async () => {
    await upload('a/b/c/d.csv', iris);
    const [refused] = await settled('_invalid', 1);
    const report = JSON.parse(
      (await read('classifier-processed', `_invalid/refused/${refused!.upload_id}/report.json`)).toString(),
    );
    expect(report.code).toBe('key');
  });

  it('records an object that was deleted before ingestion read it', async () => {
    const { VersionId } = await upload('gone/x.csv', iris);
    await s3.send(
      new DeleteObjectCommand({ Bucket: 'classifier-raw', Key: 'gone/x.csv', VersionId: VersionId! }),
    );
    const [entry] = await settled('gone', 1);
    expect(['gone', 'promoted']).toContain(entry!.status);
  });

  it.each([
    ['a body that breaks off', 'POST', '/predict', '{"features":[1,2', 400],
    ['too few features', 'POST', '/predict', '{"features":[1,2,3]}', 400],
    ['an infinite feature', 'POST', '/predict', '{"features":[1,2,3,1e999]}', 400],
    ['an unknown model', 'POST', '/models/nobody/predict', '{"features":[1]}', 404],
    ['an unknown path', 'POST', '/nothing', '{}', 404],
    ['another method', 'PUT', '/predict', '{}', 405],
    ['too large a body', 'POST', '/predict', `{"features":[${'1,'.repeat(600_000)}1]}`, 413],
  ])('answers %s (%s %s) with problem details', async (_, method, path, body, status) => {
    const answer = await fetch(`${stack.urls.http}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      status,
      code: expect.any(String),
      request_id: expect.any(String),
    });
  });

  it('counts its answers in /metrics', async () => {
    const text = await eventually('two counted predictions', async () => {
      const exposition = await (await fetch(`${stack.urls.http}/metrics`)).text();
      return /classifier_requests_total\{route="POST \/predict",status="2xx"\} [2-9]/.test(exposition)
        ? exposition
        : undefined;
    });
    expect(text).toMatch(/classifier_requests_total\{route="POST \/predict",status="4xx"\} [1-9]/);
    expect(text).toMatch(
      /classifier_prediction_duration_seconds_bucket\{route="POST \/predict",le="\+Inf"\} [2-9]/,
    );
    expect(text).toContain('classifier_model_info{model="default",version="v1"} 1');
    expect(text).not.toMatch(/5xx"\} [1-9]/);
  });

  it('leaves no dead letter and reports no problem', () => {
    expect(stack.problems).toEqual([]);
  });
});

import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import type {
  championAnswer,
  changeAnswer,
  decisionList,
  modelCard,
  modelList,
  uploadList,
  versionList,
} from '../../lib/http/schemas/models-api.ts';
import { eventually, loggedLines, startTestStack, type TestStack } from '../helpers/stack.ts';

const iris = await readFile(new URL('../../data/raw/iris.csv', import.meta.url), 'utf8');
const fewer = `${iris.trim().split(/\r?\n/).slice(0, -3).join('\n')}\n`;

let stack: TestStack;
let s3: S3Client;
beforeAll(async () => {
  stack = await startTestStack();
  s3 = new S3Client({ endpoint: stack.urls.s3 });
});
afterAll(() => stack.dispose());

async function request<T>(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${stack.urls.http}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

const get = async <T extends z.ZodMiniType>(path: string) =>
  (await request<z.infer<T>>('GET', `/models${path}`)).body;
const change = (path: string, body: unknown) =>
  request<z.infer<typeof changeAnswer> & { code?: string }>('PUT', `/models${path}`, body);

/** Uploads a file and waits until all uploads so far are processed. @returns the newest upload's entry */
async function drop(key: string, text: string, count: number) {
  await s3.send(new PutObjectCommand({ Bucket: 'classifier-raw', Key: key, Body: text }));
  return eventually(`${count} uploads`, async () => {
    await stack.lambda.idle();
    const { uploads = [] } = await get<typeof uploadList>('/iris/uploads');
    const open = uploads.filter(({ status }) => status === 'received' || status === 'accepted');
    return uploads.length === count && open.length === 0 ? uploads : undefined;
  });
}

const answeredBy = (version: string) =>
  eventually(`an answer of ${version}`, async () => {
    const { body } = await request<{ model_version?: string }>('POST', '/models/iris/predict', {
      features: [5.1, 3.5, 1.4, 0.2],
    });
    return body.model_version === version ? body : undefined;
  });

const actor = userInfo().username;

describe('a model through its versions', () => {
  it('knows no model before the first upload', async () => {
    expect(await get<typeof modelList>('')).toEqual({ models: [], next: null });
    expect(await request('GET', '/models/iris')).toMatchObject({
      status: 404,
      body: { code: 'unknown_model' },
    });
  });

  it('promotes the first file, and then the second, which lacks three rows', async () => {
    await drop('iris/a.csv', iris, 1);
    await answeredBy('v1');
    const uploads = await drop('iris/a.csv', fewer, 2);
    expect(uploads.map(({ status, version }) => [status, version])).toEqual(
      expect.arrayContaining([
        ['promoted', 1],
        ['promoted', 2],
      ]),
    );
    await answeredBy('v2');
    const card = await get<typeof modelCard>('/iris');
    expect(card).toMatchObject({
      champion: { version: 2, schema: { classes: { labels: ['setosa', 'versicolor', 'virginica'] } } },
      counts: { versions: 2, retired: 0, decisions: 2 },
    });
  });

  it('rolls back by hand, and predictions follow', async () => {
    const { decision } = await get<typeof championAnswer>('/iris/champion');
    const answer = await change('/iris/champion', { version: 1, decision, reason: 'v2 lacks rows' });
    expect(answer).toMatchObject({
      status: 200,
      body: { champion: 1, decision: 3, action: 'rollback', actor, changed: true },
    });
    await answeredBy('v1');
  });

  it('keeps the rollback when the second file is delivered again, under the same or another key', async () => {
    await drop('iris/a.csv', fewer, 3);
    const uploads = await drop('iris/b.csv', fewer, 4);
    const again = uploads.filter(({ version, status }) => version === 2 && status === 'registered');
    expect(again.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('this version was the champion before'),
      expect.stringContaining('this version was the champion before'),
    ]);
    expect(await get<typeof championAnswer>('/iris/champion')).toMatchObject({ champion: 1, decision: 3 });
    await answeredBy('v1');
  });

  it('promotes it again by hand, and retires the other', async () => {
    expect(await change('/iris/champion', { version: 'v2', decision: 2, reason: 'late' })).toMatchObject({
      status: 409,
      body: { code: 'conflict', current: { decision: 3, champion: 1 } },
    });
    expect(
      await change('/iris/champion', { version: 'v2', decision: 3, reason: 'the rows were wrong' }),
    ).toMatchObject({ status: 200, body: { champion: 2, decision: 4, changed: true } });
    await answeredBy('v2');
    expect(await change('/iris/versions/v2/retirement', { decision: 4, reason: 'no' })).toMatchObject({
      status: 409,
      body: { code: 'version_in_use' },
    });
    const pinned = () =>
      request('POST', '/models/iris/predict?version=1', { features: [5.1, 3.5, 1.4, 0.2] });
    expect(await pinned()).toMatchObject({ status: 200, body: { model_version: 'v1' } });
    expect(await change('/iris/versions/v1/retirement', { decision: 4, reason: 'wrong rows' })).toMatchObject(
      { status: 200, body: { champion: 2, decision: 5, action: 'retire', changed: true } },
    );
    expect(await change('/iris/champion', { version: 1, decision: 5, reason: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'version_retired' },
    });
    const gone = await eventually('the retired version to be gone', async () => {
      const answer = await pinned();
      return answer.status === 200 ? undefined : answer;
    });
    expect(gone).toMatchObject({ status: 410, body: { code: 'version_retired' } });
  });

  it('logs all decisions with actor and reason, and the state of every version', async () => {
    const { decisions } = await get<typeof decisionList>('/iris/decisions');
    expect(decisions.map((entry) => [entry.decision, entry.action, entry.actor, entry.champion])).toEqual([
      [5, 'retire', actor, 2],
      [4, 'rollback', actor, 2],
      [3, 'rollback', actor, 1],
      [2, 'promote', 'train', 2],
      [1, 'promote', 'train', 1],
    ]);
    const { versions } = await get<typeof versionList>('/iris/versions');
    expect(versions.map(({ version, champion, retired }) => [version, champion, retired])).toEqual([
      [2, true, false],
      [1, false, true],
    ]);
    expect(await loggedLines(stack, '"message":"decided"', 3)).toHaveLength(3);
  });

  it('answers 405 when a path has other methods, and percent-decodes names', async () => {
    const answer = await fetch(`${stack.urls.http}/models/iris/champion`, { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, PUT');
    expect(await request('GET', '/models/ir%69s/champion')).toMatchObject({ status: 200 });
    expect(await request('GET', '/models/a%2Fb/champion')).toMatchObject({ status: 404 });
  });

  it('leaves no dead letter and reports no problem', () => {
    expect(stack.problems).toEqual([]);
  });
});

import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { championState, changeAnswer } from '../../../../lib/http/schemas/models-api.ts';
import { decisionLog } from '../../../../lib/registry/decisions.ts';
import { promoteByHand } from '../../../../lib/registry/manual-decisions.ts';
import { captureOutput } from '../../../helpers/captured-output.ts';
import {
  type ApiAnswer,
  type ApiCall,
  addVersion,
  MODELS_BUCKET,
  type ModelsApi,
  openModelsApi,
  promote,
} from '../../../helpers/models-api.ts';

const output = captureOutput();
let api: ModelsApi;
let models = 0;
beforeAll(async () => {
  api = await openModelsApi();
});
afterAll(() => api.close());
afterEach(() => {
  vi.restoreAllMocks();
  output.clear();
});

/** Adds a model with three versions. The first two were promoted: v2 is the champion by decision 2. */
async function newModel(): Promise<string> {
  const model = `model-${models++}`;
  for (const version of [1, 2, 3]) await addVersion(api, model, version);
  for (const version of [1, 2]) await promote(api, model, version);
  return model;
}

const putChampion = (model: string, body: unknown, call: ApiCall = {}) =>
  api.call('PUT /models/{model}/champion', { path: { model }, body, ...call });
const putRetirement = (model: string, version: string, body: unknown, call: ApiCall = {}) =>
  api.call('PUT /models/{model}/versions/{version}/retirement', { path: { model, version }, body, ...call });
const log = (model: string) => decisionLog(api.registry.table, model);

function changeOf({ status, headers, body }: ApiAnswer) {
  expect(status, JSON.stringify(body)).toBe(200);
  expect(headers['cache-control']).toBe('no-store');
  expect(body).toEqual(z.parse(changeAnswer, body));
  return body;
}

/** A 409 with its code and the state in its body. */
function conflictOf({ status, headers, body }: ApiAnswer, code: string) {
  expect(status, JSON.stringify(body)).toBe(409);
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  expect(body).toMatchObject({ title: 'Conflict', code, detail: expect.any(String) });
  expect(body.current).toEqual(z.parse(championState, body.current));
  return body;
}

describe('PUT /models/{model}/champion', () => {
  it('rolls back, and answers with the new state and who decided so', async () => {
    const model = await newModel();
    const before = Date.now();
    const answer = changeOf(await putChampion(model, { version: 1, decision: 2, reason: 'v2 is worse' }));
    expect(answer).toEqual({
      model,
      champion: 1,
      decision: 3,
      action: 'rollback',
      from: 2,
      to: 1,
      actor: 'ann',
      reason: 'v2 is worse',
      decided_at: expect.any(String),
      changed: true,
    });
    expect(Date.parse(answer.decided_at)).toBeGreaterThanOrEqual(before);
    expect((await log(model)).at(-1)).toMatchObject({ champion: 1, actor: 'ann', automatic: false });
  });

  it('promotes a version that was never champion, by the name that predictions use', async () => {
    const model = await newModel();
    const answer = changeOf(await putChampion(model, { version: 'v3', decision: 2, reason: 'try it' }));
    expect(answer).toMatchObject({ champion: 3, action: 'promote', changed: true });
  });

  it('promotes the first champion of a model based on decision 0', async () => {
    const model = `model-${models++}`;
    await addVersion(api, model, 1);
    const answer = changeOf(await putChampion(model, { version: 1, decision: 0, reason: 'good enough' }));
    expect(answer).toMatchObject({ champion: 1, decision: 1, from: null, changed: true });
  });

  it('answers a repeated request with 200 and decides once', async () => {
    const model = await newModel();
    const body = { version: 1, decision: 2, reason: 'v2 is worse' };
    const first = changeOf(await putChampion(model, body));
    const second = changeOf(await putChampion(model, body));
    expect(second).toEqual({ ...first, changed: false });
    expect(await log(model)).toHaveLength(3);
  });

  it('logs one line for a decision, and none when nothing was decided', async () => {
    const model = await newModel();
    const body = { version: 1, decision: 2, reason: 'v2 is worse' };
    await putChampion(model, body);
    await putChampion(model, body);
    await putChampion(model, { ...body, version: 3 });
    const logged = output.entries();
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({
      level: 'INFO',
      message: 'decided',
      model,
      action: 'rollback',
      actor: 'ann',
      from: 2,
      to: 1,
      reason: 'v2 is worse',
      decision: 3,
      request_id: 'request-1',
    });
  });

  it.each([0, 1, 3, 999_999_999_999])(
    'is a conflict when based on decision %i and not on 2',
    async (decision) => {
      const model = await newModel();
      const problem = conflictOf(await putChampion(model, { version: 1, decision, reason: 'x' }), 'conflict');
      expect(problem.current).toMatchObject({ champion: 2, decision: 2, action: 'promote', actor: 'train' });
      expect(problem.detail).toContain(
        `based on decision ${decision}, but the newest is 2: v2 was promoted by train`,
      );
      expect(await log(model)).toHaveLength(2);
    },
  );

  it('shows decision 0 in a conflict before the first decision', async () => {
    const model = `model-${models++}`;
    await addVersion(api, model, 1);
    const problem = conflictOf(
      await putChampion(model, { version: 1, decision: 1, reason: 'x' }),
      'conflict',
    );
    expect(problem.current).toMatchObject({ champion: null, decision: 0, action: null });
  });

  it('lets exactly one of twenty changes succeed that are based on the same decision', async () => {
    const same = await newModel();
    const body = { version: 1, decision: 2, reason: 'v2 is worse' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => putChampion(same, body)));
    expect(answers.map(changeOf).filter(({ changed }) => changed)).toHaveLength(1);
    expect(await log(same)).toHaveLength(3);

    const mixed = await newModel();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        putChampion(mixed, { ...body, version: i % 2 === 0 ? 1 : 3, reason: `request ${i}` }),
      ),
    );
    const changed = outcomes.filter(({ body: answer }) => answer.changed === true);
    expect(changed).toHaveLength(1);
    const { champion, reason } = changed[0]!.body;
    // Requests for the same version succeed; requests for the other version get a conflict.
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(10);
    for (const answer of outcomes.filter(({ status }) => status !== 200)) {
      expect(conflictOf(answer, 'conflict').current).toMatchObject({ champion, reason, decision: 3 });
    }
    expect((await log(mixed)).map(({ decision }) => decision)).toEqual([1, 2, 3]);
  });

  it.each([
    ['is gone from the bucket', () => new DeleteObjectCommand({ Bucket: MODELS_BUCKET, Key: '' })],
    ['holds other bytes', () => new PutObjectCommand({ Bucket: MODELS_BUCKET, Key: '', Body: 'other' })],
  ])('refuses a version whose artifact %s, and says what to do', async (_, damage) => {
    const model = `model-${models++}`;
    const { artifact_key } = await addVersion(api, model, 1);
    const command = damage();
    command.input.Key = artifact_key;
    await api.s3.client.send(command as DeleteObjectCommand);
    const problem = conflictOf(
      await putChampion(model, { version: 1, decision: 0, reason: 'x' }),
      'artifact_missing',
    );
    expect(problem.detail).toContain('Restore the object');
    expect(await log(model)).toEqual([]);
  });

  it('refuses a retired version, and says where to read why', async () => {
    const model = await newModel();
    changeOf(await putRetirement(model, '1', { decision: 2, reason: 'old' }));
    const problem = conflictOf(
      await putChampion(model, { version: 1, decision: 3, reason: 'x' }),
      'version_retired',
    );
    expect(problem.detail).toContain(`GET /models/${model}/decisions`);
    expect(problem.current).toMatchObject({ action: 'retire', from: 1, champion: 2 });
  });

  it('answers 404 for an unknown version or model', async () => {
    const model = await newModel();
    const body = { version: 4, decision: 2, reason: 'x' };
    expect(await putChampion(model, body)).toMatchObject({ status: 404, body: { code: 'unknown_version' } });
    for (const name of ['nobody', 'No', '', '_invalid']) {
      expect(await putChampion(name, body)).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
    }
  });

  it.each([
    ['nothing', {}, ['version', 'decision', 'reason']],
    ['a list', [], ['']],
    ['null', 'null', ['']],
    ['an actor', { version: 1, decision: 2, reason: 'x', actor: 'bob' }, ['']],
    ['a prototype', '{"version":1,"decision":2,"reason":"x","__proto__":{"actor":"bob"}}', ['__proto__']],
    ['a version in digits as text', { version: '1', decision: 2, reason: 'x' }, ['version']],
    ['version 0', { version: 0, decision: 2, reason: 'x' }, ['version']],
    ['version v01', { version: 'v01', decision: 2, reason: 'x' }, ['version']],
    ['a fraction of a version', { version: 1.5, decision: 2, reason: 'x' }, ['version']],
    ['a version beyond all numbers', { version: 1e15, decision: 2, reason: 'x' }, ['version']],
    ['a decision below 0', { version: 1, decision: -1, reason: 'x' }, ['decision']],
    ['a decision as text', { version: 1, decision: '2', reason: 'x' }, ['decision']],
    ['an empty reason', { version: 1, decision: 2, reason: '' }, ['reason']],
    ['a reason of spaces', { version: 1, decision: 2, reason: '   ' }, ['reason']],
    ['a reason of 501 characters', { version: 1, decision: 2, reason: 'x'.repeat(501) }, ['reason']],
    ['a reason of two lines', { version: 1, decision: 2, reason: 'a\nb' }, ['reason']],
    ['a reason that turns the text around', { version: 1, decision: 2, reason: 'a\u202eb' }, ['reason']],
    ['a reason with a zero-width space', { version: 1, decision: 2, reason: 'a\u200bb' }, ['reason']],
    ['a reason with half a surrogate pair', '{"version":1,"decision":2,"reason":"a\\ud83d"}', ['reason', '']],
  ])('refuses a body with %s, with the path', async (_, body, paths) => {
    const model = await newModel();
    const answer = await putChampion(model, body);
    expect(answer.status).toBe(400);
    for (const { path } of answer.body.errors ?? []) expect(paths).toContain(path);
    expect(await log(model)).toHaveLength(2);
  });

  it('accepts a reason of 500 characters outside the basic plane', async () => {
    const model = await newModel();
    const reason = '😀'.repeat(500);
    expect(changeOf(await putChampion(model, { version: 1, decision: 2, reason }))).toMatchObject({ reason });
    expect((await log(model)).at(-1)).toMatchObject({ reason });
  });

  it('refuses a body that is not JSON, too large or of another type', async () => {
    const model = await newModel();
    expect(await putChampion(model, '{"version":')).toMatchObject({ status: 400 });
    expect(await putChampion(model, ' '.repeat(20_000))).toMatchObject({ status: 413 });
    const headers = { 'content-type': 'text/plain' };
    expect(await putChampion(model, '{}', { headers })).toMatchObject({ status: 415 });
    const query = { force: 'true' };
    const body = { version: 1, decision: 2, reason: 'x' };
    expect(await putChampion(model, body, { query })).toMatchObject({ status: 400 });
  });

  it('needs a token with the admin scope, and records its name as the actor', async () => {
    const model = await newModel();
    const body = { version: 1, decision: 2, reason: 'x' };
    const token = { name: 'bob', scopes: 'read predict', expires_at: '' };
    expect(await putChampion(model, body, { token })).toMatchObject({ status: 403 });
    expect(await putRetirement(model, '1', body, { token })).toMatchObject({ status: 403 });
    expect(await log(model)).toHaveLength(2);
    const admin = { ...token, scopes: 'admin' };
    expect(changeOf(await putChampion(model, body, { token: admin }))).toMatchObject({ actor: 'bob' });
  });
});

describe('PUT /models/{model}/versions/{version}/retirement', () => {
  it.each(['1', 'v1'])('retires version %s and keeps the champion', async (version) => {
    const model = await newModel();
    const answer = changeOf(await putRetirement(model, version, { decision: 2, reason: 'old' }));
    expect(answer).toMatchObject({
      champion: 2,
      decision: 3,
      action: 'retire',
      from: 1,
      to: null,
      changed: true,
    });
    // The logger omits null.
    expect(output.entries()[0]).toMatchObject({
      message: 'decided',
      action: 'retire',
      actor: 'ann',
      from: 1,
    });
  });

  it('retires only once', async () => {
    const model = await newModel();
    const body = { decision: 2, reason: 'old' };
    changeOf(await putRetirement(model, '1', body));
    expect(changeOf(await putRetirement(model, '1', body))).toMatchObject({ changed: false, decision: 3 });
    expect(await log(model)).toHaveLength(3);
  });

  it('refuses the champion, even when the request is based on an older decision', async () => {
    const model = await newModel();
    for (const decision of [2, 1]) {
      const problem = conflictOf(
        await putRetirement(model, '2', { decision, reason: 'x' }),
        'version_in_use',
      );
      expect(problem.detail).toContain('promote another version first');
    }
  });

  it('is a conflict when another decision came first', async () => {
    const model = await newModel();
    await promoteByHand(
      api.registry.table,
      { model, version: 3, basedOn: 2, actor: 'bob', reason: 'newer', decidedAt: '2026-03-01T00:00:00.000Z' },
      async () => true,
    );
    const problem = conflictOf(await putRetirement(model, '1', { decision: 2, reason: 'x' }), 'conflict');
    expect(problem.current).toMatchObject({ decision: 3, actor: 'bob', champion: 3 });
  });

  it('answers 404 for an unknown version, and 400 for a version in the body', async () => {
    const model = await newModel();
    const body = { decision: 2, reason: 'x' };
    for (const version of ['4', '0', 'x', '']) {
      expect(await putRetirement(model, version, body)).toMatchObject({
        status: 404,
        body: { code: 'unknown_version' },
      });
    }
    expect(await putRetirement('nobody', '1', body)).toMatchObject({
      status: 404,
      body: { code: 'unknown_model' },
    });
    const answer = await putRetirement(model, '1', { ...body, version: 1 });
    expect(answer).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('got also "version"') },
    });
  });
});

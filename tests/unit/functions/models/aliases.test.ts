import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import {
  aliasAnswer,
  aliasChange,
  aliasList,
  championState,
  versionList,
} from '../../../../lib/http/schemas/models-api.ts';
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

/** A model with two versions. The first is the champion by decision 1. */
async function newModel(): Promise<string> {
  const model = `model-${models++}`;
  for (const version of [1, 2]) await addVersion(api, model, version);
  await promote(api, model, 1);
  return model;
}

const ONE = '/models/{model}/aliases/{alias}';
const put = (model: string, alias: string, body: unknown, call: ApiCall = {}) =>
  api.call(`PUT ${ONE}`, { path: { model, alias }, body, ...call });
const remove = (model: string, alias: string, query: Record<string, string>, call: ApiCall = {}) =>
  api.call(`DELETE ${ONE}`, { path: { model, alias }, query, ...call });
const get = (model: string, alias: string) => api.call(`GET ${ONE}`, { path: { model, alias } });
const list = (model: string) => api.call('GET /models/{model}/aliases', { path: { model } });
const asked = (version: number | string, decision: number) => ({
  version,
  decision,
  reason: 'a first share',
});

function bodyOf<T extends z.ZodMiniType>(schema: T, { status, headers, body }: ApiAnswer): z.infer<T> {
  expect(status, JSON.stringify(body)).toBe(200);
  expect(headers['cache-control']).toMatch(/^no-(store|cache)$/);
  expect(body).toEqual(z.parse(schema, body));
  return body;
}

function conflictOf({ status, body }: ApiAnswer, code: string) {
  expect(status, JSON.stringify(body)).toBe(409);
  expect(body).toMatchObject({ code, detail: expect.any(String) });
  expect(body.current).toEqual(z.parse(championState, body.current));
  return body;
}

describe('an alias', () => {
  it('is given, shown, moved and taken away, by decisions of the log, named after the token', async () => {
    const model = await newModel();
    expect(bodyOf(aliasList, await list(model))).toEqual({ model, aliases: [], decision: 1 });
    expect(bodyOf(aliasChange, await put(model, 'canary', asked('v2', 1)))).toEqual({
      ...{ model, alias: 'canary', version: 2, decision: 2, changed: true },
    });
    const shown = bodyOf(aliasAnswer, await get(model, 'canary'));
    expect(shown).toMatchObject({ version: 2, model_version: 'v2', actor: 'ann', reason: 'a first share' });
    expect(bodyOf(aliasChange, await put(model, 'canary', asked(2, 1)))).toMatchObject({ changed: false });
    bodyOf(aliasChange, await put(model, 'canary', asked(1, 2)));
    const removed = await remove(model, 'canary', { decision: '3', reason: 'over' });
    expect(bodyOf(aliasChange, removed)).toMatchObject({ version: null, decision: 4, changed: true });
    const log = await api.call('GET /models/{model}/decisions', { path: { model }, query: { limit: '3' } });
    expect(log.body.decisions).toMatchObject([
      { action: 'alias', champion: 1, from: null, to: null, alias: { name: 'canary', from: 1, to: null } },
      { action: 'alias', alias: { name: 'canary', from: 2, to: 1 }, actor: 'ann', automatic: false },
      { action: 'alias', alias: { name: 'canary', from: null, to: 2 } },
    ]);
    expect(output.entries()).toContainEqual(
      expect.objectContaining({ message: 'decided', alias: { name: 'canary', from: 2, to: 1 } }),
    );
  });

  it('stands beside the version that it names', async () => {
    const model = await newModel();
    await put(model, 'stable', asked(1, 1));
    await put(model, 'canary', asked(1, 2));
    const { body } = await api.call('GET /models/{model}/versions', { path: { model } });
    expect(z.parse(versionList, body).versions.map(({ aliases }) => aliases)).toEqual([
      [],
      ['canary', 'stable'],
    ]);
    const detail = await api.call('GET /models/{model}/versions/{version}', {
      path: { model, version: '1' },
    });
    expect(detail.body.aliases).toEqual(['canary', 'stable']);
  });

  it('keeps its version from being retired, and says so', async () => {
    const model = await newModel();
    await put(model, 'canary', asked(2, 1));
    const route = 'PUT /models/{model}/versions/{version}/retirement';
    const answer = await api.call(route, {
      path: { model, version: '2' },
      body: { decision: 2, reason: 'r' },
    });
    expect(conflictOf(answer, 'version_aliased').detail).toContain(`GET /models/${model}/aliases`);
  });

  it('is a conflict with the newest decision when another came first', async () => {
    const model = await newModel();
    await put(model, 'canary', asked(2, 1));
    const { detail, current } = conflictOf(await put(model, 'stable', asked(1, 1)), 'conflict');
    expect(detail).toContain('the newest is 2: the alias canary names v2 by ann (a first share)');
    expect(current.alias).toEqual({ name: 'canary', from: null, to: 2 });
    conflictOf(await remove(model, 'canary', { decision: '1', reason: 'r' }), 'conflict');
  });

  it('is refused for a version that cannot answer', async () => {
    const model = await newModel();
    expect(await put(model, 'canary', asked(9, 1))).toMatchObject({
      status: 404,
      body: { code: 'unknown_version' },
    });
    const { body } = await api.call('GET /models/{model}/versions/{version}', {
      path: { model, version: '2' },
    });
    await api.s3.client.send(new DeleteObjectCommand({ Bucket: MODELS_BUCKET, Key: body.artifact_key }));
    conflictOf(await put(model, 'canary', asked(2, 1)), 'artifact_missing');
  });

  it.each(['champion', 'v3', 'V', 'a_b', '', '1a', '-a', 'x'.repeat(33), 'a\u202e', 'constructor '])(
    'cannot be called %j, on any route',
    async (alias) => {
      const model = await newModel();
      for (const answer of [
        await put(model, alias, asked(1, 1)),
        await get(model, alias),
        await remove(model, alias, { decision: '1', reason: 'r' }),
      ]) {
        expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_alias' } });
        expect(answer.body.detail).toContain('expected the name of an alias');
        expect(JSON.stringify(answer.body)).not.toContain('\u202e');
      }
    },
  );

  it('may have any other name, such as one of an object', async () => {
    const model = await newModel();
    bodyOf(aliasChange, await put(model, 'constructor', asked(1, 1)));
    expect(bodyOf(aliasAnswer, await get(model, 'constructor')).version).toBe(1);
    expect((await get(model, 'tostring')).status).toBe(404);
  });

  it('that is unknown says what to do, and of an unknown model that there is none', async () => {
    const model = await newModel();
    expect((await get(model, 'canary')).body).toMatchObject({
      code: 'unknown_alias',
      detail: expect.stringContaining(`PUT /models/${model}/aliases/canary gives it to a version`),
    });
    for (const answer of [
      await list('nobody'),
      await get('nobody', 'canary'),
      await put('nobody', 'canary', asked(1, 0)),
      await remove('nobody', 'canary', { decision: '0', reason: 'r' }),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
    expect(await remove(model, 'canary', { decision: '1', reason: 'r' })).toMatchObject({
      body: { code: 'unknown_alias' },
    });
  });

  it.each([
    [{ version: 1, decision: 1 }],
    [{ decision: 1, reason: 'r' }],
    [{ ...asked(1, 1), alias: 'x' }],
    [asked('1', 1)],
    [{ ...asked(1, 1), reason: 'a\nb' }],
  ])('is not given by %j', async (body) => {
    const model = await newModel();
    expect(await put(model, 'canary', body)).toMatchObject({ status: 400 });
  });

  it.each([
    [{ decision: '1' }],
    [{ reason: 'r' }],
    [{ decision: 'x', reason: 'r' }],
    [{ decision: '1', reason: 'r', version: '1' }],
  ])('is not taken away by %j', async (query) => {
    const model = await newModel();
    expect(await remove(model, 'canary', query as Record<string, string>)).toMatchObject({ status: 400 });
  });

  it('is changed with the scope admin only', async () => {
    const model = await newModel();
    const token = { name: 'bob', scopes: 'read predict', expires_at: '' };
    expect((await put(model, 'canary', asked(1, 1), { token })).status).toBe(403);
    expect((await remove(model, 'canary', { decision: '1', reason: 'r' }, { token })).status).toBe(403);
  });
});

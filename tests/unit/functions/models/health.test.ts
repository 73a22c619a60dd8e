import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { healthOf } from '../../../../functions/models/health.ts';
import { NewestUploads } from '../../../../functions/models/newest-uploads.ts';
import type { Caller } from '../../../../lib/http/access.ts';
import { healthAnswer } from '../../../../lib/http/schemas/predict-api.ts';
import type { NewestMishap } from '../../../../lib/registry/newest-refusal.ts';
import { recordUpload } from '../../../../lib/registry/uploads.ts';
import { API_ROUTES, DEFAULT_ROUTE } from '../../../../lib/routes.ts';
import type { Logger } from '../../../../lib/telemetry/logger.ts';
import { captureOutput } from '../../../helpers/captured-output.ts';
import { openTestRegistry } from '../../../helpers/dynamodb.ts';
import { httpEvent } from '../../../helpers/http-event.ts';
import {
  addVersion,
  MODELS_BUCKET,
  type ModelsApi,
  openModelsApi,
  promote,
  sourceOf,
} from '../../../helpers/models-api.ts';

const STRANGER = { name: '', scopes: '', expires_at: '' };
const CI = { name: 'ci', scopes: 'predict', expires_at: '' };

captureOutput();
let api: ModelsApi;
beforeAll(async () => {
  api = await openModelsApi();
  await addVersion(api, 'default', 1);
  await promote(api, 'default', 1);
  await addVersion(api, 'waiting', 1);
});
afterAll(() => api.close());

const health = (token = STRANGER, model?: string) =>
  api.call('GET /health', { token, ...(model === undefined ? {} : { query: { model } }) });

describe('GET /health', () => {
  it('is ready when the default model has a champion whose artifact is there', async () => {
    const { status, body, headers } = await health();
    expect(status).toBe(200);
    expect(z.parse(healthAnswer, body)).toMatchObject({ model: 'default', model_version: 'v1' });
    expect(headers['cache-control']).toBe('no-cache');
  });

  it('tells strangers of the default model only, and the same of every other name', async () => {
    const asked = ['waiting', 'nobody', 'NOT A NAME', ''].map((model) => health(STRANGER, model));
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ body }) => JSON.stringify({ ...body, request_id: '' }))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  });

  it('says why another model cannot answer to whoever may ask it', async () => {
    expect(await health(CI, 'waiting')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { code: 'no_champion' },
    });
    expect(await health(CI, 'nobody')).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
    expect(await health(CI, 'No Name')).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
  });

  it('refuses what it does not know', async () => {
    const query = { deep: '1' };
    expect(await api.call('GET /health', { token: STRANGER, query })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'query.deep' }] },
    });
  });

  it('is not ready when the artifact is gone', async () => {
    const { artifact_key: Key } = await addVersion(api, 'lost', 1);
    await promote(api, 'lost', 1);
    expect(await health(CI, 'lost')).toMatchObject({ status: 200 });
    await api.s3.client.send(new DeleteObjectCommand({ Bucket: MODELS_BUCKET, Key }));
    const { status, body } = await health(CI, 'lost');
    expect([status, body.code]).toEqual([503, 'unavailable']);
    expect(body.detail).toContain('restore it, or promote another version');
  });
});

describe('the newest upload that came to nothing', () => {
  const SECRET: NewestMishap = { status: 'failed', words: 'its newest upload failed: row 7: 1,secret' };
  const told = (caller: Caller, ask: () => Promise<NewestMishap | undefined>, model = 'default') => {
    const shared = { logger: logger as unknown as Logger, clock, refreshSeconds: 30, ask };
    const deps = {
      s3: api.s3.client,
      table: api.registry.table,
      modelsBucket: MODELS_BUCKET,
      codeVersion: 'c',
      newestUploads: new NewestUploads(shared),
    };
    const event = httpEvent('GET /health', { query: `model=${model}` });
    return () => healthOf({ event, caller }, deps);
  };
  const logger = { warn: vi.fn() };
  const now = { steadyMs: 0, wallMs: 0 };
  const clock = () => ({ ...now });
  const stranger: Caller = { name: 'anonymous', scopes: [], models: [] };
  const ci: Caller = { name: 'ci', scopes: ['predict'], models: 'all' };

  it('is told, its reason to callers with the scope predict only, and asked for once in a while', async () => {
    const ask = vi.fn(async () => SECRET);
    const ofCi = told(ci, ask);
    expect(z.parse(healthAnswer, await ofCi())).toMatchObject({
      newest_upload: { status: 'failed', reason: SECRET.words },
    });
    expect((await told(stranger, ask)()).newest_upload).toEqual({ status: 'failed' });
    ask.mockClear();
    const asking = told(stranger, ask);
    for (const ms of [0, 29_999, 30_000, 30_001]) {
      Object.assign(now, { steadyMs: ms, wallMs: ms });
      await asking();
    }
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('is no reason to call a model unhealthy that can answer', async () => {
    const broken = () => Promise.reject(new Error('unreachable'));
    expect(await told(ci, broken)()).toEqual(
      expect.not.objectContaining({ newest_upload: expect.anything() }),
    );
    expect(logger.warn).toHaveBeenCalledWith(
      'newest upload unknown',
      expect.objectContaining({ model: 'default' }),
    );
  });
});

describe('strangers', () => {
  it('are told no reason of a model without a champion, which may quote rows', async () => {
    const other = await openTestRegistry();
    const deps = {
      s3: api.s3.client,
      table: other.table,
      modelsBucket: MODELS_BUCKET,
      codeVersion: 'c',
      newestUploads: { mishapOf: async () => undefined },
    };
    const event = httpEvent('GET /health');
    const ask = (scopes: Caller['scopes'], models: Caller['models'] = 'all') =>
      healthOf({ event, caller: { name: 'x', scopes, models } }, deps);
    const { key, version_id, uploaded_at } = sourceOf('default', 1);
    await recordUpload(other.table, {
      ...{ model: 'default', upload_id: '1'.repeat(64), status: 'refused', key, version_id, uploaded_at },
      detail: 'row 7: 1,secret',
      basis: { contract_version_id: null, champion: null },
    });
    await expect(ask(['predict'])).rejects.toThrow('secret');
    await expect(ask(['predict'], ['default'])).rejects.toThrow('secret');
    await expect(ask(['predict'], ['other'])).rejects.not.toThrow('secret');
    await expect(ask([])).rejects.toThrow(/^(?!.*secret).*There is no model "default"/);
    await other.table.putIfAbsent({ pk: 'MODELS', sk: 'default', model: 'default' });
    await expect(ask(['predict'])).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('secret'),
    });
    await expect(ask([])).rejects.toMatchObject({
      status: 503,
      code: 'no_champion',
      message: expect.not.stringContaining('secret'),
      headers: { 'retry-after': expect.any(String) },
    });
    await other.close();
  });
});

describe('what anybody may ask', () => {
  it('never starts the function that loads models', () => {
    const open = API_ROUTES.filter(({ scope }) => scope === null);
    expect(open.length).toBeGreaterThan(4);
    expect([...open, DEFAULT_ROUTE].filter(({ functionName }) => functionName === 'predict')).toEqual([]);
  });
});

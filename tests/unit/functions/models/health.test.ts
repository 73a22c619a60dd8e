import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { healthAnswer } from '../../../../lib/http/schemas/predict-api.ts';
import { API_ROUTES, DEFAULT_ROUTE } from '../../../../lib/routes.ts';
import { captureOutput } from '../../../helpers/captured-output.ts';
import {
  addVersion,
  MODELS_BUCKET,
  type ModelsApi,
  openModelsApi,
  promote,
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
    expect(headers['cache-control']).toBe('no-store');
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

describe('what anybody may ask', () => {
  it('never starts the function that loads models', () => {
    const open = API_ROUTES.filter(({ scope }) => scope === null);
    expect(open.length).toBeGreaterThan(4);
    expect([...open, DEFAULT_ROUTE].filter(({ functionName }) => functionName === 'predict')).toEqual([]);
  });
});

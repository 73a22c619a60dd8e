import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { driftAnswer } from '../../../../lib/http/schemas/drift.ts';
import { captureOutput } from '../../../helpers/captured-output.ts';
import {
  addVersion,
  type ModelsApi,
  openModelsApi,
  PREDICTIONS_BUCKET,
} from '../../../helpers/models-api.ts';

captureOutput();
let api: ModelsApi;
beforeAll(async () => {
  api = await openModelsApi();
  for (const model of ['wine', 'quiet']) await addVersion(api, model, 1);
});
afterAll(() => api.close());

const driftOf = (model: string, query = {}) =>
  api.call('GET /models/{model}/drift', { path: { model }, query });

const put = (Body: string) =>
  api.s3.client.send(
    new PutObjectCommand({ Bucket: PREDICTIONS_BUCKET, Key: 'wine/drift/latest.json', Body }),
  );

/** As a release without distributions stored it. */
const REPORT = {
  model: 'wine',
  version: 1,
  artifact_sha256: 'a'.repeat(64),
  status: 'drift',
  summary: '1 of 1 columns differ from the baseline',
  records: 120,
  from: '2026-11-29T00:00:00.000Z',
  to: '2026-11-29T10:00:00.000Z',
  rules: { window_hours: 24, min_records: 100, family_wise_error: 0.01 },
  columns: [
    {
      kind: 'feature',
      name: '__proto__',
      distance: 0.4,
      adjusted_p_value: 0.001,
      test: 'distribution',
      drifting: true,
    },
  ],
};

describe('GET /models/{model}/drift', () => {
  it('answers null for a model that was never compared', async () => {
    expect(await driftOf('quiet')).toMatchObject({ status: 200, body: { model: 'quiet', report: null } });
  });

  it('answers the newest comparison, of an earlier release too', async () => {
    await put(JSON.stringify(REPORT));
    const { status, body, headers } = await driftOf('wine');
    expect([status, headers['cache-control']]).toEqual([200, 'no-cache']);
    expect(z.parse(driftAnswer, body)).toEqual({ model: 'wine', report: REPORT });
  });

  it('answers what the monitor stores now', async () => {
    const distributions = {
      form: 'categories',
      categories: [{ name: '<b>', baseline: 0.5, live: 0.25 }],
      other: { baseline: 0.5, live: 0.5 },
      missing: { baseline: 0, live: 0.25 },
    };
    const columns = [{ ...REPORT.columns[0], type: 'categorical', distributions }];
    await put(JSON.stringify({ ...REPORT, columns }));
    expect((await driftOf('wine')).body.report.columns).toEqual(columns);
  });

  it('is 404 for an unknown model, 400 for a parameter, and 403 without the scope', async () => {
    expect((await driftOf('none')).status).toBe(404);
    expect((await driftOf('wine', { version: '1' })).status).toBe(400);
    const token = { name: 'bob', scopes: 'predict', expires_at: '' };
    const refused = await api.call('GET /models/{model}/drift', { path: { model: 'wine' }, token });
    expect(refused.status).toBe(403);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instanceId, predictionId } from '../../../../lib/drift/prediction-id.ts';
import { feedbackOfDay } from '../../../../lib/registry/feedback.ts';
import { captureOutput } from '../../../helpers/captured-output.ts';
import { addVersion, type ModelsApi, openModelsApi } from '../../../helpers/models-api.ts';

captureOutput();
let api: ModelsApi;
beforeAll(async () => {
  api = await openModelsApi();
  await addVersion(api, 'wine', 1);
});
afterAll(() => api.close());

const DAY_MS = 24 * 3_600_000;
const NOW_MS = Date.now();
/** Labels are taken for 90 days. */
const DAY = new Date(NOW_MS - 30 * DAY_MS).toISOString().slice(0, 10);
const NOON_MS = Date.parse(`${DAY}T12:00:00Z`);
let ids = 0;
const newId = (timeMs = NOON_MS, isLogged = true) =>
  predictionId(timeMs, String(ids++).padStart(20, '0'), isLogged);

const TOKEN = { name: 'ci', scopes: 'predict', expires_at: '' };
const send = (body: unknown, { model = 'wine', token = TOKEN } = {}) =>
  api.call('POST /models/{model}/feedback', {
    path: { model },
    body,
    token,
    headers: { 'content-type': 'application/json' },
  });
const labelsOf = (model: string, day = DAY, nowMs = NOW_MS) =>
  feedbackOfDay(api.registry.table, model, day, nowMs);
const labels = async (model = 'wine') => Object.fromEntries(await labelsOf(model));

describe('POST /models/{model}/feedback', () => {
  it('records a label under the day of its prediction, no matter when it arrives', async () => {
    const id = newId();
    const { status, headers, body } = await send({ prediction_id: id, label: 'good' });
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      model: 'wine',
      prediction_id: id,
      label: 'good',
      recorded_at: expect.stringMatching(/^\d{4}-.*Z$/),
      changed: true,
    });
    expect((await labels())[id]).toBe('good');
    expect(await labelsOf('wine', '2026-02-04')).toEqual(new Map());
  });

  it('keeps the first label: an equal label changes nothing, a different label is a conflict that shows the first', async () => {
    const id = newId();
    const first = await send({ prediction_id: id, label: 'good' });
    const again = await send({ prediction_id: id, label: 'good' });
    expect(again).toMatchObject({ status: 200, body: { ...first.body, changed: false } });
    const other = await send({ prediction_id: id, label: 'bad' });
    const { changed: _, ...current } = first.body;
    expect(other).toMatchObject({ status: 409, body: { code: 'label_conflict', current } });
    expect((await labels())[id]).toBe('good');
  });

  it('accepts one of many concurrent labels, and tells the others which', async () => {
    const id = newId();
    const answers = await Promise.all(
      ['a', 'b', 'a', 'c', 'b', 'a'].map((label) => send({ prediction_id: id, label })),
    );
    const stands = (await labels())[id]!;
    expect(answers.filter(({ body }) => body.changed === true)).toHaveLength(1);
    for (const { status, body } of answers)
      expect(status === 200 ? body.label : body.current.label).toBe(stands);
  });

  it('separates the labels of a batch by position, and labels by model and by hour', async () => {
    const batch = newId();
    for (const index of [0, 9999])
      expect((await send({ prediction_id: instanceId(batch, index), label: `${index}` })).status).toBe(200);
    expect(await labels()).toMatchObject({ [`${batch}.0`]: '0', [`${batch}.9999`]: '9999' });
    await addVersion(api, 'other', 1);
    await send({ prediction_id: `${batch}.0`, label: 'x' }, { model: 'other' });
    expect(await labels('other')).toEqual({ [`${batch}.0`]: 'x' });
  });

  it.each(['__proto__', 'constructor', 'a class that no version knows', '0'])(
    'accepts the label %j',
    async (label) => {
      const id = newId();
      expect((await send({ prediction_id: id, label })).body).toMatchObject({ label, changed: true });
      expect((await labelsOf('wine')).get(id)).toBe(label);
    },
  );

  it('refuses a label for a prediction that was not logged', async () => {
    const answer = await send({ prediction_id: newId(NOON_MS, false), label: 'good' });
    expect(answer).toMatchObject({ status: 404, body: { code: 'prediction_not_logged' } });
  });

  it('refuses a label for a prediction with a future time', async () => {
    const answer = await send({ prediction_id: newId(Date.now() + 3_600_000), label: 'good' });
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_prediction' } });
  });

  it('takes a label for 90 days after its prediction', async () => {
    const last = await send({ prediction_id: newId(Date.now() - 90 * DAY_MS + 3_600_000), label: 'good' });
    expect(last).toMatchObject({ status: 200, body: { changed: true } });
    for (const madeMs of [Date.now() - 90 * DAY_MS, 0]) {
      const answer = await send({ prediction_id: newId(madeMs), label: 'good' });
      expect(answer).toMatchObject({ status: 404, body: { code: 'prediction_too_old' } });
    }
    expect(await labelsOf('wine', '1970-01-01')).toEqual(new Map());
  });

  it('keeps a label until 90 days after its prediction, in one item that DynamoDB deletes then', async () => {
    const id = newId();
    for (let i = 0; i < 3; i++) await send({ prediction_id: id, label: 'good' });
    const found = [];
    for await (const item of api.registry.table.list(`FEEDBACK#wine#${DAY}`, id)) found.push(item);
    expect(found).toMatchObject([{ sk: id, ttl: (NOON_MS + 90 * DAY_MS) / 1000 }]);
    expect((await labelsOf('wine', DAY, NOON_MS + 90 * DAY_MS - 1)).has(id)).toBe(true);
    expect(await labelsOf('wine', DAY, NOON_MS + 90 * DAY_MS)).toEqual(new Map());
  });

  it('refuses an unregistered model, and records nothing for it', async () => {
    const answer = await send({ prediction_id: newId(), label: 'good' }, { model: 'unicorns' });
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
    expect(await labels('unicorns')).toEqual({});
  });

  it.each([
    ['an id of another form', { prediction_id: 'x', label: 'good' }, 'prediction_id'],
    ['a number for an id', { prediction_id: 7, label: 'good' }, 'prediction_id'],
    ['an instance beyond 9999', { prediction_id: `${'0'.repeat(32)}.10000`, label: 'good' }, 'prediction_id'],
    ['an empty label', { prediction_id: '0'.repeat(32), label: '' }, 'label'],
    ['a label of 129 characters', { prediction_id: '0'.repeat(32), label: 'x'.repeat(129) }, 'label'],
    ['a label that changes direction', { prediction_id: '0'.repeat(32), label: 'a\u202eb' }, 'label'],
    ['a number for a label', { prediction_id: '0'.repeat(32), label: 1 }, 'label'],
    ['no label', { prediction_id: '0'.repeat(32) }, 'label'],
    ['a field too many', { prediction_id: '0'.repeat(32), label: 'good', labels: [] }, ''],
    ['a list', [], ''],
  ])('refuses %s, with the path', async (_, body, path) => {
    const answer = await send(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.errors[0].path).toBe(path);
  });

  it('needs the scope to predict', async () => {
    const answer = await send(
      { prediction_id: newId(), label: 'good' },
      { token: { ...TOKEN, scopes: 'read' } },
    );
    expect(answer.status).toBe(403);
  });
});

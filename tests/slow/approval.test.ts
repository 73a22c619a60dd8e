import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CloudEvent } from '../../lib/events/event.ts';
import type { ModelCard, UploadList } from '../../lib/http/schemas/models-api.ts';
import { eventually, startTestStack, type TestStack } from '../helpers/stack.ts';

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => (i % 2 === 0 ? `${i},low` : `${100 + i},high`));
const csv = (count: number) => `length,level\n${rows(count).join('\n')}\n`;
const BY_HAND = JSON.stringify({ label: 'level', promotion: 'by_hand' });

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.dispose());

async function ask<T>(path: string, init: RequestInit = {}): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${stack.urls.http}${path}`, {
    ...init,
    headers: { 'content-type': 'application/json' },
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

const send = (method: string, path: string, body: unknown) =>
  ask<Record<string, unknown>>(path, { method, body: JSON.stringify(body) });

async function put(key: string, body: string): Promise<void> {
  const { ok } = await fetch(`${stack.urls.s3}/classifier-raw/${key}`, { method: 'PUT', body });
  expect(ok).toBe(true);
}

const waitingFor = (version: number) =>
  eventually(`v${version} to wait`, async () => {
    const { body } = await ask<ModelCard>('/models/default');
    return body.waiting?.[0]?.version === version ? body : undefined;
  });

const predicted = async (query: string) => {
  const { status, body } = await send('POST', `/predict${query}`, { features: [1] });
  return [status, body.model_version ?? body.code];
};

it('waits for a person as its contract asks, and follows what the person decides', async () => {
  await put('schema.json', BY_HAND);
  await put('first.csv', csv(40));
  const card = await waitingFor(1);
  expect(card).toMatchObject({ champion: null, newest_upload_refused: null, newest_upload_failed: null });
  expect(card.waiting).toEqual([
    {
      ...{ version: 1, model_version: 'v1', held_at: expect.any(String) },
      reason: expect.stringContaining('its contract has "promotion": "by_hand"'),
    },
  ]);
  expect(card.no_champion_because).toContain('v1 passed the quality gate and waits for approval');
  // It cannot answer yet, which is no fault of it.
  const health = await ask<{ code: string; detail: string }>('/health');
  expect(health).toMatchObject({ status: 503, body: { code: 'no_champion' } });
  expect(health.body.detail).toContain('waits for approval');
  const { body: listed } = await ask<UploadList>('/models/default/uploads');
  const first = listed.uploads.find(({ key }) => key === 'first.csv');
  expect(first).toMatchObject({ status: 'registered', version: 1 });

  const approval = { version: 1, decision: card.decision, reason: 'looked at it' };
  expect(await send('PUT', '/models/default/champion', approval)).toMatchObject({ status: 200 });
  expect(await ask<ModelCard>('/models/default')).toMatchObject({ body: { waiting: [] } });
  expect(
    await eventually('an answer', async () => {
      const { status, body } = await ask<Record<string, unknown>>('/health');
      return status === 200 ? body : undefined;
    }),
  ).not.toHaveProperty('newest_upload');

  await put('second.csv', csv(60));
  const { decision } = await waitingFor(2);
  expect(await predicted('')).toEqual([200, 'v1']);
  expect(await ask('/health')).toMatchObject({ status: 200, body: { model_version: 'v1' } });
  // The next one is tried by name while the champion answers the rest.
  expect(await predicted('?alias=canary')).toEqual([404, 'unknown_alias']);
  const alias = { version: 2, decision, reason: 'a first share' };
  expect(await send('PUT', '/models/default/aliases/canary', alias)).toMatchObject({ status: 200 });
  expect(await predicted('?alias=canary')).toEqual([200, 'v2']);
  expect(await predicted('?alias=canary&version=2')).toEqual([400, 'invalid_request']);
  const retirement = { decision: decision + 1, reason: 'r' };
  expect(await send('PUT', '/models/default/versions/2/retirement', retirement)).toMatchObject({
    ...{ status: 409, body: { code: 'version_aliased' } },
  });

  stack.tellEvents();
  const types = await eventually('events', async () => {
    const { body } = await ask<{ events: CloudEvent[] }>('/events?after=0&limit=100');
    const told = body.events.map(({ type }) => type.replace('classifier.', ''));
    return told.includes('alias.changed') ? told : undefined;
  });
  expect(types).toEqual([
    'version.registered',
    'version.waiting',
    'version.promoted',
    'version.registered',
    'version.waiting',
    'alias.changed',
  ]);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  notesAnswer,
  versionDetail,
  versionList,
  versionNotes,
} from '../../../../lib/http/schemas/models-api.ts';
import { captureOutput } from '../../../helpers/captured-output.ts';
import { type ApiCall, addVersion, type ModelsApi, openModelsApi } from '../../../helpers/models-api.ts';

captureOutput();
let api: ModelsApi;
beforeAll(async () => {
  api = await openModelsApi();
  for (const model of ['wine', 'tagged', 'beer'])
    for (let version = 1; version <= (model === 'tagged' ? 6 : 2); version++)
      await addVersion(api, model, version);
});
afterAll(() => api.close());

const put = (model: string, version: number, body: unknown, call: ApiCall = {}) =>
  api.call('PUT /models/{model}/versions/{version}/notes', {
    path: { model, version: String(version) },
    body,
    ...call,
  });
const written = (note: string, tags: string[] = [], revision = 0) => ({ note, tags, revision });

async function versionsOf(model: string, query: Record<string, string> = {}) {
  const { status, body } = await api.call('GET /models/{model}/versions', { path: { model }, query });
  expect(status, JSON.stringify(body)).toBe(200);
  return z.parse(versionList, body);
}

describe('PUT /models/{model}/versions/{version}/notes', () => {
  it('replaces the note and the tags, and says who wrote them and when', async () => {
    const first = await put('wine', 2, written('Checked <b>by</b> Ann & co.', ['b', 'a', 'b']));
    expect(first).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(z.parse(notesAnswer, first.body)).toEqual({
      ...{ model: 'wine', version: 2, note: 'Checked <b>by</b> Ann & co.', tags: ['a', 'b'], revision: 1 },
      ...{ actor: 'ann', noted_at: expect.stringMatching(/Z$/) },
    });
    expect((await put('wine', 2, written('', ['team=x/y:1.0'], 1))).body).toMatchObject({
      revision: 2,
      note: '',
    });
    const detail = await api.call('GET /models/{model}/versions/{version}', {
      path: { model: 'wine', version: '2' },
    });
    expect(z.parse(versionDetail, detail.body).notes).toMatchObject({ revision: 2, tags: ['team=x/y:1.0'] });
    const { versions } = await versionsOf('wine');
    expect(versions.map(({ version, tags, note }) => [version, tags, note])).toEqual([
      [2, ['team=x/y:1.0'], ''],
      [1, [], ''],
    ]);
  });

  it('is written by one of ten who know the same revision, and tells the others what it wrote', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => put('beer', 1, written(`by ${i}`))),
    );
    const [won, ...others] = answers.toSorted((a, b) => a.status - b.status);
    expect(won).toMatchObject({ status: 200, body: { revision: 1 } });
    for (const { status, body } of others) {
      expect([status, body.code]).toEqual([409, 'conflict']);
      expect(z.parse(versionNotes, body.current)).toMatchObject({ note: won!.body.note, revision: 1 });
    }
  });

  it('is a conflict with what was never written', async () => {
    expect(await put('beer', 2, written('x', [], 3))).toMatchObject({
      status: 409,
      body: { current: { revision: 0, note: '', actor: null } },
    });
  });

  it('takes the longest note and the most tags', async () => {
    const tags = Array.from({ length: 20 }, (_, i) => `${String(i).padStart(2, '0')}${'x'.repeat(62)}`);
    const answer = await put('beer', 2, written('\u6f22'.repeat(1000), tags));
    expect(answer).toMatchObject({ status: 200, body: { tags } });
  });

  it.each<[string, unknown]>([
    ['a note that is too long', written('x'.repeat(1001))],
    ['a note that moves the cursor', written('a\u001b[2J')],
    ['a note that turns the line around', written('a\u202eb')],
    ['too many tags', written('', Array(21).fill('a'))],
    ['an empty tag', written('', [''])],
    ['a tag with a space', written('', ['a b'])],
    ['a tag that is markup', written('', ['<b>'])],
    ['a long tag', written('', ['x'.repeat(65)])],
    ['no revision', { note: '', tags: [] }],
    ['a revision before the first', written('', [], -1)],
    ['another field', { ...written(''), actor: 'eve' }],
  ])('refuses %s', async (_, body) => {
    expect(await put('wine', 1, body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('answers 404 for what does not exist, and 403 without the scope admin', async () => {
    expect((await put('nobody', 1, written('x'))).body.code).toBe('unknown_model');
    expect((await put('wine', 9, written('x'))).body.code).toBe('unknown_version');
    const token = { name: 'bob', scopes: 'read predict', expires_at: '' };
    expect((await put('wine', 1, written('x'), { token })).status).toBe(403);
  });
});

describe('GET /models/{model}/versions?tag=', () => {
  beforeAll(async () => {
    for (const version of [1, 3, 4, 6])
      await put('tagged', version, written(`of v${version}`, ['good', 'x']));
    await put('tagged', 2, written('', ['other']));
  });

  it('finds versions by a tag, newest first, page by page', async () => {
    const pages: number[][] = [];
    for (let before: string | null | undefined; before !== null; ) {
      const { versions, next } = await versionsOf('tagged', {
        ...{ tag: 'good', limit: '3' },
        ...(before === undefined ? {} : { before }),
      });
      pages.push(versions.map(({ version }) => version));
      before = next;
    }
    expect(pages).toEqual([[6, 4, 3], [1]]);
    const { next } = await versionsOf('tagged', { tag: 'good', limit: '4' });
    expect(next).toBeNull();
  });

  it('shows each with its own notes, and all versions without a tag', async () => {
    const { versions } = await versionsOf('tagged', { limit: '4', before: '6' });
    expect(versions.map(({ version, note }) => [version, note])).toEqual([
      [5, ''],
      [4, 'of v4'],
      [3, 'of v3'],
      [2, ''],
    ]);
  });

  it('is empty for a tag that no version has, and 404 for an unknown model', async () => {
    expect(await versionsOf('tagged', { tag: 'goo' })).toEqual({ versions: [], next: null });
    const unknown = await api.call('GET /models/{model}/versions', {
      ...{ path: { model: 'nobody' }, query: { tag: 'good' } },
    });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
    const bad = await api.call('GET /models/{model}/versions', {
      ...{ path: { model: 'tagged' }, query: { tag: 'a b' } },
    });
    expect(bad).toMatchObject({ status: 400 });
  });
});

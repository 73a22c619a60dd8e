import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { DatasetSchema } from '../../../../lib/columns/dataset-schema.ts';
import {
  championAnswer,
  decisionList,
  modelCard,
  modelList,
  uploadList,
  versionDetail,
  versionList,
} from '../../../../lib/http/schemas/models-api.ts';
import { retireVersion } from '../../../../lib/registry/manual-decisions.ts';
import { recordUpload, type UploadEntry } from '../../../../lib/registry/uploads.ts';
import type { VersionEntry } from '../../../../lib/registry/versions.ts';
import type { GateVerdict } from '../../../../lib/training/gate-verdict.ts';
import { captureOutput } from '../../../helpers/captured-output.ts';
import {
  type ApiAnswer,
  type ApiCall,
  addVersion,
  MODELS_BUCKET,
  type ModelsApi,
  openModelsApi,
  promote,
  sourceOf,
} from '../../../helpers/models-api.ts';

const FAILED: GateVerdict = {
  passed: false,
  tests: [{ test: 'baseline', outcome: 'failed', detail: 'no better than guessing' }],
};

captureOutput();
let api: ModelsApi;
beforeAll(async () => {
  api = await openModelsApi();
  // In wine, v1 and v2 were promoted, v3 failed the gate and v1 was retired.
  for (const version of [1, 2]) {
    await addVersion(api, 'wine', version);
    await promote(api, 'wine', version);
  }
  await addVersion(api, 'wine', 3, { gate: FAILED, metrics: {} });
  await retireVersion(api.registry.table, {
    model: 'wine',
    version: 1,
    basedOn: 2,
    actor: 'ann',
    reason: 'old',
    decidedAt: '2026-03-01T00:00:00.000Z',
  });
  await addVersion(api, 'weak', 1, { gate: FAILED });
  await api.registry.table.putIfAbsent({ pk: 'MODELS', sk: 'new', model: 'new' });
  for (const n of [1, 2, 3]) await upload('wine', n, 'promoted', `v${n} became the champion`, n);
  await upload('refused', 1, 'refused', 'line 2: expected a closing quote');
});
afterAll(() => api.close());

async function upload(
  model: string,
  n: number,
  status: UploadEntry['status'],
  detail: string,
  version?: number,
) {
  const { key, version_id, uploaded_at } = sourceOf(model, n);
  const upload_id = String(n).repeat(64);
  const basis = { contract_version_id: null, champion: null };
  await recordUpload(api.registry.table, {
    ...{ model, upload_id, status, key, version_id, uploaded_at, detail, basis },
    ...(version === undefined ? {} : { version }),
  });
}

/** A schema of categorical features with these categories. */
const categoricalSchema = (features: Readonly<Record<string, string[]>>): DatasetSchema => ({
  columns: Object.entries(features).map(([name, categories]) => ({
    name,
    type: 'categorical',
    nullable: false,
    categories,
    allowed: null,
  })),
  label: 'y',
  feature_order: Object.keys(features),
  missing_tokens: [],
  ignored: [],
});

const get = (path: string, call: ApiCall = {}) => api.call(`GET /models${path}`, call);
const ofModel = (model: string, rest = '', call: ApiCall = {}) =>
  get(`/{model}${rest}`, { ...call, path: { model, ...call.path } });

/** Returns the body of a 200 after checking that it holds exactly what its schema describes. */
function bodyOf<T extends z.ZodMiniType>(schema: T, { status, headers, body }: ApiAnswer): z.infer<T> {
  expect(status, JSON.stringify(body)).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'no-cache',
    etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
  });
  const read = z.parse(schema, body);
  expect(body).toEqual(read);
  return read;
}

/** Reads all pages of a list by following `next`. */
async function pagesOf(
  ask: (query: Record<string, string>) => Promise<ApiAnswer>,
  name: string,
  limit: number,
) {
  const pages: unknown[][] = [];
  let query: Record<string, string> = { limit: String(limit) };
  for (;;) {
    const { body } = await ask(query);
    const { next, ...lists } = body;
    pages.push(Object.values(lists)[0] as unknown[]);
    if (next === null) return pages;
    query = { limit: String(limit), [name]: next };
  }
}

describe('GET /models', () => {
  it('lists all models by name, each with its champion and its newest version', async () => {
    const { models, next } = bodyOf(modelList, await get(''));
    expect(next).toBeNull();
    expect(models).toEqual([
      {
        model: 'new',
        champion: null,
        decision: 0,
        decided_at: null,
        newest_version: null,
        registered_at: null,
      },
      {
        model: 'weak',
        champion: null,
        decision: 0,
        decided_at: null,
        newest_version: 1,
        registered_at: '2026-01-01T00:00:00.000Z',
      },
      {
        model: 'wine',
        champion: 2,
        decision: 3,
        decided_at: '2026-03-01T00:00:00.000Z',
        newest_version: 3,
        registered_at: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });

  it.each([
    [1, 3],
    [2, 2],
    [3, 1],
  ])('returns %i models per page in %i pages, the last one full when possible', async (limit, count) => {
    const pages = await pagesOf((query) => get('', { query }), 'after', limit);
    expect(pages).toHaveLength(count);
    expect(pages.flat().map((entry) => (entry as { model: string }).model)).toEqual(['new', 'weak', 'wine']);
  });

  it('lists only the models that a token is for, page by page', async () => {
    const bound = { name: 'bob', scopes: '', bound_scopes: 'read', expires_at: '' };
    const token = { ...bound, models: 'absent weak wine' };
    const pages = await pagesOf((query) => get('', { query, token }), 'after', 1);
    expect(pages.flat().map((entry) => (entry as { model: string }).model)).toEqual(['weak', 'wine']);
    const { models } = bodyOf(modelList, await get('', { token: { ...bound, models: 'absent' } }));
    expect(models).toEqual([]);
  });

  it('continues after a name that does not exist', async () => {
    const { models } = bodyOf(modelList, await get('', { query: { after: 'o' } }));
    expect(models.map(({ model }) => model)).toEqual(['weak', 'wine']);
  });
});

describe('GET /models/{model}', () => {
  it('shows what answers, how to ask it, how good it is, where it comes from and who decided', async () => {
    const card = bodyOf(modelCard, await ofModel('wine'));
    expect(card).toMatchObject({
      model: 'wine',
      no_champion_because: null,
      decision: 3,
      newest_version: 3,
      counts: { versions: 3, retired: 1, decisions: 3 },
    });
    expect(card.champion).toMatchObject({
      version: 2,
      model_version: 'v2',
      promoted: {
        decision: 2,
        action: 'promote',
        automatic: true,
        actor: 'train',
        reason: 'trained from wine/2.csv',
        decided_at: '2026-02-01T00:00:00.000Z',
      },
      metrics: { macro_f1: 0.9 },
      gate: { passed: true, tests: [] },
      settings: { seed: 42 },
    });
    expect(card.champion?.schema).toEqual({
      label: 'quality',
      classes: { count: 2, labels: ['bad', 'good'], counted: null },
      features: [
        { name: 'acid', type: 'numeric', nullable: true, category_count: null, categories: null },
        {
          name: 'colour',
          type: 'categorical',
          nullable: false,
          category_count: 2,
          categories: ['red', 'white'],
        },
      ],
      feature_order: ['acid', 'colour'],
    });
    const { key, version_id, sha256, uploaded_at } = sourceOf('wine', 2);
    expect(card.champion?.lineage).toMatchObject({
      source: { key, version_id, sha256, uploaded_at },
      rows: { read: 10, accepted: 8, rejected: 1, blank: 1 },
      dataset_sha256: expect.stringMatching(/^a{64}$/),
      artifact_key: expect.stringMatching(/^wine\/[0-9a-f]{64}\.knn$/),
      code_version: 'test',
    });
  });

  it('shows the first hundred of many categories, and their total number', async () => {
    const categories = Array.from({ length: 150 }, (_, i) => `c${String(i).padStart(3, '0')}`);
    await addVersion(api, 'xtowns', 1, {}, categoricalSchema({ town: categories }));
    await promote(api, 'xtowns', 1);
    const [feature] = bodyOf(modelCard, await ofModel('xtowns')).champion!.schema.features;
    expect(feature).toMatchObject({ category_count: 150, categories: categories.slice(0, 100) });
  });

  it('lists as many categories as can be sent, an equal share of each feature, in the card and the version', async () => {
    const texts = (length: number) => Array.from({ length: 100 }, (_, i) => `${i} ${'中'.repeat(length)}`);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`town ${i}`, texts(1000)]));
    await addVersion(api, 'xwide', 1, {}, categoricalSchema(many));
    await promote(api, 'xwide', 1);
    const card = await ofModel('xwide');
    const detail = await ofModel('xwide', '/versions/{version}', { path: { version: '1' } });
    for (const { body } of [card, detail]) expect(JSON.stringify(body).length).toBeLessThan(500_000);
    const { features } = bodyOf(modelCard, card).champion!.schema;
    const shown = features.map(({ category_count: count, categories }) => [count, categories?.length]);
    expect(new Set(shown.map(String))).toEqual(new Set(['100,3']));
    const { columns } = bodyOf(versionDetail, detail).schema as { columns: { categories: string[] }[] };
    expect(columns).toHaveLength(100);
    expect(columns[0]!.categories).toEqual(texts(1000).slice(0, 3));
  });

  it('shows versions of a release that kept the schema in the registry', async () => {
    const schema = categoricalSchema({ town: ['a', 'b'] });
    const inside = { schema, schema_key: undefined, schema_sha256: undefined, request_sha256: undefined };
    await addVersion(api, 'xolder', 1, inside as Partial<VersionEntry>);
    await promote(api, 'xolder', 1);
    expect(bodyOf(modelCard, await ofModel('xolder')).champion!.schema.feature_order).toEqual(['town']);
    const detail = await ofModel('xolder', '/versions/{version}', { path: { version: '1' } });
    expect(bodyOf(versionDetail, detail)).toMatchObject({ schema, schema_key: null, schema_sha256: null });
  });

  it('says why its newest upload failed', async () => {
    await upload('xfailed', 1, 'failed', 'Reading it failed 3 times.');
    await api.registry.table.putIfAbsent({ pk: 'MODELS', sk: 'xfailed', model: 'xfailed' });
    expect(bodyOf(modelCard, await ofModel('xfailed'))).toMatchObject({
      newest_upload_refused: null,
      newest_upload_failed: 'its newest upload failed: Reading it failed 3 times.',
      no_champion_because: expect.stringContaining('its newest upload failed: Reading it'),
    });
  });

  it('names no classes when the report is gone from the bucket, and still counts them', async () => {
    const { report_key } = await addVersion(api, 'xgone', 1);
    await promote(api, 'xgone', 1);
    await api.s3.client.send(new DeleteObjectCommand({ Bucket: MODELS_BUCKET, Key: report_key }));
    const { champion } = bodyOf(modelCard, await ofModel('xgone'));
    expect(champion!.schema.classes).toEqual({ count: 2, labels: null, counted: null });
  });

  it('says why there is no champion', async () => {
    const weak = bodyOf(modelCard, await ofModel('weak'));
    expect(weak.champion).toBeNull();
    expect(weak.no_champion_because).toContain('v1 did not pass the quality gate (no better than guessing)');
    const fresh = bodyOf(modelCard, await ofModel('new'));
    expect(fresh).toMatchObject({ champion: null, newest_version: null, counts: { versions: 0 } });
    expect(fresh.no_champion_because).toContain('is being trained');
  });
});

describe('GET /models/{model}/versions', () => {
  it('lists versions newest first, and marks the champion and the retired ones', async () => {
    const { versions, next } = bodyOf(versionList, await ofModel('wine', '/versions'));
    expect(next).toBeNull();
    expect(versions.map((entry) => [entry.version, entry.champion, entry.retired])).toEqual([
      [3, false, false],
      [2, true, false],
      [1, false, true],
    ]);
    expect(versions[0]).toMatchObject({
      model_version: 'v3',
      macro_f1: null,
      gate_passed: false,
      source_key: 'wine/3.csv',
    });
    expect(versions[1]).toMatchObject({ macro_f1: 0.9, gate_passed: true });
  });

  it('continues below the number that "next" names', async () => {
    const first = bodyOf(versionList, await ofModel('wine', '/versions', { query: { limit: '2' } }));
    expect(first.next).toBe('2');
    const query = { limit: '2', before: first.next! };
    const second = bodyOf(versionList, await ofModel('wine', '/versions', { query }));
    expect(second.versions.map(({ version }) => version)).toEqual([1]);
    expect(second.next).toBeNull();
  });

  it('is empty, without an error, for a model whose first version is being trained', async () => {
    expect(bodyOf(versionList, await ofModel('new', '/versions'))).toEqual({ versions: [], next: null });
  });
});

describe('GET /models/{model}/versions/{version}', () => {
  it.each(['1', 'v1'])('returns everything that the registry holds about version %s', async (version) => {
    const found = bodyOf(versionDetail, await ofModel('wine', '/versions/{version}', { path: { version } }));
    expect(found).toMatchObject({
      model: 'wine',
      version: 1,
      model_version: 'v1',
      retired: true,
      champion: false,
      lineage: { source: sourceOf('wine', 1), classes: 2 },
      schema: { missing_tokens: ['NA'] },
    });
  });

  it.each(['0', '03', 'v', 'V1', '-1', '1.0', ' 1', '9'.repeat(13), '1e0', 'latest', '4', 'v1/x', '１'])(
    'answers 404 for "%s"',
    async (version) => {
      const answer = await ofModel('wine', '/versions/{version}', { path: { version } });
      expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_version' } });
    },
  );

  it('names the newest version when the requested one does not exist', async () => {
    const detailOf = async (model: string) =>
      (await ofModel(model, '/versions/{version}', { path: { version: '9' } })).body.detail;
    expect(await detailOf('wine')).toBe('The model "wine" has no version 9: its newest is v3.');
    expect(await detailOf('new')).toBe('The model "new" has no version 9: its first is being trained.');
  });
});

describe('GET /models/{model}/champion', () => {
  it('returns the champion with the newest decision, on which a change is based', async () => {
    expect(bodyOf(championAnswer, await ofModel('wine', '/champion'))).toEqual({
      model: 'wine',
      champion: 2,
      decision: 3,
      action: 'retire',
      from: 1,
      to: null,
      actor: 'ann',
      reason: 'old',
      decided_at: '2026-03-01T00:00:00.000Z',
      no_champion_because: null,
    });
  });

  it('returns decision 0 before the first decision, and why there is no champion', async () => {
    const answer = bodyOf(championAnswer, await ofModel('weak', '/champion'));
    expect(answer).toMatchObject({ champion: null, decision: 0, action: null, actor: null });
    expect(answer.no_champion_because).toContain('did not pass the quality gate');
  });

  it('says that the newest version was retired when that is why there is no champion', async () => {
    await addVersion(api, 'xall', 1);
    await retireVersion(api.registry.table, {
      ...{ model: 'xall', version: 1, basedOn: 0, actor: 'ann', reason: 'bad' },
      decidedAt: '2026-03-01T00:00:00.000Z',
    });
    const answer = bodyOf(championAnswer, await ofModel('xall', '/champion'));
    expect(answer).toMatchObject({ champion: null, decision: 1, action: 'retire' });
    expect(answer.no_champion_because).toContain('v1 was retired');
  });
});

describe('GET /models/{model}/decisions', () => {
  it('returns who decided what and why, newest first', async () => {
    const { decisions, next } = bodyOf(decisionList, await ofModel('wine', '/decisions'));
    expect(next).toBeNull();
    expect(decisions.map((entry) => [entry.decision, entry.action, entry.actor, entry.reason])).toEqual([
      [3, 'retire', 'ann', 'old'],
      [2, 'promote', 'train', 'trained from wine/2.csv'],
      [1, 'promote', 'train', 'trained from wine/1.csv'],
    ]);
  });

  it.each([1, 2, 3])('returns %i decisions per page', async (limit) => {
    const pages = await pagesOf((query) => ofModel('wine', '/decisions', { query }), 'before', limit);
    expect(pages).toHaveLength(Math.ceil(3 / limit));
    expect(pages.flat().map((entry) => (entry as { decision: number }).decision)).toEqual([3, 2, 1]);
  });

  it('is empty, without an error, before the first decision', async () => {
    expect(bodyOf(decisionList, await ofModel('weak', '/decisions'))).toEqual({ decisions: [], next: null });
  });
});

describe('GET /models/{model}/uploads', () => {
  it('fits its largest page into an answer, whatever the uploads said', async () => {
    const said = '中"'.repeat(50_000);
    for (let n = 0; n < 100; n++)
      await recordUpload(api.registry.table, {
        ...{ model: 'xlong', status: 'refused', detail: said, version_id: '中'.repeat(300) },
        ...{ key: `xlong/${'中'.repeat(330)}.csv`, uploaded_at: '2026-01-01T00:00:00.000Z' },
        upload_id: String(n).padStart(64, '0'),
      });
    const { uploads } = bodyOf(uploadList, await ofModel('xlong', '/uploads', { query: { limit: '100' } }));
    expect(uploads).toHaveLength(100);
    expect(Buffer.byteLength(JSON.stringify(uploads))).toBeLessThan(500_000);
  });

  it('returns the result of each upload, newest first', async () => {
    const { uploads, next } = bodyOf(uploadList, await ofModel('wine', '/uploads'));
    expect(next).toBeNull();
    expect(uploads[0]).toEqual({
      upload_id: '3'.repeat(64),
      key: 'wine/3.csv',
      version_id: 'id-3',
      uploaded_at: '2026-01-03T00:00:00.000Z',
      status: 'promoted',
      detail: 'v3 became the champion',
      version: 3,
    });
    expect(uploads.map(({ key }) => key)).toEqual(['wine/3.csv', 'wine/2.csv', 'wine/1.csv']);
  });

  it.each([1, 2, 3])('returns %i uploads per page', async (limit) => {
    const pages = await pagesOf((query) => ofModel('wine', '/uploads', { query }), 'after', limit);
    expect(pages).toHaveLength(Math.ceil(3 / limit));
    expect(pages.flat()).toHaveLength(3);
  });

  it('lists the uploads of a model that was never registered because its file was refused', async () => {
    const { uploads } = bodyOf(uploadList, await ofModel('refused', '/uploads'));
    expect(uploads).toMatchObject([{ status: 'refused', detail: 'line 2: expected a closing quote' }]);
    const card = await ofModel('refused');
    expect(card).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
    expect(card.body.detail).toContain(
      'its newest upload was refused: line 2: expected a closing quote. GET /models/refused/uploads lists all.',
    );
  });

  const cursor = (text: string) => Buffer.from(text).toString('base64url');
  const moment = `2026-01-03T00:00:00.000Z#${'3'.repeat(64)}`;
  it('is empty after the oldest upload, and 404 for a model without uploads', async () => {
    const query = { after: cursor(`2020-01-01T00:00:00.000Z#${'1'.repeat(64)}`) };
    for (const model of ['wine', 'refused', 'new']) {
      const answer = await ofModel(model, '/uploads', { query });
      expect(bodyOf(uploadList, answer)).toEqual({ uploads: [], next: null });
    }
    expect(await ofModel('nobody', '/uploads', { query })).toMatchObject({ status: 404 });
  });

  it.each([
    ['nothing', ''],
    ['no base64url', '%%%'],
    ['padding', `${cursor(moment)}=`],
    [
      'base64url with bits to spare',
      `${cursor(moment).slice(0, -1)}${cursor(moment).endsWith('B') ? 'C' : 'B'}`,
    ],
    ['another text', cursor('hello')],
    ['a time alone', cursor('2026-01-03T00:00:00.000Z')],
    ['a time that there is not', cursor(`2026-99-03T00:00:00.000Z#${'3'.repeat(64)}`)],
    ['an id that is too short', cursor('2026-01-03T00:00:00.000Z#33')],
    ['more after it', cursor(`${moment}\n`)],
    ['a text of 300 characters', 'A'.repeat(300)],
  ])('refuses a cursor of %s', async (_, after) => {
    const answer = await ofModel('wine', '/uploads', { query: { after } });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: 'query.after' }] },
    });
  });
});

const LISTS = ['', '/{model}/versions', '/{model}/decisions', '/{model}/uploads'];
const SINGLE = ['/{model}', '/{model}/versions/{version}', '/{model}/champion'];

describe('what every route shares', () => {
  const path = { model: 'wine', version: '2' };

  it.each(LISTS)(
    'accepts a limit from 1 to 100 at %s, and refuses others with a clear message',
    async (route) => {
      for (const limit of ['1', '100'])
        expect(await get(route, { path, query: { limit } })).toMatchObject({ status: 200 });
      for (const limit of [
        '0',
        '101',
        '-1',
        '1.5',
        '1e1',
        '0x1',
        '01',
        '',
        ' 1',
        '1,2',
        'all',
        '9'.repeat(20),
      ]) {
        const answer = await get(route, { path, query: { limit } });
        expect(answer, limit).toMatchObject({
          status: 400,
          body: { errors: [{ path: 'query.limit', message: 'expected a whole number from 1 to 100' }] },
        });
      }
    },
  );

  it.each(['/{model}/versions', '/{model}/decisions'])(
    'refuses an invalid start number at %s',
    async (route) => {
      for (const before of ['0', '-1', 'v2', 'x', '', '1'.repeat(13), '1.5']) {
        const answer = await get(route, { path, query: { before } });
        expect(answer, before).toMatchObject({ status: 400, body: { errors: [{ path: 'query.before' }] } });
      }
    },
  );

  it('refuses a start name that no model can have', async () => {
    for (const after of ['', 'A', '-a', 'a'.repeat(64), 'a b', '_invalid']) {
      const answer = await get('', { query: { after } });
      expect(answer, after).toMatchObject({ status: 400, body: { errors: [{ path: 'query.after' }] } });
    }
  });

  it.each([...LISTS, ...SINGLE])('names the unknown query parameters at %s', async (route) => {
    const query = JSON.parse('{"colour":"red","__proto__":"1","constructor":"2"}') as Record<string, string>;
    const answer = await get(route, { path, query });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const named = (answer.body.errors as { path: string }[]).map((fault) => fault.path);
    expect(named.sort()).toEqual(['query.__proto__', 'query.colour', 'query.constructor']);
  });

  const withModel = [...LISTS.slice(1), ...SINGLE];
  it.each(withModel)('answers 404 at %s for an unknown model or an invalid name', async (route) => {
    for (const model of [
      'nobody',
      '',
      'WINE',
      '_invalid',
      'a/b',
      '../wine',
      'a'.repeat(64),
      'wine\n',
      '__proto__',
      '\u202ex',
    ]) {
      const answer = await get(route, { path: { model, version: '1' } });
      expect(answer, model).toMatchObject({
        status: 404,
        headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
        body: { code: 'unknown_model' },
      });
      expect(JSON.stringify(answer.body)).not.toContain('\u202e');
    }
  });

  it.each([...LISTS, ...SINGLE])('needs a token with the read scope at %s', async (route) => {
    const tokenOf = (scopes: string) => ({ name: 'bob', scopes, expires_at: '' });
    expect(await get(route, { path, token: tokenOf('admin predict') })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect(await get(route, { path, token: { ...tokenOf('read'), name: '' } })).toMatchObject({
      status: 401,
    });
    expect(await get(route, { path, token: tokenOf('read') })).toMatchObject({ status: 200 });
  });
});

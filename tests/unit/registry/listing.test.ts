import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Listing,
  listDecisions,
  listModelNames,
  listUploads,
  listVersions,
} from '../../../lib/registry/listing.ts';
import { recordUpload, type UploadEntry } from '../../../lib/registry/uploads.ts';
import { registerVersion, type VersionEntry } from '../../../lib/registry/versions.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';
import { versionDraft } from '../../helpers/version-draft.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

/** All pages, each as a list of entries converted by `read`. */
async function pagesOf<T, K>(
  ask: (last: T | undefined) => Promise<Listing<T>>,
  read: (entry: T) => K,
): Promise<K[][]> {
  const pages: K[][] = [];
  let last: T | undefined;
  for (;;) {
    const { entries, hasMore } = await ask(last);
    pages.push(entries.map(read));
    if (!hasMore) return pages;
    last = entries.at(-1);
  }
}

const remove = (pk: string, sk: string) =>
  registry.client.send(new DeleteItemCommand({ TableName: 'registry', Key: marshall({ pk, sk }) }));

describe('listVersions', () => {
  const numbers = (model: string, limit: number) =>
    pagesOf(
      (last: VersionEntry | undefined) =>
        listVersions(registry.table, model, { limit, before: last?.version }),
      ({ version }) => version,
    );

  beforeAll(async () => {
    // Numbers of one and of two digits: their order as text differs from their numeric order.
    for (let n = 1; n <= 12; n++)
      await registerVersion(registry.table, versionDraft('paged', n.toString(16)));
    for (const n of [1, 2, 3]) await registerVersion(registry.table, versionDraft('paged-2', String(n)));
  });

  it('returns the newest first, page by page', async () => {
    expect(await numbers('paged', 5)).toEqual([
      [12, 11, 10, 9, 8],
      [7, 6, 5, 4, 3],
      [2, 1],
    ]);
  });

  it.each([
    [1, 12],
    [2, 6],
    [3, 4],
    [4, 3],
    [6, 2],
    [12, 1],
  ])('ends with a full page of %i after %i of them, not with an empty one', async (limit, pages) => {
    const found = await numbers('paged', limit);
    expect(found.map(({ length }) => length)).toEqual(Array.from({ length: pages }, () => limit));
    expect(found.flat()).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('returns one page when the limit exceeds the number of entries', async () => {
    expect(await numbers('paged', 13)).toHaveLength(1);
    expect(await numbers('paged', 100)).toHaveLength(1);
  });

  it('continues from a number that no version has', async () => {
    const { entries, hasMore } = await listVersions(registry.table, 'paged', { limit: 2, before: 999 });
    expect(entries.map(({ version }) => version)).toEqual([12, 11]);
    expect(hasMore).toBe(true);
    expect(await listVersions(registry.table, 'paged', { limit: 2, before: 1 })).toEqual({
      entries: [],
      hasMore: false,
    });
  });

  it('shows no entries of another kind or of another model', async () => {
    await recordUpload(registry.table, {
      model: 'paged-2',
      upload_id: 'a'.repeat(64),
      status: 'received',
      key: 'paged-2/x.csv',
      version_id: null,
      uploaded_at: '2026-01-01T00:00:00.000Z',
    });
    expect(await numbers('paged-2', 100)).toEqual([[3, 2, 1]]);
    expect(await listDecisions(registry.table, 'paged-2', { limit: 100 })).toEqual({
      entries: [],
      hasMore: false,
    });
  });

  it('continues reading when DynamoDB ends a page early after a megabyte', async () => {
    const settings = { padding: 'x'.repeat(90_000) };
    for (const n of '123456789abcdef') {
      await registerVersion(registry.table, { ...versionDraft('large', n), settings });
    }
    const all = Array.from({ length: 15 }, (_, i) => 15 - i);
    expect(await numbers('large', 15)).toEqual([all]);
    expect(await numbers('large', 14)).toEqual([all.slice(0, 14), [1]]);
  });
});

describe('listModelNames', () => {
  it('is ordered by name, and continues when its last name no longer exists', async () => {
    for (const model of ['z-a', 'z-b', 'z-c', 'z-d']) {
      await registry.table.putIfAbsent({ pk: 'MODELS', sk: model, model });
    }
    const from = (after: string, limit: number) => listModelNames(registry.table, { limit, after });
    expect(await from('z', 2)).toEqual({ entries: ['z-a', 'z-b'], hasMore: true });
    await remove('MODELS', 'z-b');
    expect(await from('z-b', 2)).toEqual({ entries: ['z-c', 'z-d'], hasMore: false });
  });
});

describe('listUploads', () => {
  const upload = (n: number, second = n) =>
    recordUpload(registry.table, {
      model: 'up',
      upload_id: n.toString(16).padStart(64, '0'),
      status: 'received',
      key: `up/${n}.csv`,
      version_id: null,
      uploaded_at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
    });
  const keys = (limit: number) =>
    pagesOf(
      (last: UploadEntry | undefined) => listUploads(registry.table, 'up', { limit, after: last }),
      ({ key }) => key,
    );

  beforeAll(async () => {
    // Their ids ascend while their times descend; 4, 5 and 6 have the same second.
    for (const [n, second] of [
      [1, 50],
      [2, 40],
      [3, 30],
      [4, 20],
      [5, 20],
      [6, 20],
    ])
      await upload(n!, second);
  });

  it('returns the newest first, equal seconds by id, and none twice at a page border', async () => {
    const inOrder = ['1', '2', '3', '6', '5', '4'].map((n) => `up/${n}.csv`);
    for (const limit of [1, 2, 3, 4, 5, 6]) {
      const pages = await keys(limit);
      expect(pages.flat()).toEqual(inOrder);
      expect(pages).toHaveLength(Math.ceil(6 / limit));
    }
  });

  it('continues when its last upload no longer exists', async () => {
    const { entries } = await listUploads(registry.table, 'up', { limit: 2 });
    const last = entries.at(-1)!;
    await remove('MODEL#up', `UPLOAD#${last.upload_id}`);
    const next = await listUploads(registry.table, 'up', { limit: 2, after: last });
    expect(next.entries.map(({ key }) => key)).toEqual(['up/3.csv', 'up/6.csv']);
    await upload(2, 40);
  });

  it('shows an upload once, at its place, after it moved forward', async () => {
    await recordUpload(registry.table, {
      model: 'up',
      upload_id: '3'.padStart(64, '0'),
      status: 'refused',
      key: 'up/3.csv',
      version_id: null,
      uploaded_at: new Date(Date.UTC(2026, 0, 1, 0, 0, 30)).toISOString(),
      detail: 'empty',
    });
    const { entries } = await listUploads(registry.table, 'up', { limit: 3 });
    expect(entries.map(({ key, status }) => [key, status])).toEqual([
      ['up/1.csv', 'received'],
      ['up/2.csv', 'received'],
      ['up/3.csv', 'refused'],
    ]);
  });
});

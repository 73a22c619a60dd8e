import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { removeAlias, setAlias } from '../../../lib/registry/alias-decisions.ts';
import { DecidedVersions } from '../../../lib/registry/decided-versions.ts';
import type { Item } from '../../../lib/registry/item-reads.ts';
import { promoteByHand, retireVersion } from '../../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../../lib/registry/versions.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';
import { versionDraft } from '../../helpers/version-draft.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const DECIDED = { actor: 'test', reason: 'test', decidedAt: '2026-01-01T00:00:00.000Z' };

/** A model with this many versions, whose champion is the first. */
async function withVersions(model: string, versions: number): Promise<void> {
  for (let version = 1; version <= versions; version++)
    await registerVersion(registry.table, versionDraft(model, String(version)));
  await promote(model, 1, 0);
}

const promote = (model: string, version: number, basedOn: number) =>
  promoteByHand(registry.table, { ...DECIDED, model, version, basedOn }, async () => true);
const retire = (model: string, version: number, basedOn: number) =>
  retireVersion(registry.table, { ...DECIDED, model, version, basedOn });

it('sees a retirement at its next call, of its model and version only', async () => {
  await withVersions('wine', 3);
  await withVersions('beer', 2);
  const retired = new DecidedVersions(registry.table);
  const all = () =>
    Promise.all([
      retired.isRetired('wine', 1),
      retired.isRetired('wine', 2),
      retired.isRetired('wine', 3),
      retired.isRetired('beer', 2),
    ]);
  expect(await all()).toEqual([false, false, false, false]);
  await retire('wine', 2, 1);
  expect(await all()).toEqual([false, true, false, false]);
  await retire('wine', 3, 2);
  expect(await all()).toEqual([false, true, true, false]);
  expect(await new DecidedVersions(registry.table).isRetired('wine', 2)).toBe(true);
});

it('is no version before a first decision', async () => {
  await registerVersion(registry.table, versionDraft('new', '1'));
  expect(await new DecidedVersions(registry.table).isRetired('new', 1)).toBe(false);
});

it('follows an alias at its next call, and never goes back when calls overlap', async () => {
  await withVersions('named', 3);
  const decided = new DecidedVersions(registry.table);
  const named = async () => (await decided.of('named')).aliases.get('canary');
  const set = (version: number, basedOn: number) =>
    setAlias(
      registry.table,
      { ...DECIDED, model: 'named', alias: 'canary', version, basedOn },
      async () => true,
    );
  expect(await named()).toBeUndefined();
  await set(2, 1);
  expect(await named()).toBe(2);
  for (let decision = 2; decision < 12; decision++) {
    await set(((decision + 1) % 2) + 2, decision);
    expect(await Promise.all([named(), named(), named()])).toEqual(Array(3).fill(((decision + 1) % 2) + 2));
  }
  // One call read the log up to a decision, and gets to tell of it after another has read further.
  await set(3, 12);
  const { list } = registry.table;
  let isHeldUp = false;
  vi.spyOn(registry.table, 'list').mockImplementation(async function* (this: unknown, ...args) {
    const items: Item[] = [];
    for await (const item of list.apply(registry.table, args)) items.push(item);
    if (!isHeldUp) {
      isHeldUp = true;
      await set(2, 13);
      expect(await named()).toBe(2);
    }
    yield* items;
  });
  expect(await named()).toBe(2);
  vi.restoreAllMocks();
  await removeAlias(registry.table, { ...DECIDED, model: 'named', alias: 'canary', basedOn: 14 });
  expect(await named()).toBeUndefined();
});

it('reads the log only from where it was read before, and nothing of a version that it knows to be retired', async () => {
  await withVersions('long', 3);
  for (let decision = 1; decision < 40; decision++) await promote('long', (decision % 2) + 1, decision);
  const list = vi.spyOn(registry.table, 'list');
  const newest = vi.spyOn(registry.table, 'newest');
  const retired = new DecidedVersions(registry.table);
  for (let i = 0; i < 3; i++) expect(await retired.isRetired('long', 3)).toBe(false);
  expect([list.mock.calls.length, newest.mock.calls.length]).toEqual([1, 3]);
  await retire('long', 3, 40);
  newest.mockClear();
  for (let i = 0; i < 3; i++) expect(await retired.isRetired('long', 3)).toBe(true);
  expect(newest).toHaveBeenCalledTimes(1);
});

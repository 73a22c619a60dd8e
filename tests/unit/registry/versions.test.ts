import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { getVersion, registerVersion } from '../../../lib/registry/versions.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';
import { versionDraft as version } from '../../helpers/version-draft.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const sha = (digit: string) => digit.repeat(64);

describe('registerVersion', () => {
  it('numbers versions from 1 without a gap', async () => {
    for (const digit of ['1', '2', '3']) await registerVersion(registry.table, version('gapless', digit));
    const numbers: unknown[] = [];
    for await (const item of registry.table.list('MODEL#gapless', 'VERSION#')) numbers.push(item.version);
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('answers with the version that has the fingerprint already', async () => {
    const first = await registerVersion(registry.table, version('twice', '1'));
    const second = await registerVersion(registry.table, {
      ...version('twice', '1'),
      artifact_sha256: sha('f'),
    });
    expect(first).toMatchObject({ created: true, entry: { version: 1 } });
    expect(second).toMatchObject({ created: false, entry: { version: 1, artifact_sha256: sha('b') } });
  });

  it('finds the fingerprint without its hint', async () => {
    await registry.table.putIfAbsent({
      pk: 'MODEL#nohint',
      sk: 'VERSION#000000000001',
      ...version('nohint', '1'),
      version: 1,
    });
    expect(await registerVersion(registry.table, version('nohint', '1'))).toMatchObject({ created: false });
  });

  it('is not misled by a wrong hint', async () => {
    await registry.table.putIfAbsent({ pk: 'MODEL#wronghint', sk: `FINGERPRINT#${sha('9')}`, version: 1 });
    await registerVersion(registry.table, version('wronghint', '1'));
    expect(await registerVersion(registry.table, version('wronghint', '9'))).toMatchObject({
      created: true,
      entry: { version: 2 },
    });
  });

  it('gives ten concurrent trainers of one data set one version, and of ten data sets ten', async () => {
    const same = await Promise.all(
      Array.from({ length: 10 }, () => registerVersion(registry.table, version('race', '1'))),
    );
    expect(new Set(same.map(({ entry }) => entry.version))).toEqual(new Set([1]));
    expect(same.filter(({ created }) => created)).toHaveLength(1);
    const different = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        registerVersion(registry.table, version('race', (i + 2).toString(16))),
      ),
    );
    expect(different.map(({ entry }) => entry.version).sort((a, b) => a - b)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
  });

  it('registers a data set once although it came in between the look for its fingerprint and the choice of a number', async () => {
    await registerVersion(registry.table, version('between', '1'));
    const newest = registry.table.newest.bind(registry.table);
    const list = registry.table.list.bind(registry.table);
    let reads = 0;
    const other = async () => {
      // The twin comes in right after the first of the two reads, whichever is first.
      if (++reads === 1) await registerVersion(registry.table, version('between', '2'));
    };
    vi.spyOn(registry.table, 'newest').mockImplementation(async (...given) => {
      const found = await newest(...given);
      await other();
      return found;
    });
    vi.spyOn(registry.table, 'list').mockImplementation(async function* (...given) {
      yield* list(...given);
      await other();
    });
    expect(await registerVersion(registry.table, version('between', '2'))).toMatchObject({
      created: false,
      entry: { version: 2 },
    });
    vi.restoreAllMocks();
    expect(await getVersion(registry.table, 'between', 3)).toBeUndefined();
  });

  it('keeps the tenth version after the ninth in key order', async () => {
    expect(await getVersion(registry.table, 'race', 10)).toMatchObject({ version: 10 });
    expect((await registry.table.newest('MODEL#race', 'VERSION'))?.version).toBe(11);
  });
});

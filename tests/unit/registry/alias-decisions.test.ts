import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_ALIASES, removeAlias, setAlias } from '../../../lib/registry/alias-decisions.ts';
import { aliasesNaming, aliasesOf } from '../../../lib/registry/aliases.ts';
import { decisionLog, newestDecision } from '../../../lib/registry/decisions.ts';
import { promoteByHand, retireVersion } from '../../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../../lib/registry/versions.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';
import { versionDraft } from '../../helpers/version-draft.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const DECIDED = { actor: 'ann', reason: 'test', decidedAt: '2026-01-01T00:00:00.000Z' };
const there = async () => true;

/** A model with three versions, of which none is the champion. */
async function withVersions(model: string): Promise<void> {
  for (const digit of ['1', '2', '3']) await registerVersion(registry.table, versionDraft(model, digit));
}

const set = (model: string, alias: string, version: number, basedOn: number, artifactExists = there) =>
  setAlias(registry.table, { ...DECIDED, model, alias, version, basedOn }, artifactExists);
const remove = (model: string, alias: string, basedOn: number) =>
  removeAlias(registry.table, { ...DECIDED, model, alias, basedOn });
const retire = (model: string, version: number, basedOn: number) =>
  retireVersion(registry.table, { ...DECIDED, model, version, basedOn });
const promote = (model: string, version: number, basedOn: number) =>
  promoteByHand(registry.table, { ...DECIDED, model, version, basedOn }, there);
const log = (model: string) => decisionLog(registry.table, model);

async function named(model: string): Promise<Record<string, number>> {
  const aliases = aliasesOf(await log(model));
  return Object.fromEntries([...aliases].map(([name, { alias }]) => [name, alias.to]));
}

describe('setAlias', () => {
  it('gives, moves and repeats, and records from and to beside an unchanged champion', async () => {
    await withVersions('moved');
    await promote('moved', 1, 0);
    expect(await set('moved', 'canary', 2, 1)).toMatchObject({ kind: 'decided' });
    expect(await set('moved', 'canary', 3, 2)).toMatchObject({ kind: 'decided' });
    expect((await log('moved')).at(-1)).toMatchObject({
      ...{ decision: 3, action: 'alias', automatic: false, champion: 1, from: null, to: null },
      ...{ alias: { name: 'canary', from: 2, to: 3 }, actor: 'ann' },
    });
    // In force already, whatever the request is based on.
    expect(await set('moved', 'canary', 3, 0)).toMatchObject({ kind: 'in_force' });
    expect(await named('moved')).toEqual({ canary: 3 });
    expect(await newestDecision(registry.table, 'moved')).toMatchObject({ decision: 3 });
  });

  it('refuses what cannot answer by it', async () => {
    await withVersions('refused');
    await retire('refused', 1, 0);
    expect(await set('refused', 'canary', 9, 1)).toMatchObject({ refusal: 'unknown_version' });
    expect(await set('refused', 'canary', 1, 1)).toMatchObject({ refusal: 'retired' });
    expect(await set('refused', 'canary', 2, 0)).toMatchObject({ kind: 'conflict' });
    expect(await set('refused', 'canary', 2, 1, async () => false)).toMatchObject({
      refusal: 'artifact_missing',
    });
    expect(await named('refused')).toEqual({});
  });

  it('gives 20 names to a model, and moves them still', async () => {
    await withVersions('many');
    for (let i = 0; i < MAX_ALIASES; i++)
      expect(await set('many', `a${i}`, 1, i)).toMatchObject({ kind: 'decided' });
    expect(await set('many', 'one-more', 1, 20)).toMatchObject({ refusal: 'alias_limit' });
    expect(await set('many', 'a0', 2, 20)).toMatchObject({ kind: 'decided' });
    await remove('many', 'a1', 21);
    expect(await set('many', 'one-more', 1, 22)).toMatchObject({ kind: 'decided' });
  });

  it('is decided once when ten people who know the same state race', async () => {
    await withVersions('race');
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, i) => set('race', 'canary', (i % 3) + 1, 0)),
    );
    expect(outcomes.filter(({ kind }) => kind === 'decided')).toHaveLength(1);
    expect(await log('race')).toHaveLength(1);
  });

  it('never names what is retired at the same moment', async () => {
    for (let i = 0; i < 10; i++) {
      await withVersions(`both-${i}`);
      const outcomes = await Promise.all([set(`both-${i}`, 'canary', 1, 0), retire(`both-${i}`, 1, 0)]);
      expect(outcomes.filter(({ kind }) => kind === 'decided')).toHaveLength(1);
    }
  });
});

describe('removeAlias', () => {
  it('takes a name away, once', async () => {
    await withVersions('taken');
    await set('taken', 'canary', 2, 0);
    expect(await remove('taken', 'canary', 0)).toMatchObject({ kind: 'conflict' });
    expect(await remove('taken', 'canary', 1)).toMatchObject({
      kind: 'decided',
      entry: { alias: { name: 'canary', from: 2, to: null } },
    });
    expect(await remove('taken', 'canary', 1)).toMatchObject({ kind: 'in_force', current: { decision: 2 } });
    expect(await named('taken')).toEqual({});
  });

  it('refuses a name that was never given', async () => {
    expect(await remove('nobody', 'canary', 0)).toMatchObject({ refusal: 'unknown_alias' });
  });
});

describe('what an alias names', () => {
  it('cannot be retired, until the alias is gone', async () => {
    await withVersions('kept');
    await set('kept', 'canary', 2, 0);
    await set('kept', 'stable', 2, 1);
    expect(aliasesNaming(await log('kept'), 2)).toEqual(['canary', 'stable']);
    expect(await retire('kept', 2, 2)).toMatchObject({ refusal: 'aliased' });
    await set('kept', 'canary', 3, 2);
    await remove('kept', 'stable', 3);
    expect(await retire('kept', 2, 4)).toMatchObject({ kind: 'decided' });
  });
});

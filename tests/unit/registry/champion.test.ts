import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChampion } from '../../../lib/registry/champion.ts';
import { promoteByHand, retireVersion } from '../../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../../lib/registry/versions.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';
import { versionDraft } from '../../helpers/version-draft.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const asked = (model: string, version: number, basedOn: number) => {
  return { model, version, basedOn, actor: 'ann', reason: 'why', decidedAt: '2026-01-02T00:00:00.000Z' };
};

async function promoted(model: string): Promise<void> {
  for (const digit of ['1', '2']) await registerVersion(registry.table, versionDraft(model, digit));
  await promoteByHand(registry.table, asked(model, 2, 0), async () => true);
}

describe('findChampion', () => {
  it('gives the entry of the version that answers, and the decision that made it so', async () => {
    await promoted('two');
    const { champion, decision } = await findChampion(registry.table, 'two');
    expect(champion).toMatchObject({ model: 'two', version: 2, schema_sha256: 'f'.repeat(64) });
    expect(decision).toMatchObject({ decision: 1, champion: 2, action: 'promote' });
  });

  it('gives nothing before the first promotion, and the decision where one was made', async () => {
    await registerVersion(registry.table, versionDraft('none', '1'));
    expect(await findChampion(registry.table, 'none')).toEqual({ champion: undefined, decision: undefined });
    await retireVersion(registry.table, asked('none', 1, 0));
    expect(await findChampion(registry.table, 'none')).toMatchObject({
      champion: undefined,
      decision: { action: 'retire', from: 1, champion: null },
    });
  });

  it('gives back what is known while that is the champion still, without reading its entry', async () => {
    await promoted('known');
    const known = { version: 2, facts: 'of an earlier look' };
    await registry.client.send(
      new DeleteItemCommand({
        TableName: 'registry',
        Key: marshall({ pk: 'MODEL#known', sk: 'VERSION#000000000002' }),
      }),
    );
    expect((await findChampion(registry.table, 'known', known)).champion).toBe(known);
    await promoteByHand(registry.table, asked('known', 1, 1), async () => true);
    expect((await findChampion(registry.table, 'known', known)).champion).toMatchObject({
      version: 1,
      fingerprint: '1'.repeat(64),
    });
  });

  it('says so when the logs disagree', async () => {
    await promoted('torn');
    await registry.client.send(
      new DeleteItemCommand({
        TableName: 'registry',
        Key: marshall({ pk: 'MODEL#torn', sk: 'VERSION#000000000002' }),
      }),
    );
    await expect(findChampion(registry.table, 'torn')).rejects.toThrow(
      'the decision log of "torn" names v2, which the version log lacks',
    );
  });
});

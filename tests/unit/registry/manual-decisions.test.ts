import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promoteAutomatically } from '../../../lib/registry/automatic-promotion.ts';
import { type DecisionEntry, decisionLog } from '../../../lib/registry/decisions.ts';
import { type ManualDecision, promoteByHand, retireVersion } from '../../../lib/registry/manual-decisions.ts';
import { registerVersion } from '../../../lib/registry/versions.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';
import { versionDraft } from '../../helpers/version-draft.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const source = (day: number) => ({
  key: `${day}.csv`,
  sequencer: null,
  uploaded_at: `2026-01-0${day}T00:00:00.000Z`,
});

/** A model with versions 1 to 3, from uploads of 1, 2 and 3 January; the first two were promoted. */
async function modelNamed(model: string) {
  for (const day of [1, 2, 3]) {
    await registerVersion(registry.table, {
      ...versionDraft(model, String(day)),
      lineage: { source: source(day) },
    });
  }
  for (const day of [1, 2]) await promoteFrom(model, day);
}

const promoteFrom = (model: string, day: number, version = day) =>
  promoteAutomatically(registry.table, {
    model,
    version,
    source: source(day),
    reason: 'trained',
    decidedAt: '2026-02-01T00:00:00.000Z',
    isCompatibleWith: async () => true,
  });

const asked = (model: string, version: number, basedOn: number): ManualDecision => ({
  model,
  version,
  basedOn,
  actor: 'ann',
  reason: 'the new one is worse',
  decidedAt: '2026-03-01T00:00:00.000Z',
});

const there = async () => true;
const log = (model: string) => decisionLog(registry.table, model);

describe('promoteByHand', () => {
  it('rolls back, and records who, why, from and to', async () => {
    await modelNamed('back');
    const outcome = await promoteByHand(registry.table, asked('back', 1, 2), there);
    expect(outcome).toMatchObject({ kind: 'decided' });
    expect((await log('back')).at(-1)).toEqual({
      decision: 3,
      action: 'rollback',
      automatic: false,
      champion: 1,
      high_water: source(2),
      actor: 'ann',
      reason: 'the new one is worse',
      from: 2,
      to: 1,
      decided_at: '2026-03-01T00:00:00.000Z',
    } satisfies DecisionEntry);
  });

  it('is not undone by a late redelivery of the upload that was rolled back', async () => {
    await modelNamed('late');
    await promoteByHand(registry.table, asked('late', 1, 2), there);
    expect(await promoteFrom('late', 2)).toEqual({ promoted: false, refusal: 'was_champion_before' });
  });

  it('promotes a version that was never champion, and prevents older uploads from replacing it', async () => {
    await modelNamed('forward');
    const outcome = await promoteByHand(registry.table, asked('forward', 3, 2), there);
    expect(outcome).toMatchObject({ kind: 'decided', entry: { action: 'promote', high_water: source(3) } });
    await registerVersion(registry.table, versionDraft('forward', '4'));
    expect(await promoteFrom('forward', 2, 4)).toEqual({ promoted: false, refusal: 'older_source' });
  });

  it('answers a repeated request with the decision in force, and writes once', async () => {
    await modelNamed('twice');
    await promoteByHand(registry.table, asked('twice', 1, 2), there);
    const again = await promoteByHand(registry.table, asked('twice', 1, 2), there);
    expect(again).toMatchObject({ kind: 'in_force', current: { decision: 3, champion: 1 } });
    expect(await log('twice')).toHaveLength(3);
  });

  it('is a conflict when another decision came first, and shows it', async () => {
    await modelNamed('conflict');
    const outcome = await promoteByHand(registry.table, asked('conflict', 1, 1), there);
    expect(outcome).toMatchObject({ kind: 'conflict', current: { decision: 2, champion: 2 } });
    expect(await log('conflict')).toHaveLength(2);
  });

  it('refuses a missing version, a version without its artifact, and a retired version', async () => {
    await modelNamed('refusals');
    const refusal = (version: number, isThere = true, basedOn = 2) =>
      promoteByHand(registry.table, asked('refusals', version, basedOn), async () => isThere);
    expect(await refusal(9)).toMatchObject({ kind: 'refused', refusal: 'unknown_version' });
    expect(await refusal(1, false)).toMatchObject({ kind: 'refused', refusal: 'artifact_missing' });
    await retireVersion(registry.table, asked('refusals', 1, 2));
    expect(await refusal(1, true, 3)).toMatchObject({ kind: 'refused', refusal: 'retired' });
    expect(await log('refusals')).toHaveLength(3);
  });

  it('lets one of many changes based on the same decision win', async () => {
    await modelNamed('race');
    const outcomes = await Promise.all(
      [1, 3, 1, 3, 1, 3].map((version) => promoteByHand(registry.table, asked('race', version, 2), there)),
    );
    expect(outcomes.filter(({ kind }) => kind === 'decided')).toHaveLength(1);
    expect((await log('race')).map(({ decision }) => decision)).toEqual([1, 2, 3]);
  });
});

describe('retireVersion', () => {
  it('retires a version, and leaves champion and mark unchanged', async () => {
    await modelNamed('retire');
    await retireVersion(registry.table, asked('retire', 1, 2));
    expect((await log('retire')).at(-1)).toMatchObject({
      action: 'retire',
      champion: 2,
      high_water: source(2),
      from: 1,
      to: null,
      actor: 'ann',
    });
  });

  it('never retires the champion', async () => {
    await modelNamed('in-use');
    const outcome = await retireVersion(registry.table, asked('in-use', 2, 2));
    expect(outcome).toMatchObject({ kind: 'refused', refusal: 'in_use' });
  });

  it('prevents automatic promotion of a retired version', async () => {
    await modelNamed('gone');
    await retireVersion(registry.table, asked('gone', 3, 2));
    expect(await promoteFrom('gone', 3)).toEqual({ promoted: false, refusal: 'retired' });
  });

  it('is done once, is a conflict when based on an older decision, and refuses a missing version', async () => {
    await modelNamed('once');
    const retire = (version: number, basedOn: number) =>
      retireVersion(registry.table, asked('once', version, basedOn));
    expect(await retire(1, 1)).toMatchObject({ kind: 'conflict', current: { decision: 2 } });
    expect(await retire(9, 2)).toMatchObject({ kind: 'refused', refusal: 'unknown_version' });
    expect(await retire(1, 2)).toMatchObject({ kind: 'decided', entry: { decision: 3 } });
    expect(await retire(1, 2)).toMatchObject({ kind: 'in_force', current: { decision: 3 } });
    expect(await log('once')).toHaveLength(3);
  });
});

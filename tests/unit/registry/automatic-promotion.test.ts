import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promoteAutomatically } from '../../../lib/registry/automatic-promotion.ts';
import { decisionLog, newestDecision, type SourcePosition } from '../../../lib/registry/decisions.ts';
import { waitingVersions } from '../../../lib/registry/waiting-versions.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

describe('promoteAutomatically', () => {
  const promote = (
    model: string,
    number: number,
    source: SourcePosition,
    compatible = true,
    heldBecause: string | undefined = undefined,
  ) =>
    promoteAutomatically(registry.table, {
      model,
      version: number,
      source,
      heldBecause,
      reason: 'test',
      decidedAt: '2026-01-01T00:00:00.000Z',
      isCompatibleWith: async () => compatible,
    });
  const source = (key: string, sequencer: string | null, uploadedAt: string): SourcePosition => ({
    key,
    sequencer,
    uploaded_at: uploadedAt,
  });

  it('makes the first version champion, and a newer one after it', async () => {
    await promote('p1', 1, source('a.csv', '01', '2026-01-01'));
    await promote('p1', 2, source('a.csv', '02', '2026-01-02'));
    expect(await newestDecision(registry.table, 'p1')).toMatchObject({
      decision: 2,
      champion: 2,
      from: 1,
      to: 2,
    });
  });

  it('leaves the champion when an older upload of the same key arrives late, by sequencer even against the clock', async () => {
    await promote('p2', 1, source('a.csv', '0F', '2026-01-01'));
    expect(await promote('p2', 2, source('a.csv', '0E', '2026-01-09'))).toEqual({
      promoted: false,
      refusal: 'older_source',
    });
    expect(await newestDecision(registry.table, 'p2')).toMatchObject({ decision: 1, champion: 1 });
  });

  it('orders different keys by the time of upload', async () => {
    await promote('p3', 1, source('a.csv', '01', '2026-01-02'));
    expect(await promote('p3', 2, source('b.csv', 'FF', '2026-01-01'))).toMatchObject({
      refusal: 'older_source',
    });
    expect(await promote('p3', 3, source('b.csv', '00', '2026-01-03'))).toMatchObject({
      promoted: true,
      decision: 2,
    });
  });

  it('never promotes a version that was champion before, so that a redelivery cannot undo a rollback', async () => {
    await promote('p4', 1, source('a.csv', '01', '2026-01-01'));
    await promote('p4', 2, source('a.csv', '02', '2026-01-02'));
    expect(await promote('p4', 1, source('a.csv', '03', '2026-01-03'))).toMatchObject({
      refusal: 'was_champion_before',
    });
    expect(await promote('p4', 2, source('a.csv', '03', '2026-01-03'))).toMatchObject({
      refusal: 'was_champion_before',
    });
  });

  it('leaves a version with another schema for a person', async () => {
    await promote('p5', 1, source('a.csv', '01', '2026-01-01'));
    expect(await promote('p5', 2, source('a.csv', '02', '2026-01-02'), false)).toMatchObject({
      refusal: 'schema_changed',
    });
  });

  const hold = (model: string, number: number, source: SourcePosition) =>
    promote(model, number, source, false, 'its contract asks');
  const HELD = { promoted: false, refusal: 'held' };

  it('holds a version that waits for a person, once, and neither the champion nor the mark moves', async () => {
    await promote('h1', 1, source('a.csv', '01', '2026-01-01'));
    for (let i = 0; i < 2; i++)
      expect(await hold('h1', 2, source('a.csv', '02', '2026-01-02'))).toEqual(HELD);
    const log = await decisionLog(registry.table, 'h1');
    expect(log).toHaveLength(2);
    expect(log[1]).toEqual({
      ...{ decision: 2, action: 'hold', automatic: true, champion: 1, held: 2, actor: 'train' },
      ...{ high_water: source('a.csv', '01', '2026-01-01'), reason: 'its contract asks' },
      ...{ from: null, to: null, decided_at: '2026-01-01T00:00:00.000Z' },
    });
    expect([...waitingVersions(log).keys()]).toEqual([2]);
  });

  it('holds the first version of a model, and promotes it when its contract asks no more', async () => {
    expect(await hold('h2', 1, source('a.csv', '01', '2026-01-01'))).toEqual(HELD);
    expect(await promote('h2', 1, source('a.csv', '02', '2026-01-02'))).toMatchObject({ promoted: true });
    expect(waitingVersions(await decisionLog(registry.table, 'h2')).size).toBe(0);
  });

  it('does not hold what a rule forbids to promote anyway', async () => {
    await promote('h3', 1, source('a.csv', '01', '2026-01-01'));
    await promote('h3', 2, source('a.csv', '03', '2026-01-03'));
    expect(await hold('h3', 1, source('a.csv', '04', '2026-01-04'))).toMatchObject({
      refusal: 'was_champion_before',
    });
    expect(await hold('h3', 3, source('a.csv', '02', '2026-01-02'))).toMatchObject({
      refusal: 'older_source',
    });
  });

  it('holds once when ten deliveries race', async () => {
    const held = Array.from({ length: 10 }, () => hold('h4', 1, source('a.csv', '01', '2026-01-01')));
    expect(await Promise.all(held)).toEqual(held.map(() => HELD));
    expect(await decisionLog(registry.table, 'h4')).toHaveLength(1);
  });

  it('keeps the log gapless when ten promotions race, and ends with the newest source', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => promote('p6', i + 1, source('a.csv', `0${i}`, '2026-01-01'))),
    );
    const log: unknown[] = [];
    for await (const item of registry.table.list('MODEL#p6', 'DECISION#')) log.push(item.decision);
    expect(log).toEqual(log.map((_, i) => i + 1));
    expect(await newestDecision(registry.table, 'p6')).toMatchObject({ champion: 10 });
  });
});

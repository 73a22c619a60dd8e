import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promoteAutomatically } from '../../../lib/registry/automatic-promotion.ts';
import { newestDecision, type SourcePosition } from '../../../lib/registry/decisions.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

describe('promoteAutomatically', () => {
  const promote = (model: string, number: number, source: SourcePosition, compatible = true) =>
    promoteAutomatically(registry.table, {
      model,
      version: number,
      source,
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

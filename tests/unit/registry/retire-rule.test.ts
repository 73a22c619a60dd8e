import { describe, expect, it } from 'vitest';
import type { DecisionEntry } from '../../../lib/registry/decisions.ts';
import { versionsToRetire } from '../../../lib/registry/retire-rule.ts';
import type { VersionEntry } from '../../../lib/registry/versions.ts';
import { versionDraft } from '../../helpers/version-draft.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const POLICY = { versions: 20, champions: 5, days: 30 };

/** Versions 1 to `count`, all registered at this age. */
const versions = (count: number, ageMs = 31 * DAY_MS): VersionEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    ...versionDraft('m', '1'),
    version: i + 1,
    registered_at: new Date(NOW - ageMs).toISOString(),
  }));

const decision = (number: number, entry: Partial<DecisionEntry>): DecisionEntry => ({
  decision: number,
  action: 'promote',
  automatic: true,
  champion: null,
  high_water: null,
  actor: 'train',
  reason: 'test',
  from: null,
  to: null,
  decided_at: '2026-01-01T00:00:00.000Z',
  ...entry,
});

/** A log with these champions, in this order. */
const champions = (...each: number[]) =>
  each.map((champion, i) => decision(i + 1, { champion, to: champion }));

const retired = (all: readonly VersionEntry[], log: readonly DecisionEntry[], policy = POLICY) =>
  versionsToRetire(all, log, policy, NOW).map(({ version }) => version);

describe('versionsToRetire', () => {
  it('keeps what an alias names, and the newest version that waits for a person', () => {
    const alias = (to: number | null) => ({ name: 'canary', from: null, to });
    const log = [
      decision(1, { action: 'hold', held: 1 }),
      decision(2, { action: 'hold', held: 3 }),
      decision(3, { action: 'alias', alias: alias(4) }),
    ];
    expect(retired(versions(25), log)).toEqual([1, 2, 5]);
    const gone = [...log, decision(4, { action: 'alias', alias: { ...alias(null), from: 4 } })];
    expect(retired(versions(25), gone)).toEqual([1, 2, 4, 5]);
  });

  it('keeps the newest 20 versions', () => {
    expect(retired(versions(20), [])).toEqual([]);
    expect(retired(versions(21), [])).toEqual([1]);
    expect(retired(versions(23), [])).toEqual([1, 2, 3]);
  });

  it('keeps the last 5 distinct champions, however often they alternated', () => {
    const log = champions(1, 2, 3, 4, 5, 6, 5, 6, 5, 6);
    expect(retired(versions(26), log)).toEqual([1]);
    expect(retired(versions(26), log, { ...POLICY, champions: 2 })).toEqual([1, 2, 3, 4]);
  });

  it('keeps only the champion when one champion is to be kept, also after retirements', () => {
    const log = [...champions(1, 2), decision(3, { action: 'retire', champion: 2, from: 3 })];
    expect(retired(versions(24), log, { ...POLICY, champions: 1 })).toEqual([1, 4]);
  });

  it('keeps versions registered within 30 days, to the millisecond', () => {
    expect(retired(versions(21, 30 * DAY_MS), [])).toEqual([]);
    expect(retired(versions(21, 30 * DAY_MS + 1), [])).toEqual([1]);
    expect(retired(versions(21, 1), [], { ...POLICY, days: 0 })).toEqual([1]);
  });

  it('leaves out versions that are already retired', () => {
    const log = [decision(1, { action: 'retire', from: 1 })];
    expect(retired(versions(22), log)).toEqual([2]);
  });

  it('retires nothing of a model without versions', () => {
    expect(retired([], [])).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { describeFailures, describeWarnings } from '../../../lib/training/gate-verdict.ts';
import { type GateCase, type GateSettings, judge } from '../../../lib/training/quality-gate.ts';

const SETTINGS: GateSettings = { champion_margin: 0.02, champion_min_rows: 50, floor: null };
const GOOD: GateCase = { score: 0.9, standardError: 0.03, baseline: 0.4, heldOutRows: 100, champion: null };
const outcomes = (given: Partial<GateCase>, settings: Partial<GateSettings> = {}) => {
  const verdict = judge({ ...GOOD, ...given }, { ...SETTINGS, ...settings });
  return {
    passed: verdict.passed,
    ...Object.fromEntries(verdict.tests.map(({ test, outcome }) => [test, outcome])),
  };
};

describe('the quality gate', () => {
  it('passes a first version that is better than guessing', () => {
    expect(outcomes({})).toEqual({
      passed: true,
      baseline: 'passed',
      floor: 'not_applicable',
      champion: 'not_applicable',
    });
  });

  it.each([
    [0.43, true, 'warned'],
    [0.37, true, 'warned'],
    [0.3699, false, 'failed'],
  ])('judges a first version with %f against a baseline of 0.4 +- 0.03: %s', (score, passed, baseline) => {
    expect(outcomes({ score })).toMatchObject({ passed, baseline });
  });

  it('fails a later version that is no better than guessing', () => {
    const champion = { version: 1, score: 0.3 };
    expect(outcomes({ score: 0.4, champion })).toMatchObject({ passed: false, baseline: 'failed' });
    expect(outcomes({ score: 0.41, champion })).toMatchObject({ passed: true, baseline: 'warned' });
  });

  it('compares a version with the champion, less the margin', () => {
    const champion = { version: 3, score: 0.92 };
    expect(outcomes({ score: 0.9, champion })).toMatchObject({ passed: true, champion: 'passed' });
    expect(outcomes({ score: 0.8999, champion })).toMatchObject({ passed: false, champion: 'failed' });
    expect(outcomes({ score: 0.8999, champion }, { champion_margin: 0.05 })).toMatchObject({ passed: true });
  });

  it('does not compare with the champion on too few rows, or when it cannot predict them', () => {
    const champion = { version: 3, score: 0.99 };
    expect(outcomes({ champion, heldOutRows: 49 })).toMatchObject({
      passed: true,
      champion: 'not_applicable',
    });
    expect(outcomes({ champion: { version: 3, score: null } })).toMatchObject({ champion: 'not_applicable' });
  });

  it('requires the floor if one is set', () => {
    expect(outcomes({}, { floor: 0.9 })).toMatchObject({ passed: true, floor: 'passed' });
    expect(outcomes({}, { floor: 0.95 })).toMatchObject({ passed: false, floor: 'failed' });
  });

  it('describes failures and warnings in words', () => {
    const worse = judge({ ...GOOD, champion: { version: 3, score: 0.95 } }, SETTINGS);
    expect(describeFailures(worse)).toBe(
      'worse than the champion: macro-F1 0.9000 against 0.9500 of v3 on the same 100 rows, margin 0.0200',
    );
    expect(describeWarnings(judge({ ...GOOD, score: 0.41 }, SETTINGS))).toMatch(
      /^hardly better than guessing: /,
    );
  });
});

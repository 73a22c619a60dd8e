import { describe, expect, it } from 'vitest';
import { whyNoChampion } from '../../../lib/registry/no-champion.ts';

const PASSED = { version: 2, gate: { passed: true, tests: [] } };
const FAILED = {
  version: 1,
  gate: {
    passed: false,
    tests: [{ test: 'baseline', outcome: 'failed', detail: 'no better than guessing' } as const],
  },
};

describe('whyNoChampion', () => {
  it('says that a version is being trained, and to ask again soon', () => {
    expect(whyNoChampion('iris', undefined)).toEqual({
      reason: 'The model "iris" has no champion yet: its first version is being trained.',
      retryAfterSeconds: 5,
    });
  });

  it('says what to do about a version that was not promoted', () => {
    expect(whyNoChampion('iris', PASSED).reason).toContain('v2 is registered and was not promoted');
    expect(whyNoChampion('iris', FAILED)).toEqual({
      reason: expect.stringContaining('v1 did not pass the quality gate (no better than guessing)'),
      retryAfterSeconds: 60,
    });
  });

  it('does not advise to promote a retired version', () => {
    const { reason } = whyNoChampion('iris', PASSED, { action: 'retire', from: 2 });
    expect(reason).toContain('v2 was retired');
    expect(reason).not.toContain('promote it');
    expect(whyNoChampion('iris', PASSED, { action: 'retire', from: 1 }).reason).toContain(
      'promote it by hand',
    );
  });

  it('says that a version waits for approval, and that only a person changes that', () => {
    const { reason, retryAfterSeconds } = whyNoChampion('iris', PASSED, {
      action: 'hold',
      from: null,
      held: 2,
    });
    expect(reason).toContain('v2 passed the quality gate and waits for approval');
    expect(retryAfterSeconds).toBe(60);
  });

  it('says why the newest upload was refused', () => {
    const refusal = 'its newest upload was refused: classes: one class only; name another label';
    expect(whyNoChampion('iris', undefined, undefined, refusal)).toEqual({
      reason: `The model "iris" has no champion yet: ${refusal}`,
      retryAfterSeconds: 60,
    });
    const { reason } = whyNoChampion('iris', FAILED, undefined, refusal);
    expect(reason).toContain('did not pass the quality gate');
    expect(reason).toContain(`Besides, ${refusal}`);
  });
});

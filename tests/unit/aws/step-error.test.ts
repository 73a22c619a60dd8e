import { describe, expect, it } from 'vitest';
import { reasonFor } from '../../../lib/aws/step-error.ts';

describe('what a step failed of', () => {
  it.each([
    [{ Error: 'States.Timeout' }, 'a step took longer than it may'],
    [
      { Error: 'BatchFailure', Cause: '{"errorType":"BatchFailure","errorMessage":"the file is gone"}' },
      'the file is gone',
    ],
    [{ Error: 'Lambda.Unknown', Cause: 'no JSON' }, 'no JSON'],
    [{ Error: 'Lambda.Unknown', Cause: '{"errorMessage":1}' }, '{"errorMessage":1}'],
    [{ Error: 'Runtime.OutOfMemory', Cause: '' }, 'Runtime.OutOfMemory'],
    [{}, 'unknown'],
  ])('is read from %j', (error, reason) => {
    expect(reasonFor(error)).toBe(reason);
  });

  it('is one short line, however long the cause is, and whatever is hidden in it', () => {
    const reason = reasonFor({ Error: 'E', Cause: `a\u001b[2J\n${'x'.repeat(1_000_000)}` });
    expect(reason.length).toBeLessThanOrEqual(400);
    expect(reason).toMatch(/^a\\u\{1b\}\[2J x+…$/);
  });
});

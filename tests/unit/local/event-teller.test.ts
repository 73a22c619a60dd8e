import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventTeller } from '../../../lib/local/event-teller.ts';

const DELAYS = { quietMs: 10, againMs: 100 };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function teller(results: (boolean | Error)[]) {
  const runs: number[] = [];
  const errors: unknown[] = [];
  const run = async () => {
    runs.push(Date.now());
    const result = results.shift() ?? true;
    if (result instanceof Error) throw result;
    return result;
  };
  return { runs, errors, teller: new EventTeller(run, (error) => errors.push(error), DELAYS) };
}

describe('the events function on a laptop', () => {
  it('runs once for changes that come together, and not before it may', async () => {
    const { runs, teller: one } = teller([]);
    one.changed();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toHaveLength(0);
    one.start();
    one.changed();
    one.changed();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toHaveLength(1);
    one.changed();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toHaveLength(2);
  });

  it('runs again after a run that failed, or was not done', async () => {
    const { runs, errors, teller: one } = teller([new Error('no'), false, true]);
    one.start();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toHaveLength(3);
    expect(errors).toHaveLength(1);
  });

  it('runs no more once it was stopped', async () => {
    const { runs, teller: one } = teller([]);
    one.start();
    await one.stop();
    one.changed();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toHaveLength(0);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../../../lib/errors.ts';
import { startSchedules } from '../../../../lib/local/lambda/schedules.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-01T10:00:00.500Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const location = { region: 'eu-central-1', accountId: '123456789012' };

describe('schedules', () => {
  it('send EventBridge’s scheduled event at each interval, until they are stopped', async () => {
    const sent: unknown[][] = [];
    const { stop } = startSchedules(
      [{ name: 'drift', functionName: 'monitor', everySeconds: 60 }],
      async (...parameters) => void sent.push(parameters),
      { ...location, onError: () => {} },
    );
    await vi.advanceTimersByTimeAsync(59_999);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_001);
    expect(sent).toHaveLength(2);
    const [functionName, event, id] = sent[0] ?? [];
    expect([functionName, id]).toEqual(['monitor', 'schedule-drift']);
    expect(event).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/u),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '123456789012',
      time: '2026-03-01T10:01:00Z',
      region: 'eu-central-1',
      resources: ['arn:aws:events:eu-central-1:123456789012:rule/drift'],
      detail: {},
    });
    stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(sent).toHaveLength(2);
  });

  it('send a constant input when they have one', async () => {
    const sent: unknown[] = [];
    const { stop } = startSchedules(
      [{ name: 'clean', functionName: 'housekeeping', everySeconds: 1, payload: { older_than_days: 7 } }],
      async (_name, payload) => void sent.push(payload),
    );
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([{ older_than_days: 7 }]);
    stop();
  });

  it('skip ticks while one is still being accepted, report a failure, and continue after it', async () => {
    const errors: unknown[] = [];
    const pending: ((error?: Error) => void)[] = [];
    const { stop } = startSchedules(
      [{ name: 'slow', functionName: 'monitor', everySeconds: 1 }],
      () => new Promise((resolve, reject) => pending.push((error) => (error ? reject(error) : resolve()))),
      { onError: (error) => errors.push(error) },
    );
    await vi.advanceTimersByTimeAsync(5000);
    expect(pending).toHaveLength(1);
    pending[0]?.(new Error('disk full'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(pending).toHaveLength(2);
    expect(errors).toEqual([new Error('disk full')]);
    stop();
  });

  it('are checked, and all faults are reported together', () => {
    const schedules = [0, -1, 1e9, Number.NaN].map((everySeconds) => ({
      name: 'a',
      functionName: 'f',
      everySeconds,
    }));
    const attempt = () => startSchedules(schedules, async () => {});
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(/everySeconds: expected more than 0, at most 2147483, got -1/u);
    expect(attempt).toThrow(/defined twice/u);
    expect(attempt).toThrow(/got NaN/u);
  });
});

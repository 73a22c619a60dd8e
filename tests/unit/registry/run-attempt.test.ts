import { S3ServiceException } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClassifierError } from '../../../lib/errors.ts';
import { attemptsAt, beginAttempt, MAX_ATTEMPTS, readingTask } from '../../../lib/registry/attempts.ts';
import { reasonOf, runAttempt } from '../../../lib/registry/run-attempt.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

let task = readingTask('m', '0.csv', 'v1');
let nowMs = Date.UTC(2026, 0, 1);
let tests = 0;
const isDone = vi.fn(async () => false);
const recordFailed = vi.fn(async (_detail: string) => undefined);
beforeEach(() => {
  task = readingTask('m', `${++tests}.csv`, 'v1');
  nowMs = Date.UTC(2026, 0, 1);
  isDone.mockReset().mockResolvedValue(false);
  recordFailed.mockReset();
});

const run = (work: () => Promise<string>) =>
  runAttempt(task, { work, isDone, recordFailed }, { table: registry.table, now: () => nowMs });
const fails = async () => {
  throw new Error('the bucket is out of reach');
};

/** An invocation that is killed: it counted its attempt, and says nothing more. */
const killed = () => beginAttempt(registry.table, task, nowMs, MAX_ATTEMPTS);

describe('runAttempt', () => {
  it('counts the attempt before the work begins', async () => {
    const work = vi.fn(async () => String((await attemptsAt(registry.table, task)).begun.size));
    expect(await run(work)).toBe('1');
    expect(await run(work)).toBe('2');
    expect(recordFailed).not.toHaveBeenCalled();
  });

  it('throws what the work throws, and records the failure with the last attempt, once', async () => {
    for (const time of [1, 2, 3]) {
      await expect(run(fails)).rejects.toThrow('out of reach');
      expect(recordFailed, String(time)).toHaveBeenCalledTimes(time === 3 ? 1 : 0);
    }
    const detail = recordFailed.mock.calls[0]![0];
    expect(detail).toBe(
      'Reading it failed 3 times, the last time with: the bucket is out of reach. Mend the cause, then upload the file again.',
    );
    const work = vi.fn(fails);
    expect(await run(work)).toEqual({ kind: 'failed' });
    expect(work).not.toHaveBeenCalled();
  });

  it('does not call work failed that an attempt did and could not say so', async () => {
    for (const _ of [1, 2]) await expect(run(fails)).rejects.toThrow();
    isDone.mockResolvedValue(true);
    await expect(run(fails)).rejects.toThrow();
    expect(await run(fails)).toEqual({ kind: 'done_before' });
    expect(recordFailed).not.toHaveBeenCalled();
  });

  it('leaves the end open while an attempt that said nothing may be in progress', async () => {
    await killed();
    nowMs += 600_000;
    for (const _ of [1, 2]) await expect(run(fails)).rejects.toThrow();
    expect(await run(fails)).toEqual({ kind: 'in_progress' });
    nowMs += 361_000;
    expect(await run(fails)).toEqual({ kind: 'failed' });
    expect(recordFailed).toHaveBeenCalledTimes(1);
  });

  it('says that it was killed when no attempt gave a reason', async () => {
    for (const _ of [1, 2, 3]) await killed();
    nowMs += 3_600_000;
    expect(await run(fails)).toEqual({ kind: 'failed' });
    expect(recordFailed.mock.calls[0]![0]).toContain('failed 3 times without a word: it ran out of time or');
  });

  it('counts a write whose reply was lost, and which the SDK sent again, once', async () => {
    await killed();
    const [attempt] = (await attemptsAt(registry.table, task)).begun;
    const { pk, sk } = { pk: 'MODEL#m', sk: `ATTEMPTS#ingest#${task.id}` };
    for (const _ of [1, 2, 3])
      await registry.table.addMember(pk, sk, { set: 'begun', member: attempt!, max: 3 });
    expect((await attemptsAt(registry.table, task)).begun.size).toBe(1);
  });

  it('throws both errors when the ledger cannot be told', async () => {
    const lost = vi.spyOn(registry.table, 'addMember');
    lost.mockImplementationOnce((...args) => {
      lost.mockRejectedValueOnce(new Error('no ledger'));
      return Object.getPrototypeOf(registry.table).addMember.apply(registry.table, args);
    });
    await expect(run(fails)).rejects.toMatchObject({
      errors: [new Error('the bucket is out of reach'), new Error('no ledger')],
    });
    lost.mockRestore();
  });
});

describe('reasonOf', () => {
  it('shows our own words in one line, and of AWS the name of the error alone', () => {
    expect(reasonOf(new ClassifierError('item_size', 'too\nlarge'))).toBe('too large');
    const denied = new S3ServiceException({
      name: 'AccessDenied',
      message: 'arn:aws:sts::123456789012:assumed-role/train is not authorized',
      $fault: 'client',
      $metadata: {},
    });
    expect(reasonOf(new AggregateError([denied], 'several'))).toBe('AWS answered AccessDenied');
    expect(reasonOf(new Error('x'.repeat(1000)))).toHaveLength(400);
  });
});

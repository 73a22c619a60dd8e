import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS } from '../../../lib/registry/attempts.ts';
import { createdEvent } from '../../../lib/storage/created-event.ts';
import DEFINITION from '../../../terraform/state-machines/train.asl.json' with { type: 'json' };

const EVENT = createdEvent({ bucket: 'p', key: 'm/u/manifest.json', createdAt: '2026-01-01T00:00:00.000Z' });

interface Job {
  readonly JobName: string;
  readonly ContainerOverrides: { readonly Command: readonly string[] };
}

/** Runs the state machine with a job that ends as it is told, by the number of its run. */
async function run(job: (run: number) => Error | undefined, keep: (run: number) => Error | undefined = none) {
  const jobs: Job[] = [];
  const kept: unknown[] = [];
  const machine = new StateMachine(DEFINITION as never);
  const handlers = {
    Train: async (input: unknown) => {
      const error = job(jobs.push(input as Job));
      if (error) throw error;
      return { Status: 'SUCCEEDED' };
    },
    KeepEvent: async (input: unknown) => {
      const error = keep(kept.push(input));
      if (error) throw error;
      return { MessageId: '1' };
    },
  };
  const { result } = machine.run(EVENT as never, {
    overrides: {
      taskResourceLocalHandlers: handlers as never,
      retryIntervalOverrides: { Train: 0, KeepEvent: 0 },
    },
    context: { Execution: { Name: 'upload' } } as never,
  });
  const end = await result.then(
    () => 'succeeded',
    (error: Error) => error.message,
  );
  return { jobs, kept, end };
}

const none = () => undefined;
/** As Step Functions names a job whose container exited with another code than 0. */
const jobFailed = () =>
  Object.assign(new Error('{"Container":{"ExitCode":1}}'), { name: 'States.TaskFailed' });
const timedOut = () => Object.assign(new Error('no turn'), { name: 'States.Timeout' });

describe('the state machine of trainings on Fargate', () => {
  it('submits one job under the name of the execution, with the event as its command', async () => {
    const { jobs, kept, end } = await run(none);
    expect(end).toBe('succeeded');
    expect(kept).toEqual([]);
    expect(jobs).toHaveLength(1);
    const [flag, event, ...others] = jobs[0]!.ContainerOverrides.Command;
    expect([jobs[0]!.JobName, flag, others]).toEqual(['upload', '--acknowledge', []]);
    expect(JSON.parse(event!)).toEqual(EVENT);
  });

  it('tries a job that failed again, as often as a training is begun', async () => {
    const { jobs, kept, end } = await run((attempt) => (attempt < MAX_ATTEMPTS ? jobFailed() : undefined));
    expect([jobs.length, kept, end]).toEqual([MAX_ATTEMPTS, [], 'succeeded']);
    expect(new Set(jobs.map((job) => JSON.stringify(job))).size).toBe(1);
  });

  it('keeps the event of a job that failed for good, as S3 sent it, and fails', async () => {
    const { jobs, kept, end } = await run(jobFailed);
    expect(jobs).toHaveLength(MAX_ATTEMPTS);
    expect(kept).toEqual([expect.objectContaining({ MessageBody: EVENT })]);
    expect(end).toContain('The registry has the reason');
  });

  it('gives up a job that got no turn in two days, without another', async () => {
    const { jobs, kept, end } = await run(timedOut);
    expect([jobs.length, kept.length]).toEqual([1, 1]);
    expect(end).toContain('The registry has the reason');
  });

  it('fails also when the event cannot be kept, after some tries', async () => {
    const { kept, end } = await run(jobFailed, jobFailed);
    expect(kept).toHaveLength(6);
    expect(end).not.toBe('succeeded');
  });
});

import * as z from 'zod/mini';
import type { IngestDependencies } from '../dependencies.ts';
import { commitTask } from './commit.ts';
import { failTask } from './fail.ts';
import { mergeTask } from './merge.ts';
import { parseTask } from './parse.ts';
import { planTask } from './plan.ts';

const set = {
  model: z.string(),
  upload_id: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  attempt: z.int().check(z.minimum(1)),
};
const error = z.object({ Error: z.optional(z.string()), Cause: z.optional(z.string()) });

/** A task of the state machine that reads sets. */
const setTask = z.discriminatedUnion('task', [
  z.object({ task: z.literal('plan'), ...set }),
  z.object({ task: z.literal('parse'), ...set, part: z.int().check(z.minimum(0)) }),
  z.object({ task: z.literal('merge'), ...set }),
  z.object({ task: z.literal('commit'), ...set }),
  z.object({ task: z.literal('fail'), ...set, error }),
]);

/** Whether an event comes from the state machine: S3's have no task. */
export const isSetTask = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'task' in event;

/** Runs a task. Each may be run again, and then finds what was done. @throws SetFailure */
export async function runSetTask(event: unknown, deps: IngestDependencies): Promise<object> {
  const task = z.parse(setTask, event);
  switch (task.task) {
    case 'plan':
      return await planTask(task, deps);
    case 'parse':
      return await parseTask(task, deps);
    case 'merge':
      return await mergeTask(task, deps);
    case 'commit':
      await commitTask(task, deps);
      return {};
    case 'fail':
      await failTask(task, deps);
      return {};
  }
}

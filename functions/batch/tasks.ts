import * as z from 'zod/mini';
import { commitBatch } from './commit.ts';
import type { BatchDependencies } from './dependencies.ts';
import { failBatch } from './fail.ts';
import { mergeBatch } from './merge.ts';
import { planBatch } from './plan.ts';
import { predictBatchLot } from './predict.ts';

const batch = {
  model: z.string(),
  batch_id: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  attempt: z.int().check(z.minimum(1)),
};
const error = z.object({ Error: z.optional(z.string()), Cause: z.optional(z.string()) });

/** A task of the state machine. */
const batchTask = z.discriminatedUnion('task', [
  z.object({ task: z.literal('plan'), ...batch }),
  z.object({ task: z.literal('predict'), ...batch, lot: z.int().check(z.minimum(0)) }),
  z.object({ task: z.literal('merge'), ...batch }),
  z.object({ task: z.literal('commit'), ...batch }),
  z.object({ task: z.literal('fail'), ...batch, error }),
]);

/** Whether an event comes from the state machine: S3's have no task. */
export const isTask = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'task' in event;

/** Runs a task. Each may be run again, and then finds what was done. @throws BatchFailure */
export async function runTask(event: unknown, deps: BatchDependencies): Promise<object> {
  const task = z.parse(batchTask, event);
  switch (task.task) {
    case 'plan':
      return await planBatch(task, deps);
    case 'predict':
      return await predictBatchLot(task, deps);
    case 'merge':
      return await mergeBatch(task, deps);
    case 'commit':
      await commitBatch(task, deps);
      return {};
    case 'fail':
      await failBatch(task, deps);
      return {};
  }
}

import { reasonFor, type StepError } from '../../lib/aws/step-error.ts';
import type { BatchTask } from '../../lib/registry/batch-execution.ts';
import { getBatch } from '../../lib/registry/batches.ts';
import { batchKeys } from '../../lib/storage/batch-keys.ts';
import { listKeys } from '../../lib/storage/object-keys.ts';
import { readObject } from '../../lib/storage/objects.ts';
import type { BatchDependencies } from './dependencies.ts';
import { endBatch } from './running-batch.ts';

/** A task that failed for good, as the state machine tells it. */
export interface FailTask extends BatchTask {
  readonly error: StepError;
}

/** Records that a batch failed, and why. */
export async function failBatch(task: FailTask, deps: BatchDependencies): Promise<void> {
  const entry = await getBatch(deps.table, task.model, task.batch_id);
  if (!entry || entry.attempt !== task.attempt || entry.state !== 'running') return;
  const reason = (await lotReason(task, deps)) ?? reasonFor(task.error);
  await endBatch(entry, { state: 'failed', reason }, `failed: ${reason}`, deps);
}

/** What the first lot that failed said. */
async function lotReason(
  { model, batch_id, attempt }: FailTask,
  { s3, resultsBucket: bucket }: BatchDependencies,
): Promise<string | undefined> {
  const prefix = batchKeys(model, batch_id).failed(attempt);
  for await (const key of listKeys(s3, bucket, prefix)) {
    const index = Number(/(\d+)\.json$/.exec(key)?.[1] ?? 0);
    const bytes = await readObject(s3, { bucket, key });
    const { reason } = JSON.parse(Buffer.from(bytes ?? '{}').toString('utf8')) as { reason?: string };
    if (reason !== undefined) return `lot ${index + 1}: ${reason}`;
  }
  return undefined;
}

import type { BatchTask } from '../../lib/registry/batch-execution.ts';
import { type BatchEntry, getBatch, recordBatch } from '../../lib/registry/batches.ts';
import { BatchFailure } from './batch-failure.ts';
import type { BatchDependencies } from './dependencies.ts';

/**
 * The batch that a task belongs to.
 *
 * @throws BatchFailure when another attempt runs, or none
 */
export async function runningBatch(
  { model, batch_id, attempt }: BatchTask,
  { table }: BatchDependencies,
): Promise<BatchEntry> {
  const entry = await getBatch(table, model, batch_id);
  if (!entry) throw new BatchFailure(`there is no batch ${batch_id} of the model "${model}"`);
  if (entry.attempt !== attempt || entry.state !== 'running')
    throw new BatchFailure(`attempt ${attempt} was over: the batch is ${entry.state}`);
  return entry;
}

/** Ends a batch, and logs how. */
export async function endBatch(
  entry: BatchEntry,
  end: Pick<BatchEntry, 'state' | 'reason' | 'rows'>,
  detail: string,
  { table, now, logger }: BatchDependencies,
): Promise<void> {
  const ended = { ...entry, ...end, ended_at: new Date(now()).toISOString() };
  if (!(await recordBatch(table, ended))) return;
  const said = { model: entry.model, key: entry.key, batch_id: entry.batch_id, detail };
  if (end.state === 'done') logger.info('batch', said);
  else logger.warn('batch', said);
}

import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { reportedRows } from '../../lib/batch/batch-report.ts';
import type { BatchTask } from '../../lib/registry/batch-execution.ts';
import { getBatch } from '../../lib/registry/batches.ts';
import { batchKeys } from '../../lib/storage/batch-keys.ts';
import { listKeys } from '../../lib/storage/object-keys.ts';
import { putObject, readObject } from '../../lib/storage/objects.ts';
import { BatchFailure } from './batch-failure.ts';
import type { BatchDependencies } from './dependencies.ts';
import { endBatch, runningBatch } from './running-batch.ts';

/** Puts the report, records that the batch is done, and deletes what was only needed until then. */
export async function commitBatch(task: BatchTask, deps: BatchDependencies): Promise<void> {
  if (await isDone(task, deps)) return await deleteParts(task, deps);
  const entry = await runningBatch(task, deps);
  const { s3, resultsBucket: bucket } = deps;
  const keys = batchKeys(task.model, task.batch_id);
  const report = await readObject(s3, { bucket, key: keys.draftReport });
  if (!report) throw new BatchFailure('the batch was not merged');
  const { rows } = z.parse(reportedRows, JSON.parse(Buffer.from(report).toString('utf8')));
  await putObject(s3, { bucket, key: keys.report }, report, 'application/json');
  const without = rows.rejected > 0 ? `, ${rows.rejected} of them without a prediction` : '';
  await endBatch(entry, { state: 'done', rows }, `done: ${rows.read} rows${without}`, deps);
  await deleteParts(task, deps);
}

/** Whether an earlier call got that far, and then no further. */
async function isDone({ model, batch_id }: BatchTask, { table }: BatchDependencies): Promise<boolean> {
  return (await getBatch(table, model, batch_id))?.state === 'done';
}

/** The most that S3 deletes in one request. */
const MAX_DELETED = 1000;

async function deleteParts(
  { model, batch_id }: BatchTask,
  { s3, resultsBucket: Bucket }: BatchDependencies,
): Promise<void> {
  const keys: string[] = [];
  for await (const key of listKeys(s3, Bucket, batchKeys(model, batch_id).parts)) keys.push(key);
  for (let from = 0; from < keys.length; from += MAX_DELETED) {
    const Objects = keys.slice(from, from + MAX_DELETED).map((Key) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
}

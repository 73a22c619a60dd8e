import { predictLot } from '../../lib/batch/predict-lot.ts';
import type { ByteSink } from '../../lib/byte-sink.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import type { BatchTask } from '../../lib/registry/batch-execution.ts';
import { reasonOf } from '../../lib/registry/run-attempt.ts';
import { batchKeys } from '../../lib/storage/batch-keys.ts';
import { listKeys } from '../../lib/storage/object-keys.ts';
import { type ObjectUpload, startUpload } from '../../lib/storage/object-upload.ts';
import { putObject } from '../../lib/storage/objects.ts';
import { BatchFailure } from './batch-failure.ts';
import type { BatchDependencies } from './dependencies.ts';
import type { LotResult } from './lot-result.ts';
import { modelOfBatch } from './model-of-batch.ts';
import { objectBytes, readPlan, refusalOf } from './plan.ts';
import { CSV_TYPE, RESULT_TYPES } from './result-types.ts';
import { runningBatch } from './running-batch.ts';

/** A lot of a batch. */
export interface LotTask extends BatchTask {
  readonly lot: number;
}

/** Predicts one lot, unless an earlier call did. Its answer is small, as the state machine keeps it. */
export async function predictBatchLot(task: LotTask, deps: BatchDependencies): Promise<{ lot: number }> {
  const { lot } = task;
  try {
    if (!(await isFinished(task, deps))) await predictParts(task, deps);
    return { lot };
  } catch (error) {
    await noteFailure(task, error, deps);
    throw error;
  }
}

async function isFinished({ model, batch_id, lot }: LotTask, deps: BatchDependencies): Promise<boolean> {
  const { finishedPrefix } = batchKeys(model, batch_id).lot(lot);
  for await (const _ of listKeys(deps.s3, deps.resultsBucket, finishedPrefix)) return true;
  return false;
}

async function predictParts(task: LotTask, deps: BatchDependencies): Promise<void> {
  const { s3, resultsBucket: bucket, logger } = deps;
  const entry = await runningBatch(task, deps);
  const [plan, model] = await Promise.all([readPlan(task, deps), modelOfBatch(entry, deps)]);
  const range = plan?.lots[task.lot];
  if (!plan || !range) throw new BatchFailure(`lot ${task.lot + 1} is in no plan`);
  const keys = batchKeys(task.model, task.batch_id).lot(task.lot);
  const { key, version_id } = plan.table;
  const at = { bucket: plan.table.bucket, key, versionId: version_id ?? undefined };
  const predictions = counted(
    startUpload(s3, { bucket, key: keys.predictions(entry.format) }, RESULT_TYPES[entry.format]),
  );
  const rejects = counted(startUpload(s3, { bucket, key: keys.rejects }, CSV_TYPE));
  let result: LotResult;
  try {
    const chunks = objectBytes(s3, at, range);
    const input = { plan, index: task.lot, chunks, choices: entry };
    const counts = await predictLot(model, input, { predictions, rejects });
    await Promise.all([predictions.finish(), rejects.finish()]);
    const sizes = { predictions_bytes: predictions.bytes(), rejects_bytes: rejects.bytes() };
    result = { kind: 'predicted', counts, ...sizes };
  } catch (error) {
    await Promise.all([predictions.abort(), rejects.abort()]);
    if (!(error instanceof RefusedFileError)) throw error;
    result = { kind: 'refused', refusal: refusalOf(error) };
  }
  const rows = result.kind === 'predicted' ? result.counts.rows : 0;
  await putObject(s3, { bucket, key: keys.finished(rows) }, JSON.stringify(result), 'application/json');
  const detail = `lot ${task.lot + 1} of ${plan.lots.length}: ${rows} rows`;
  logger.info('batch', { model: task.model, key: entry.key, batch_id: task.batch_id, detail });
}

/** An upload that knows how much it got. */
function counted(upload: ObjectUpload): ObjectUpload & ByteSink & { bytes(): number } {
  let sizeBytes = 0;
  return {
    ...upload,
    async write(chunk) {
      sizeBytes += chunk.length;
      await upload.write(chunk);
    },
    bytes: () => sizeBytes,
  };
}

/** A map that fails says no more than that. What the batch failed of is read from here. */
async function noteFailure(task: LotTask, error: unknown, deps: BatchDependencies): Promise<void> {
  const key = batchKeys(task.model, task.batch_id).lot(task.lot).failed(task.attempt);
  const reason = reasonOf(error);
  try {
    const at = { bucket: deps.resultsBucket, key };
    await putObject(deps.s3, at, JSON.stringify({ reason }), 'application/json');
  } catch (noteError) {
    deps.logger.warn('the failure of a lot cannot be noted', { error: noteError as Error });
  }
}

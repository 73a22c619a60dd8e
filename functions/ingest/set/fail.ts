import { reasonFor, type StepError } from '../../../lib/aws/step-error.ts';
import { listKeys } from '../../../lib/storage/object-keys.ts';
import { setKeys } from '../../../lib/storage/set-keys.ts';
import { shown } from '../../../lib/text-safety.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { wasDoneBefore } from '../ingest-upload.ts';
import { readJson, record } from '../upload.ts';
import { type RunningSet, runningSet } from './running-set.ts';
import type { SetTask } from './set-task.ts';

/** A task that failed for good, as the state machine tells it. */
export interface FailTask extends SetTask {
  readonly error: StepError;
}

/** Records that a set could not be read, and why. */
export async function failTask(task: FailTask, deps: IngestDependencies): Promise<void> {
  const set = await runningSet(task, deps);
  const { upload } = set;
  if (await wasDoneBefore(upload, deps)) return;
  const reason = (await partReason(set, task, deps)) ?? reasonFor(task.error);
  const detail = `Reading it failed: ${reason.replace(/\.$/, '')}. Mend the cause, then put _COMPLETE again.`;
  const isNew = await record(deps, upload, upload.source.uploaded_at, { status: 'failed', detail });
  if (isNew) deps.logger.error('failed', { model: upload.model, key: upload.object.key, detail });
}

/** What the first part that failed said. Notes of tries that succeeded later are passed over. */
async function partReason(
  { parts }: RunningSet,
  { model, upload_id, attempt }: FailTask,
  deps: IngestDependencies,
): Promise<string | undefined> {
  const keys = setKeys(model, upload_id);
  for await (const key of listKeys(deps.s3, deps.processedBucket, keys.failed(attempt))) {
    const index = Number(/(\d+)\.json$/.exec(key)?.[1] ?? 0);
    if ((await readJson<unknown>(keys.part(index), deps)) !== undefined) continue;
    const { reason } = (await readJson<{ reason?: string }>(key, deps)) ?? {};
    if (reason !== undefined) return `the part ${shown(parts[index]?.name ?? '')}: ${reason}`;
  }
  return undefined;
}

import type { IngestDependencies } from '../dependencies.ts';
import type { NamedUpload, Upload } from '../upload.ts';
import { checkSet, pinSet } from './pin-set.ts';
import type { SetTask } from './set-task.ts';

/** The most executions of one set. Each retries its steps itself. */
export const MAX_SET_EXECUTIONS = 3;

/**
 * Starts the execution that reads a set, or finds it. One that ended without a verdict, since somebody
 * stopped it or its last step failed, is followed by another.
 *
 * @throws RefusedFileError for a set that is not worth opening
 */
export async function startSet(
  upload: Upload,
  deps: IngestDependencies,
): Promise<{ readonly kind: 'started' }> {
  const set = await pinSet(upload, deps);
  checkSet(set, deps);
  for (let attempt = 1; attempt <= MAX_SET_EXECUTIONS; attempt++) {
    const task: SetTask = { model: upload.model, upload_id: upload.id, attempt };
    const found = await deps.executions.find(nameOf(task));
    if (found !== undefined && found.status !== 'running') continue;
    if (found === undefined) await deps.executions.start(nameOf(task), task);
    const detail = `${set.parts.length} parts are read`;
    deps.logger.info('set', { model: upload.model, key: upload.object.key, detail });
    return { kind: 'started' };
  }
  throw new Error(`${MAX_SET_EXECUTIONS} executions ended without a verdict: Step Functions says why`);
}

/** Whether a set is being read. */
export async function isSetRunning(
  { model, id }: Pick<NamedUpload, 'model' | 'id'>,
  { executions }: IngestDependencies,
): Promise<boolean> {
  for (let attempt = MAX_SET_EXECUTIONS; attempt > 0; attempt--)
    if ((await executions.find(nameOf({ model, upload_id: id, attempt })))?.status === 'running') return true;
  return false;
}

/** A second start of the same name is the first. */
const nameOf = ({ upload_id, attempt }: SetTask) => (attempt === 1 ? upload_id : `${upload_id}-${attempt}`);

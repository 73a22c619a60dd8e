import { parsePart } from '../../../lib/dataset/set/parse-part.ts';
import { RefusedFileError } from '../../../lib/errors.ts';
import { reasonOf } from '../../../lib/registry/run-attempt.ts';
import { headObject, putObject } from '../../../lib/storage/objects.ts';
import { setKeys } from '../../../lib/storage/set-keys.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { ObjectGone } from '../object-source.ts';
import { checkHead } from '../refusal.ts';
import { pretty, readJson } from '../upload.ts';
import { basisOf, fileOf, type PartResult, planOf, type RunningSet, runningSet } from './running-set.ts';
import { SetFailure } from './set-failure.ts';
import type { SetTask } from './set-task.ts';

/** A part of a set. */
export interface PartTask extends SetTask {
  readonly part: number;
}

/** Reads one part, unless an earlier call did. Its answer is small, as the state machine keeps it. */
export async function parseTask(task: PartTask, deps: IngestDependencies): Promise<{ part: number }> {
  const { model, upload_id, part } = task;
  const key = setKeys(model, upload_id).part(part);
  try {
    if ((await readJson<unknown>(key, deps)) === undefined) {
      const result = await read(task, deps);
      await putObject(deps.s3, { bucket: deps.processedBucket, key }, pretty(result), 'application/json');
    }
    return { part };
  } catch (error) {
    await noteFailure(task, error, deps);
    throw error;
  }
}

async function read(task: PartTask, deps: IngestDependencies): Promise<PartResult> {
  const set = await runningSet(task, deps);
  try {
    return await readPart(set, task, deps);
  } catch (error) {
    if (error instanceof ObjectGone) return { kind: 'gone' };
    if (!(error instanceof RefusedFileError)) throw error;
    const { code, message, line = null, fix = null } = error;
    return { kind: 'refused', refusal: { code, message, line, fix } };
  }
}

async function readPart(set: RunningSet, task: PartTask, deps: IngestDependencies): Promise<PartResult> {
  const part = set.parts[task.part];
  if (!part) throw new SetFailure(`the set has no part ${task.part + 1}`);
  const { key, version_id } = part;
  const at = { bucket: set.upload.object.bucket, key, versionId: version_id ?? undefined };
  const facts = await headObject(deps.s3, at);
  if (!facts) throw new ObjectGone(part.name);
  checkHead(facts, deps.maxFileBytes, part.name);
  const [plan, { contract }] = await Promise.all([planOf(task, deps), basisOf(set, deps)]);
  const limits = { fileBytes: deps.maxFileBytes };
  return { kind: 'parsed', parsed: await parsePart(fileOf(set, part, deps), plan, contract, limits) };
}

/** A map that fails says no more than that. What the set failed of is read from here. */
async function noteFailure(
  { model, upload_id, attempt, part }: PartTask,
  error: unknown,
  deps: IngestDependencies,
): Promise<void> {
  const key = setKeys(model, upload_id).failedPart(attempt, part);
  try {
    const at = { bucket: deps.processedBucket, key };
    await putObject(deps.s3, at, JSON.stringify({ reason: reasonOf(error) }), 'application/json');
  } catch (noteError) {
    deps.logger.warn('the failure of a part cannot be noted', { error: noteError as Error });
  }
}

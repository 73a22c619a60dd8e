import * as z from 'zod/mini';
import { ingestParts, type SetPart } from '../../../lib/dataset/set/ingest-parts.ts';
import { RefusedFileError } from '../../../lib/errors.ts';
import { putObject } from '../../../lib/storage/objects.ts';
import { setKeys } from '../../../lib/storage/set-keys.ts';
import { shown } from '../../../lib/text-safety.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { wasDoneBefore } from '../ingest-upload.ts';
import { ObjectGone } from '../object-source.ts';
import { draftOf, streamOutputs, writeReports } from '../outputs.ts';
import { pretty, readJson } from '../upload.ts';
import {
  basisOf,
  fileOf,
  judged,
  type PartResult,
  partResult,
  planOf,
  type RunningSet,
  runningSet,
  type StepOutcome,
} from './running-set.ts';
import { SetFailure } from './set-failure.ts';
import { checkSetSize } from './set-size.ts';
import type { SetTask } from './set-task.ts';

/**
 * Reads all parts as one table, once each of them was read. What an interpreter of the state machine made of
 * a part that failed does not matter here: one that is missing is found.
 */
export async function mergeTask(
  task: SetTask,
  deps: IngestDependencies,
): Promise<{ readonly outcome: StepOutcome<'merged'> }> {
  const set = await runningSet(task, deps);
  if (await wasDoneBefore(set.upload, deps)) return { outcome: 'ended' };
  const outcome = await judged(set, deps, async () => {
    await merge(set, task, deps);
    return 'merged' as const;
  });
  return { outcome };
}

async function merge(set: RunningSet, task: SetTask, deps: IngestDependencies): Promise<void> {
  const parts = await partsOf(set, task, deps);
  checkSetSize(
    parts.map(({ parsed }) => parsed),
    deps.maxSetBytes,
  );
  const [plan, { basis, contract }] = await Promise.all([planOf(task, deps), basisOf(set, deps)]);
  const { upload } = set;
  const result = await streamOutputs(upload, contract, basis, deps, async (open, options) =>
    ingestParts(parts, plan, open, options),
  );
  const source = { ...upload.source, sha256: result.sourceSha256 };
  await writeReports(upload, source, result, deps);
  const at = { bucket: deps.processedBucket, key: setKeys(task.model, task.upload_id).draft };
  await putObject(
    deps.s3,
    at,
    pretty(draftOf(upload, source, result, contract, deps.codeVersion)),
    'application/json',
  );
}

/**
 * The parts in their order, with what each holds.
 *
 * @throws SetFailure when one was not read
 * @throws RefusedFileError for the first one that was refused
 * @throws ObjectGone for the first one that was deleted
 */
async function partsOf(set: RunningSet, task: SetTask, deps: IngestDependencies): Promise<SetPart[]> {
  const results: PartResult[] = [];
  for (const [index, { name }] of set.parts.entries()) {
    const found = await readJson<unknown>(setKeys(task.model, task.upload_id).part(index), deps);
    if (found === undefined)
      throw new SetFailure(`the part ${shown(name)}, ${index + 1} of ${set.parts.length}, was not read`);
    results.push(z.parse(partResult, found));
  }
  return results.map((result, index) => {
    const part = set.parts[index]!;
    if (result.kind === 'gone')
      throw new ObjectGone(`the part ${shown(part.name)} was deleted before it was read`);
    if (result.kind === 'parsed') return { file: fileOf(set, part, deps), parsed: result.parsed };
    const { code, message, line, fix } = result.refusal;
    throw new RefusedFileError(code, message, { line: line ?? undefined, fix: fix ?? undefined });
  });
}

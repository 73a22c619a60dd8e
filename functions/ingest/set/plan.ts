import { planSet } from '../../../lib/dataset/set/plan-set.ts';
import { putObject } from '../../../lib/storage/objects.ts';
import { setKeys } from '../../../lib/storage/set-keys.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { wasDoneBefore } from '../ingest-upload.ts';
import { pretty } from '../upload.ts';
import { basisOf, fileOf, judged, runningSet, type StepOutcome } from './running-set.ts';
import type { SetTask } from './set-task.ts';

/** What the state machine goes on with. */
export interface PlanOutcome {
  readonly outcome: StepOutcome<'planned'>;
  /** The parts' numbers: which objects they are is in set.json, since a state is small. */
  readonly parts: readonly number[];
  readonly concurrency: number;
}

/** Finds out how the parts of a set are written. Every call finds the same. */
export async function planTask(task: SetTask, deps: IngestDependencies): Promise<PlanOutcome> {
  const set = await runningSet(task, deps);
  const { setConcurrency: concurrency } = deps;
  if (await wasDoneBefore(set.upload, deps)) return { outcome: 'ended', parts: [], concurrency };
  const outcome = await judged(set, deps, async () => {
    const { basis, contract } = await basisOf(set, deps);
    const files = set.parts.map((part) => fileOf(set, part, deps));
    const plan = await planSet(files, { contract, label: basis.label });
    const at = { bucket: deps.processedBucket, key: setKeys(task.model, task.upload_id).plan };
    await putObject(deps.s3, at, pretty(plan), 'application/json');
    return 'planned' as const;
  });
  return { outcome, parts: outcome === 'planned' ? set.parts.map((_, index) => index) : [], concurrency };
}

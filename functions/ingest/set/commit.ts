import { setKeys } from '../../../lib/storage/set-keys.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { countRows, wasDoneBefore } from '../ingest-upload.ts';
import { commit, type ManifestDraft } from '../outputs.ts';
import { readJson, record } from '../upload.ts';
import { runningSet } from './running-set.ts';
import { SetFailure } from './set-failure.ts';
import type { SetTask } from './set-task.ts';

/** Puts the manifest, which accepts the set and starts training. */
export async function commitTask(task: SetTask, deps: IngestDependencies): Promise<void> {
  const { upload } = await runningSet(task, deps);
  if (await wasDoneBefore(upload, deps)) return;
  const draft = await readJson<ManifestDraft>(setKeys(task.model, task.upload_id).draft, deps);
  if (!draft) throw new SetFailure('the set was not merged');
  const isFirst = await commit(upload, draft, deps);
  await record(deps, upload, draft.manifest.source.uploaded_at, { status: 'accepted' });
  if (isFirst) countRows(upload, draft, deps);
}

import { absentChampion } from '../../lib/http/absent-champion.ts';
import { unavailable } from '../../lib/http/unavailable.ts';
import { findChampion } from '../../lib/registry/champion.ts';
import { headObject } from '../../lib/storage/objects.ts';
import type { ModelsDependencies } from './dependencies.ts';

const RETRY_SECONDS = 5;

/** What `GET /health` says of a model that can answer. */
interface Health {
  readonly status: 'ready';
  readonly model: string;
  readonly model_version: string;
  readonly code_version: string;
}

/**
 * Says whether a model can answer: it has a champion, and the champion's artifact is in the models bucket.
 * The route is open, so it must not start the function that loads models, which costs several times as much.
 *
 * @param codeVersion which code answers this
 * @throws HttpError 404 for an unknown model, 503 when it has no champion or the artifact is gone
 */
export async function healthOf(
  model: string,
  codeVersion: string,
  { s3, table, modelsBucket: bucket }: Pick<ModelsDependencies, 's3' | 'table' | 'modelsBucket'>,
): Promise<Health> {
  const { champion, decision } = await findChampion(table, model);
  if (!champion) throw await absentChampion(table, model, decision);
  if (!(await headObject(s3, { bucket, key: champion.artifact_key }))) {
    const message = `The artifact of v${champion.version} of "${model}", its champion, is not in the models bucket: restore it, or promote another version.`;
    throw unavailable('unavailable', message, RETRY_SECONDS);
  }
  return { status: 'ready', model, model_version: `v${champion.version}`, code_version: codeVersion };
}

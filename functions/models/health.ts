import { absentChampion } from '../../lib/http/absent-champion.ts';
import { mayPredict } from '../../lib/http/access.ts';
import { healthModelOf } from '../../lib/http/health-model.ts';
import type { HttpRequest } from '../../lib/http/stack.ts';
import { unavailable } from '../../lib/http/unavailable.ts';
import { withoutReason } from '../../lib/http/without-reason.ts';
import { findChampion } from '../../lib/registry/champion.ts';
import type { NewestMishap } from '../../lib/registry/newest-refusal.ts';
import type { VersionEntry } from '../../lib/registry/versions.ts';
import { headObject } from '../../lib/storage/objects.ts';
import type { ModelsDependencies } from './dependencies.ts';
import type { NewestUploads } from './newest-uploads.ts';

const RETRY_SECONDS = 5;

interface HealthDependencies extends Pick<ModelsDependencies, 's3' | 'table' | 'modelsBucket'> {
  readonly newestUploads: Pick<NewestUploads, 'mishapOf'>;
  /** Which code answers this. */
  readonly codeVersion: string;
}

/** What `GET /health` says of a model that can answer. */
interface Health {
  readonly status: 'ready';
  readonly model: string;
  readonly model_version: string;
  readonly code_version: string;
  readonly newest_upload?: { readonly status: NewestMishap['status']; readonly reason?: string };
}

/**
 * Says whether a model can answer: it has a champion, and the champion's artifact is in the models bucket.
 * The route is open, so it must not start the function that loads models, which costs several times as much.
 * Why an upload was refused may quote its rows, so a stranger is not told.
 *
 * @throws HttpError 401 for another model than the default one without the scope `predict`, 404 for an
 *   unknown model, 503 when it has no champion or the artifact is gone
 */
export async function healthOf(request: HttpRequest, deps: HealthDependencies): Promise<Health> {
  const model = healthModelOf(request);
  const isStranger = !mayPredict(request.caller, model);
  const { version } = await readyChampion(model, deps).catch((error: unknown) => {
    throw isStranger ? withoutReason(error, model) : error;
  });
  const mishap = await deps.newestUploads.mishapOf(model);
  return {
    status: 'ready',
    model,
    model_version: `v${version}`,
    code_version: deps.codeVersion,
    ...(mishap && {
      newest_upload: { status: mishap.status, ...(isStranger ? {} : { reason: mishap.words }) },
    }),
  };
}

async function readyChampion(
  model: string,
  { s3, table, modelsBucket: bucket }: HealthDependencies,
): Promise<VersionEntry> {
  const { champion } = await findChampion(table, model);
  if (!champion) throw await absentChampion(table, model);
  if (await headObject(s3, { bucket, key: champion.artifact_key })) return champion;
  const message = `The artifact of v${champion.version} of "${model}", its champion, is not in the models bucket: restore it, or promote another version.`;
  throw unavailable('unavailable', message, RETRY_SECONDS);
}

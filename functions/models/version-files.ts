import { HttpError } from '../../lib/http/problem.ts';
import type { HttpAnswer } from '../../lib/http/stack.ts';
import { redirect, storedFile } from '../../lib/http/stored-file.ts';
import { headObject } from '../../lib/storage/objects.ts';
import type { Presign } from '../../lib/storage/presigned.ts';
import type { ModelsDependencies } from './dependencies.ts';
import { requireVersion } from './path.ts';

/** What the files of a version are read with. */
type FileDependencies = Pick<ModelsDependencies, 's3' | 'table' | 'modelsBucket'> & {
  readonly presign: Presign;
};

/**
 * The report of a version's training.
 *
 * @param isPage whether a person asks for it
 * @throws HttpError 404 for an unknown model or version, `no_report` when it is gone from the bucket
 */
export async function versionReport(
  model: string,
  version: number,
  isPage: boolean,
  deps: FileDependencies,
): Promise<HttpAnswer> {
  const { report_key: key } = await requireVersion(deps.table, model, version);
  const at = { bucket: deps.modelsBucket, key: isPage ? key.replace(/\.json$/, '.html') : key };
  const type = isPage ? 'text/html; charset=utf-8' : 'application/json';
  const answer = await storedFile(deps, at, type, { vary: 'Accept' });
  if (answer) return answer;
  throw new HttpError(404, 'no_report', `The report of v${version} is gone from the models bucket.`);
}

/**
 * Redirects to the artifact of a version.
 *
 * @throws HttpError 404 for an unknown model or version, `no_artifact` when it was deleted
 */
export async function versionArtifact(
  model: string,
  version: number,
  { s3, table, modelsBucket, presign }: FileDependencies,
): Promise<HttpAnswer> {
  const { artifact_key: key } = await requireVersion(table, model, version);
  const at = { bucket: modelsBucket, key };
  if (!(await headObject(s3, at))) {
    const detail = `The artifact of v${version} is not in the models bucket: it is deleted some time after its version was retired.`;
    throw new HttpError(404, 'no_artifact', detail);
  }
  const disposition = `attachment; filename="${model}-v${version}.knn"`;
  return await redirect(presign, { at, query: { 'response-content-disposition': disposition } });
}

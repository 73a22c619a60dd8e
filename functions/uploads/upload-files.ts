import { renderRefusal } from '../../lib/dataset/refusal-html.ts';
import { HttpError } from '../../lib/http/problem.ts';
import type { HttpAnswer } from '../../lib/http/stack.ts';
import { htmlPage, storedFile } from '../../lib/http/stored-file.ts';
import type { UploadEntry } from '../../lib/registry/uploads.ts';
import { uploadKeys } from '../../lib/storage/upload-keys.ts';
import type { UploadsDependencies } from './dependencies.ts';
import { findUpload } from './find-upload.ts';
import { readRefusal } from './read-refusal.ts';

/** The same address gives JSON or a page. */
const VARY = { vary: 'Accept' };

/**
 * The report of an upload: of its content, or of its refusal.
 *
 * @param isPage whether a person asks for it
 * @throws HttpError 404 `unknown_upload`, or `no_report` before there is one
 */
export async function uploadReport(
  model: string,
  id: string,
  isPage: boolean,
  deps: UploadsDependencies,
): Promise<HttpAnswer> {
  const { entry } = await findUpload(model, id, deps);
  const answer = entry && (await reportOf(entry, isPage, deps));
  if (answer) return answer;
  throw missing('no_report', 'report', entry);
}

async function reportOf(
  entry: UploadEntry,
  isPage: boolean,
  deps: UploadsDependencies,
): Promise<HttpAnswer | undefined> {
  const keys = uploadKeys(entry.model, entry.upload_id);
  const at = (key: string) => ({ bucket: deps.processedBucket, key });
  const isRefused = entry.status === 'refused';
  if (!isPage)
    return await storedFile(deps, at(isRefused ? keys.refusal : keys.report), 'application/json', VARY);
  if (!isRefused) return await storedFile(deps, at(keys.reportPage), 'text/html; charset=utf-8', VARY);
  const refusal = await readRefusal(entry, deps);
  return refusal && htmlPage(renderRefusal(refusal, `${entry.model}: ${entry.key}`), VARY);
}

/**
 * The rejected rows of an upload, as CSV. Those of a refused one are kept where they are the reason.
 *
 * @throws HttpError 404 `unknown_upload`, or `no_rejects` when there are none
 */
export async function uploadRejects(
  model: string,
  id: string,
  deps: UploadsDependencies,
): Promise<HttpAnswer> {
  const { entry } = await findUpload(model, id, deps);
  const keys = entry && uploadKeys(model, entry.upload_id);
  const key = entry?.status === 'refused' ? keys?.refusedRejects : keys?.rejects;
  const at = key === undefined ? undefined : { bucket: deps.processedBucket, key };
  const answer = at && (await storedFile(deps, at, 'text/csv; charset=utf-8'));
  if (answer) return answer;
  throw missing('no_rejects', 'list of rejected rows', entry);
}

function missing(code: string, what: string, entry: UploadEntry | undefined): HttpError {
  const state = entry ? `is ${entry.status}` : 'was not read yet';
  return new HttpError(404, code, `There is no ${what} of this upload, which ${state}.`);
}

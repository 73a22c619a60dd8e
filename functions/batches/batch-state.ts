import { HttpError } from '../../lib/http/problem.ts';
import type { BatchDetail, BatchSummary } from '../../lib/http/schemas/batches-api.ts';
import { settledBatch } from '../../lib/registry/batch-execution.ts';
import { type BatchEntry, getBatch } from '../../lib/registry/batches.ts';
import { batchKeys, finishedLot } from '../../lib/storage/batch-keys.ts';
import { listKeys } from '../../lib/storage/object-keys.ts';
import { shown } from '../../lib/text-safety.ts';
import type { BatchesDependencies } from './dependencies.ts';

const BATCH_ID = /^[0-9a-f]{64}$/;
/** How long the addresses of results hold. */
const LINK_SECONDS = 15 * 60;

/**
 * How a batch stands, with links to its results once it is done.
 *
 * @throws HttpError 404 `unknown_batch`
 */
export async function batchState(model: string, id: string, deps: BatchesDependencies): Promise<BatchDetail> {
  // What is no id is no key of the table either, which may refuse to look for it.
  const entry = BATCH_ID.test(id) ? await getBatch(deps.table, model, id) : undefined;
  if (entry) return await detailOf(await settledBatch(entry, deps), deps);
  const message = `The model "${model}" has no batch ${shown(id)}. GET /models/${model}/batches lists what it has.`;
  throw new HttpError(404, 'unknown_batch', message);
}

/** Everything that is known of a batch. */
export async function detailOf(entry: BatchEntry, deps: BatchesDependencies): Promise<BatchDetail> {
  const { state, rows: counts, lots } = entry;
  const progress = state === 'done' ? undefined : await progressOf(entry, deps);
  return {
    ...summaryOf(entry, progress?.rows),
    model: entry.model,
    version_id: entry.version_id,
    artifact_sha256: entry.artifact_sha256,
    explain: entry.explain,
    probabilities: entry.probabilities,
    format: entry.format,
    attempt: entry.attempt,
    ended_at: entry.ended_at ?? null,
    lots: lots === undefined ? null : { done: progress?.lots ?? lots, all: lots },
    counts: counts ?? null,
    links: state === 'done' ? await linksOf(entry, deps) : null,
  };
}

/** A batch in a list. @param rows predicted so far */
export const summaryOf = (entry: BatchEntry, rows?: number): BatchSummary => ({
  batch_id: entry.batch_id,
  input: entry.key,
  state: entry.state,
  reason: entry.reason ?? null,
  rows: entry.rows?.read ?? rows ?? null,
  result: entry.state === 'done' ? batchKeys(entry.model, entry.batch_id).predictions(entry.format) : null,
  version: entry.version,
  started_at: entry.started_at,
});

/** The names of what finished lots leave tell their rows. */
export async function progressOf(
  { model, batch_id }: BatchEntry,
  { s3, resultsBucket }: BatchesDependencies,
): Promise<{ readonly lots: number; readonly rows: number }> {
  let [lots, rows] = [0, 0];
  for await (const key of listKeys(s3, resultsBucket, batchKeys(model, batch_id).finished)) {
    lots++;
    rows += finishedLot(key)?.rows ?? 0;
  }
  return { lots, rows };
}

async function linksOf(
  { model, batch_id, format }: BatchEntry,
  { presign, resultsBucket: bucket }: BatchesDependencies,
): Promise<NonNullable<BatchDetail['links']>> {
  const { predictions, rejects, report } = batchKeys(model, batch_id);
  const link = (key: string) => presign({ method: 'GET', at: { bucket, key }, expiresSeconds: LINK_SECONDS });
  const links = await Promise.all([predictions(format), rejects, report].map(link));
  return { predictions: links[0]!, rejects: links[1]!, report: links[2]! };
}

import type { IngestResult } from '../../lib/dataset/ingest-result.ts';
import { type Manifest, type Refusal, uploadId } from '../../lib/dataset/manifest.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { NO_MODEL, parseRawKey } from '../../lib/names.ts';
import type { UploadBasis } from '../../lib/registry/uploads.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import { headObject, readObject } from '../../lib/storage/objects.ts';
import { readContract, receive } from './basis.ts';
import type { IngestDependencies } from './dependencies.ts';
import { commit, streamOutputs, writeReports } from './outputs.ts';
import { checkHead, refuse } from './refusal.ts';
import { keysOf, type NamedUpload, record, sourceOf, type Upload } from './upload.ts';

/** What became of one object of the raw bucket. */
export type IngestOutcome =
  | { readonly kind: 'accepted'; readonly manifestKey: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reportKey: string }
  | { readonly kind: 'contract' | 'gone' | 'done_before' };

const OBJECT_DELETED = 'The object was deleted before it was read.';

/**
 * Takes one created object of the raw bucket in: validates it, and writes its data set, report and, last, its manifest.
 * Whatever is wrong with the file is recorded and acknowledged; only faults of the infrastructure throw, to be retried.
 * Doing it again, at any point and any number of times, changes nothing.
 */
export async function ingestObject(object: CreatedObject, deps: IngestDependencies): Promise<IngestOutcome> {
  const versionId = object.versionId ?? null;
  const id = uploadId(object.key, versionId);
  const target = classify(object.key);
  if (target.kind === 'contract') return { kind: 'contract' };
  const model = target.kind === 'csv' ? target.model : NO_MODEL;
  const named: NamedUpload = { model, id, object };
  if (await wasDoneBefore(named, deps)) return { kind: 'done_before' };
  const facts = await headObject(deps.s3, object);
  if (!facts) return await recordGone(named, object.eventTime, OBJECT_DELETED, deps);
  const upload: Upload = { ...named, facts, source: sourceOf(object, facts) };
  const basis = await receive(upload, deps);
  try {
    if (target.kind === 'invalid') throw target.error;
    return await accept(upload, basis, deps);
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return await refuse(upload, error, deps);
  }
}

function classify(key: string) {
  try {
    return parseRawKey(key);
  } catch (error) {
    if (error instanceof RefusedFileError) return { kind: 'invalid', error } as const;
    throw error;
  }
}

/**
 * A delivery after the one that finished: the ledger may lack the last step, so that is made up for. The raw object may
 * be deleted by now: what was made of it counts.
 */
async function wasDoneBefore(upload: NamedUpload, deps: IngestDependencies): Promise<boolean> {
  const keys = keysOf(upload);
  const manifest = await readJson<Manifest>(keys.manifest, deps);
  if (manifest) {
    await record(deps, upload, manifest.source.uploaded_at, { status: 'accepted' });
    return true;
  }
  const refusal = await readJson<Refusal>(keys.refusal, deps);
  if (!refusal) return false;
  await record(deps, upload, refusal.source.uploaded_at, { status: 'refused', detail: refusal.message });
  return true;
}

/** What this function wrote itself; undefined when it is not there. */
async function readJson<T>(key: string, deps: IngestDependencies): Promise<T | undefined> {
  const bytes = await readObject(deps.s3, { bucket: deps.processedBucket, key });
  return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as T);
}

/** What is deleted before it is read is no verdict: another delivery, which had opened it before, may still commit. */
async function recordGone(
  upload: NamedUpload,
  uploadedAt: string,
  detail: string,
  deps: IngestDependencies,
): Promise<IngestOutcome> {
  await record(deps, upload, uploadedAt, { status: 'gone', detail });
  deps.logger.warn('gone', { model: upload.model, key: upload.object.key, detail });
  return { kind: 'gone' };
}

async function accept(upload: Upload, basis: UploadBasis, deps: IngestDependencies): Promise<IngestOutcome> {
  checkHead(upload.facts, deps.maxFileBytes);
  const contract = await readContract(upload, basis, deps);
  if (contract === 'deleted') {
    const detail = `Version ${basis.contract_version_id} of schema.json, which held when the file was received, was deleted; upload the file again.`;
    return await recordGone(upload, upload.source.uploaded_at, detail, deps);
  }
  const result = await streamOutputs(upload, contract, basis.feature_order, deps);
  if (!result) return await recordGone(upload, upload.object.eventTime, OBJECT_DELETED, deps);
  const source = { ...upload.source, sha256: result.sourceSha256 };
  await writeReports(upload, source, result, deps);
  const isFirst = await commit(upload, source, result, deps);
  await record(deps, upload, source.uploaded_at, { status: 'accepted' });
  if (isFirst) countRows(upload, result, deps);
  return { kind: 'accepted', manifestKey: keysOf(upload).manifest };
}

/** To be called by the delivery that committed: two at the same time would count a file's rows twice. */
function countRows(
  { model, object }: Upload,
  { rows, rejectionsByCode }: IngestResult,
  deps: IngestDependencies,
): void {
  deps.emit('rowsAccepted', { model }, rows.accepted);
  for (const [reason, rejected] of Object.entries(rejectionsByCode)) {
    deps.emit('rowsRejected', { model, reason }, rejected);
  }
  deps.logger.info('accepted', { model, key: object.key, rows });
}

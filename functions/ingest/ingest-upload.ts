import type { IngestResult } from '../../lib/dataset/ingest-result.ts';
import type { Manifest } from '../../lib/dataset/manifest.ts';
import { understoodWords, warningWords } from '../../lib/dataset/understood-words.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import type { UploadBasis } from '../../lib/registry/uploads.ts';
import { headObject } from '../../lib/storage/objects.ts';
import { type ReceivedBasis, receive } from './basis.ts';
import { readContract } from './contract-in-force.ts';
import type { IngestDependencies } from './dependencies.ts';
import { commit, streamOutputs, writeReports } from './outputs.ts';
import { checkHead, refuse, wasRefusedBefore } from './refusal.ts';
import {
  keysOf,
  type NamedUpload,
  OBJECT_DELETED,
  readJson,
  record,
  recordGone,
  sourceOf,
  type Upload,
} from './upload.ts';

/** The result of one upload: a version of an object, read under one contract. */
export type UploadOutcome =
  | { readonly kind: 'accepted'; readonly manifestKey: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reportKey: string }
  | { readonly kind: 'gone' | 'done_before' };

/**
 * Reads one upload, unless that was done before.
 *
 * @param verdict why it is refused without being read
 */
export async function ingestUpload(
  named: NamedUpload,
  deps: IngestDependencies,
  verdict?: RefusedFileError,
): Promise<UploadOutcome> {
  if (await wasDoneBefore(named, deps)) return { kind: 'done_before' };
  const { object } = named;
  const facts = await headObject(deps.s3, object);
  if (!facts) return await recordGone(named, goneAt(named), OBJECT_DELETED, deps);
  const received: Upload = { ...named, facts, source: sourceOf(named, facts) };
  const basis = await receive(received, deps);
  const upload = asReceivedFirst(received, basis);
  try {
    if (verdict) throw verdict;
    return await accept(upload, basis, deps);
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return await refuse(upload, error, deps);
  }
}

/**
 * The same upload, with the versions that its first delivery saw. Another contract with the same content
 * makes the same upload.
 */
function asReceivedFirst(upload: Upload, basis: UploadBasis): Upload {
  const { contract, object, facts } = upload;
  const version_id = basis.contract_version_id ?? contract?.version_id;
  return {
    ...upload,
    contract: contract && version_id !== undefined ? { ...contract, version_id } : null,
    source: sourceOf({ object, appliedAt: basis.applied_at }, facts),
  };
}

/** When an object was found missing, before or while it was read. The ledger has one time for both. */
const goneAt = ({ appliedAt, object }: NamedUpload) => appliedAt ?? object.eventTime;

/**
 * Handles a delivery after the one that finished. The ledger may lack the last step, so this records it. The
 * raw object may be deleted by now: the outputs count.
 */
export async function wasDoneBefore(upload: NamedUpload, deps: IngestDependencies): Promise<boolean> {
  const manifest = await readJson<Manifest>(keysOf(upload).manifest, deps);
  if (!manifest) return await wasRefusedBefore(upload, deps);
  await record(deps, upload, manifest.source.uploaded_at, { status: 'accepted' });
  return true;
}

async function accept(
  upload: Upload,
  basis: ReceivedBasis,
  deps: IngestDependencies,
): Promise<UploadOutcome> {
  checkHead(upload.facts, deps.maxFileBytes);
  const versionId = basis.contract_version_id;
  const contract = versionId === null ? undefined : await readContract(upload.object, versionId, deps);
  if (versionId !== null && !contract) {
    const detail = `Version ${versionId} of schema.json, which held when the file was received, was deleted; upload the file again.`;
    return await recordGone(upload, upload.source.uploaded_at, detail, deps);
  }
  const result = await streamOutputs(upload, contract, basis, deps);
  if (!result) return await recordGone(upload, goneAt(upload), OBJECT_DELETED, deps);
  const source = { ...upload.source, sha256: result.sourceSha256 };
  await writeReports(upload, source, result, deps);
  const isFirst = await commit(upload, source, result, contract, deps);
  await record(deps, upload, source.uploaded_at, { status: 'accepted' });
  if (isFirst) countRows(upload, result, deps);
  return { kind: 'accepted', manifestKey: keysOf(upload).manifest };
}

/** Only the delivery that committed calls this: two calls would count the rows of a file twice. */
function countRows(
  { model, object }: Upload,
  { rows, rejectionsByCode, understood, warnings }: IngestResult,
  deps: IngestDependencies,
): void {
  deps.emit('rowsAccepted', { model }, rows.accepted);
  for (const [reason, rejected] of Object.entries(rejectionsByCode)) {
    deps.emit('rowsRejected', { model, reason }, rejected);
  }
  const said = { understood: understoodWords(understood), warnings: warnings.map(warningWords) };
  deps.logger.info('accepted', { model, key: object.key, rows, ...said });
}

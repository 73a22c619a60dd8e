import type { Manifest } from '../../lib/dataset/manifest.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { parseRawKey } from '../../lib/names.ts';
import type { UploadBasis } from '../../lib/registry/uploads.ts';
import { headObject } from '../../lib/storage/objects.ts';
import { type ReceivedBasis, receive } from './basis.ts';
import { CONTRACT_DELETED, readContract } from './contract-in-force.ts';
import type { IngestDependencies } from './dependencies.ts';
import { ObjectGone, objectSource } from './object-source.ts';
import { commit, draftOf, type ManifestDraft, readingOf, streamOutputs, writeReports } from './outputs.ts';
import { checkHead, refuse, wasRefusedBefore } from './refusal.ts';
import { startSet } from './set/start-set.ts';
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
  /** A set, which is read by the state machine. */
  | { readonly kind: 'started' }
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
    if (parseRawKey(object.key).kind === 'set') return await startSet(upload, deps);
    return await accept(upload, basis, deps);
  } catch (error) {
    if (error instanceof ObjectGone) return await recordGone(upload, goneAt(upload), OBJECT_DELETED, deps);
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
    return await recordGone(upload, upload.source.uploaded_at, CONTRACT_DELETED(versionId), deps);
  }
  const file = objectSource(deps.s3, upload.object, upload.facts.sizeBytes);
  const result = await streamOutputs(upload, contract, basis, deps, readingOf(file));
  const source = { ...upload.source, sha256: result.sourceSha256 };
  await writeReports(upload, source, result, deps);
  const draft = draftOf(upload, source, result, contract, deps.codeVersion);
  const isFirst = await commit(upload, draft, deps);
  await record(deps, upload, source.uploaded_at, { status: 'accepted' });
  if (isFirst) countRows(upload, draft, deps);
  return { kind: 'accepted', manifestKey: keysOf(upload).manifest };
}

/** Only the delivery that committed calls this: two calls would count the rows of a file twice. */
export function countRows(
  { model, object }: Upload,
  { manifest: { rows }, rejected, understood, warnings }: ManifestDraft,
  deps: IngestDependencies,
): void {
  deps.emit('rowsAccepted', { model }, rows.accepted);
  for (const [reason, count] of Object.entries(rejected)) {
    deps.emit('rowsRejected', { model, reason }, count);
  }
  deps.logger.info('accepted', { model, key: object.key, rows, understood, warnings });
}

import type { S3Client } from '@aws-sdk/client-s3';
import type { ResultFormat } from '../batch/result-choices.ts';
import { CONTRACT_NAME, folderOf } from '../names.ts';
import { sha256Hex } from '../sha256.ts';
import { BATCH_METADATA } from '../storage/batch-metadata.ts';
import { contractBytes } from '../storage/contract-bytes.ts';
import { headObject, type ObjectFacts } from '../storage/objects.ts';
import { type ExecutionDependencies, settledBatch, startExecution } from './batch-execution.ts';
import { type BatchEntry, batchId, getBatch, MAX_BATCH_ATTEMPTS, recordBatch } from './batches.ts';
import { findChampion } from './champion.ts';
import { chosenResult } from './chosen-result.ts';
import { DecidedVersions } from './decided-versions.ts';
import { getVersion, type VersionEntry } from './versions.ts';

export interface StartDependencies extends ExecutionDependencies {
  readonly s3: S3Client;
  readonly batchesBucket: string;
}

/** A file that is to be predicted. */
export interface BatchRequest {
  readonly model: string;
  /** In the batches bucket. */
  readonly key: string;
  /** The version of the object; the newest when left out. */
  readonly versionId?: string | undefined;
  /** The version that answers; the champion when left out. */
  readonly version?: number | undefined;
  /** What stands beside the predictions, and how they are written; by default as the metadata say. */
  readonly explain?: boolean | undefined;
  readonly probabilities?: boolean | undefined;
  readonly format?: ResultFormat | undefined;
  /** Whether a batch that failed on this very object is tried again. */
  readonly retries: boolean;
}

const VERSION = /^v?([1-9]\d{0,11})$/;

/**
 * Starts the batch of a file, or finds it: the same bytes for the same model are the same batch. Contract and
 * version are pinned here.
 *
 * @returns undefined when the object does not exist
 */
export async function startBatch(
  request: BatchRequest,
  deps: StartDependencies,
): Promise<BatchEntry | undefined> {
  const { key, versionId } = request;
  const facts = await headObject(deps.s3, { bucket: deps.batchesBucket, key, versionId });
  if (!facts) return undefined;
  const pinned = await pinBatch(request, facts, deps);
  const known = await getBatch(deps.table, request.model, pinned.batch_id);
  const current = known && (await settledBatch(known, deps));
  const entry = current === undefined ? pinned : nextOf(current, pinned, request.retries);
  if (entry !== current) await recordBatch(deps.table, entry);
  if (entry.state === 'running') await startExecution(entry, deps);
  return entry;
}

/** What becomes of a batch that is asked for again: a failed one gets another attempt. */
function nextOf(current: BatchEntry, pinned: BatchEntry, retries: boolean): BatchEntry {
  const isAnotherObject = current.version_id !== pinned.version_id;
  if (current.state !== 'failed' || !(retries || isAnotherObject)) return current;
  if (current.attempt >= MAX_BATCH_ATTEMPTS) return current;
  return { ...pinned, attempt: current.attempt + 1 };
}

async function pinBatch(
  { model, key, ...asked }: BatchRequest,
  facts: ObjectFacts,
  deps: StartDependencies,
): Promise<BatchEntry> {
  const { choices, fault } = chosenResult(asked, facts.metadata);
  const version = asked.version ?? facts.metadata[BATCH_METADATA.version];
  const [contract, chosen] = await Promise.all([
    contractOf(key, deps),
    fault ?? versionOf(model, version, deps),
  ]);
  const entry = typeof chosen === 'string' ? undefined : chosen;
  const artifactSha256 = entry?.artifact_sha256 ?? null;
  const now = new Date(deps.now()).toISOString();
  return {
    model,
    batch_id: batchId({
      key,
      etag: facts.etag ?? '',
      sizeBytes: facts.sizeBytes,
      contractSha256: contract?.sha256 ?? null,
      artifactSha256,
      choices,
      fault,
    }),
    state: entry ? 'running' : 'refused',
    attempt: 1,
    ...(typeof chosen === 'string' ? { reason: chosen, ended_at: now } : {}),
    key,
    version_id: facts.versionId ?? null,
    size_bytes: facts.sizeBytes,
    contract_version_id: contract?.versionId ?? null,
    version: entry?.version ?? null,
    artifact_key: entry?.artifact_key ?? null,
    artifact_sha256: artifactSha256,
    ...choices,
    started_at: now,
  };
}

async function contractOf(key: string, { s3, batchesBucket }: StartDependencies) {
  const at = { bucket: batchesBucket, key: `${folderOf(key)}${CONTRACT_NAME}` };
  const facts = await headObject(s3, at);
  if (!facts) return undefined;
  const versionId = facts.versionId ?? 'null';
  const bytes = await contractBytes(s3, { ...at, versionId });
  return bytes && { versionId, sha256: sha256Hex(bytes) };
}

/** @returns the version that answers, or why there is none */
async function versionOf(
  model: string,
  asked: number | string | undefined,
  { table }: StartDependencies,
): Promise<VersionEntry | string> {
  if (asked === undefined) {
    const { champion } = await findChampion(table, model);
    return champion ?? `the model "${model}" has no champion`;
  }
  const digits = VERSION.exec(String(asked))?.[1];
  const entry = digits === undefined ? undefined : await getVersion(table, model, Number(digits));
  if (!entry) return `the model "${model}" has no version ${String(asked).slice(0, 20)}`;
  const isRetired = await new DecidedVersions(table).isRetired(model, entry.version);
  return isRetired ? `v${entry.version} of the model "${model}" is retired` : entry;
}

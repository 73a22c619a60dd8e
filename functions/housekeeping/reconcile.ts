import type { ObjectVersion, S3Client } from '@aws-sdk/client-s3';
import { manifestKey } from '../../lib/dataset/manifest.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { modelOfRefusedKey, NO_MODEL, parseRawKey } from '../../lib/names.ts';
import {
  attemptsAt,
  countDrive,
  failureWords,
  isInProgress,
  isUsedUp,
  readingTask,
  type Task,
  trainingTask,
} from '../../lib/registry/attempts.ts';
import {
  type Ending,
  endReading,
  endTraining,
  type RawVersion,
  receiptOf,
} from '../../lib/registry/end-uploads.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getUpload, recordUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import { createdEvent } from '../../lib/storage/created-event.ts';
import { type ListedVersion, listObjectVersions, versionIdOf } from '../../lib/storage/object-versions.ts';
import { headObject } from '../../lib/storage/objects.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';

export interface ReconcileDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly rawBucket: string;
  readonly processedBucket: string;
  /** Younger uploads are skipped: they may still be in progress, retries included. */
  readonly graceSeconds: number;
  /** Sends an event to a function asynchronously, as S3 does: its retries and dead-letter queue apply. */
  readonly invokeAsync: (target: 'ingest' | 'train', event: unknown) => Promise<void>;
  /** Whether a training runs beyond the train function, or waits for its turn there; never when left out. */
  readonly isTrainingRunning?: (uploadId: string) => Promise<boolean>;
  readonly emit: EmitMetric;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How often an upload is begun or started again; MAX_ATTEMPTS when left out. */
  readonly maxAttempts?: number;
}

export interface ReconcileReport {
  /** Object versions in the raw bucket that were compared with the ledger. */
  readonly compared: number;
  /** Keys sent to ingestion again, because the ledger does not know them or knows them as unfinished. */
  readonly reingested: readonly string[];
  /** Keys sent to training again, because their data set was committed but never trained. */
  readonly retrained: readonly string[];
  /** Keys whose upload was ended: every attempt failed, or the object was deleted. */
  readonly ended: readonly string[];
}

/** Unfinished work on a version of a raw object. */
interface Unfinished {
  readonly task: Task;
  readonly object: RawVersion;
  /** The id of the upload. */
  readonly upload: string;
  /** The notification's fields, as far as the ledger recorded them. */
  readonly sequencer?: string | undefined;
}

/**
 * Compares every version in the raw bucket with the upload ledger, and starts unfinished uploads again. Their
 * event was lost or ended in the dead-letter queue. Ingestion and training are idempotent, so a needless call
 * is harmless. What was begun or started again often enough is ended as failed, and what a delete marker
 * hides as gone: neither is started again.
 */
export async function reconcile(deps: ReconcileDependencies): Promise<ReconcileReport> {
  const keys = { reingested: [] as string[], retrained: [] as string[], ended: [] as string[] };
  let compared = 0;
  const nowMs = deps.now();
  const youngestMs = nowMs - deps.graceSeconds * 1000;
  let oldestMs = nowMs;
  for await (const version of listObjectVersions(deps.s3, deps.rawBucket)) {
    const uploadedMs = version.LastModified?.getTime() ?? 0;
    if (uploadedMs > youngestMs || !isUpload(version.Key!)) continue;
    compared += 1;
    const unfinished = await unfinishedOf(version, deps);
    if (!unfinished) continue;
    const done = await advance(version, unfinished, deps);
    if (done === 'trains') continue;
    if (done === 'waits' || done === 'reingested' || done === 'retrained')
      oldestMs = Math.min(oldestMs, uploadedMs);
    if (done !== 'waits') keys[done].push(version.Key!);
  }
  deps.emit('pendingUploadAge', {}, (nowMs - oldestMs) / 1000);
  const report = { compared, ...keys };
  deps.logger.info('reconciled', { ...report });
  return report;
}

async function unfinishedOf(
  version: ListedVersion,
  { table }: ReconcileDependencies,
): Promise<Unfinished | undefined> {
  const key = version.Key!;
  const createdAt = (version.LastModified ?? new Date(0)).toISOString();
  const object = { model: modelOf(key), key, versionId: versionIdOf(version), createdAt };
  const { uploadId, entry } = await receiptOf(table, object);
  const { model } = object;
  if (!entry && (await isRefusedAsNone(object, table))) return undefined;
  if (!entry || entry.status === 'received') {
    const task = readingTask(model, key, object.versionId);
    return { task, object, upload: uploadId, sequencer: entry?.sequencer };
  }
  // A file that was read again under a contract is found through that contract.
  const reading = entry.status === 'applied' ? await readingOf(entry, table) : entry;
  if (reading?.status !== 'accepted') return undefined;
  return { task: trainingTask(model, reading.upload_id), object, upload: reading.upload_id };
}

/** Whether a key that is refused was recorded as one of no model, as all were in earlier versions. */
async function isRefusedAsNone(object: RawVersion, table: RegistryTable): Promise<boolean> {
  if (targetOf(object.key)) return false;
  const { entry } = await receiptOf(table, { ...object, model: NO_MODEL });
  return entry !== undefined && entry.status !== 'received';
}

/** `trains`: beyond the function, where hours are no sign of a fault; another alarm looks after it. */
type Step = 'reingested' | 'retrained' | 'ended' | 'waits' | 'trains';

async function advance(
  version: ListedVersion,
  unfinished: Unfinished,
  deps: ReconcileDependencies,
): Promise<Step> {
  const { task } = unfinished;
  if (version.isHidden) return await end(unfinished, { status: 'gone', detail: HIDDEN }, deps);
  if (task.stage === 'train' && (await deps.isTrainingRunning?.(unfinished.upload))) return 'trains';
  const attempts = await attemptsAt(deps.table, task);
  if (isInProgress(attempts, deps.now())) return 'waits';
  if (isUsedUp(attempts, deps.maxAttempts))
    return await giveUp(unfinished, failureWords(task, attempts), deps);
  if (task.stage === 'train') return await retrain(unfinished, deps);
  await countDrive(deps.table, task);
  await deps.invokeAsync('ingest', eventOf(deps.rawBucket, version, unfinished.sequencer));
  return 'reingested';
}

const HIDDEN = 'The object was deleted before it was read and trained on.';

/** Ends work whose attempts are used up, unless a manifest shows that the last of them did it. */
async function giveUp(unfinished: Unfinished, detail: string, deps: ReconcileDependencies): Promise<Step> {
  const { task, upload, object } = unfinished;
  if (task.stage === 'ingest' && (await manifestOf(unfinished, deps))) {
    const { model, key, versionId: version_id, createdAt } = object;
    const entry = await getUpload(deps.table, model, upload);
    const uploaded_at = entry?.uploaded_at ?? createdAt;
    await recordUpload(deps.table, {
      model,
      upload_id: upload,
      key,
      version_id,
      uploaded_at,
      status: 'accepted',
    });
    return await retrain({ ...unfinished, task: trainingTask(model, upload) }, deps);
  }
  return await end(unfinished, { status: 'failed', detail }, deps);
}

async function end(
  { task, object, upload: uploadId }: Unfinished,
  ending: Ending,
  { table, logger }: ReconcileDependencies,
): Promise<Step> {
  if (task.stage === 'ingest') await endReading(table, object, ending);
  else await endTraining(table, { ...object, uploadId }, ending);
  const { model, key } = object;
  logger.warn(ending.status, { model, key, detail: ending.detail });
  return 'ended';
}

async function readingOf(
  { model, effect }: UploadEntry,
  table: RegistryTable,
): Promise<UploadEntry | undefined> {
  if (effect?.kind !== 'read_again' || !effect.file) return undefined;
  return await getUpload(table, model, effect.file.upload_id);
}

/** What is part of a set is no upload of its own. */
const isUpload = (key: string) => !['part', 'beside'].includes(targetOf(key)?.kind ?? '');

/** Undefined for a key that is refused. */
function targetOf(key: string): ReturnType<typeof parseRawKey> | undefined {
  try {
    return parseRawKey(key);
  } catch (error) {
    if (error instanceof RefusedFileError) return undefined;
    throw error;
  }
}

/** The model under which ingestion records a key. */
const modelOf = (key: string): string => targetOf(key)?.model ?? modelOfRefusedKey(key);

/** Sends the committed manifest to training. Without one, nothing can be trained on. */
async function retrain(unfinished: Unfinished, deps: ReconcileDependencies): Promise<Step> {
  const manifest = await manifestOf(unfinished, deps);
  if (!manifest) return await end(unfinished, { status: 'failed', detail: NO_MANIFEST }, deps);
  await countDrive(deps.table, unfinished.task);
  await deps.invokeAsync('train', eventOf(deps.processedBucket, manifest));
  return 'retrained';
}

const NO_MANIFEST = 'Its manifest was deleted before it was trained on. Upload the file again.';

async function manifestOf(
  { object: { model }, upload }: Unfinished,
  { s3, processedBucket: bucket }: ReconcileDependencies,
): Promise<ObjectVersion | undefined> {
  const key = manifestKey(model, upload);
  const facts = await headObject(s3, { bucket, key });
  return facts && { Key: key, Size: facts.sizeBytes, LastModified: new Date(facts.lastModified) };
}

/** The notification that S3 would have sent, without the sequencer: only S3 knows it. */
const eventOf = (bucket: string, version: ObjectVersion, sequencer?: string) =>
  createdEvent({
    bucket,
    key: version.Key!,
    createdAt: (version.LastModified ?? new Date(0)).toISOString(),
    sizeBytes: version.Size,
    versionId: versionIdOf(version),
    sequencer,
  });

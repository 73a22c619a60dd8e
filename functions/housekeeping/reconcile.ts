import type { ObjectVersion, S3Client } from '@aws-sdk/client-s3';
import { uploadId } from '../../lib/dataset/manifest.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { NO_MODEL, parseRawKey } from '../../lib/names.ts';
import { receivedUnder } from '../../lib/registry/receipts.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import { listObjectVersions, versionIdOf } from '../../lib/storage/object-versions.ts';
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
  readonly emit: EmitMetric;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface ReconcileReport {
  /** Object versions in the raw bucket that were compared with the ledger. */
  readonly compared: number;
  /** Keys sent to ingestion again, because the ledger does not know them or knows them as unfinished. */
  readonly reingested: readonly string[];
  /** Keys sent to training again, because their data set was committed but never trained. */
  readonly retrained: readonly string[];
}

interface Judgement {
  readonly verdict: 'fine' | 'ingest' | 'train';
  /** The notification's fields, as far as the ledger recorded them. */
  readonly sequencer?: string | undefined;
  /** The data set to train on. */
  readonly upload?: { readonly model: string; readonly id: string };
}

/**
 * Compares every version in the raw bucket with the upload ledger, and starts unfinished uploads again. Their
 * event was lost or ended in the dead-letter queue. Ingestion and training are idempotent, so a needless call
 * is harmless.
 */
export async function reconcile(deps: ReconcileDependencies): Promise<ReconcileReport> {
  const reingested: string[] = [];
  const retrained: string[] = [];
  let compared = 0;
  const nowMs = deps.now();
  const youngestMs = nowMs - deps.graceSeconds * 1000;
  let oldestMs = nowMs;
  for await (const version of listObjectVersions(deps.s3, deps.rawBucket)) {
    const uploadedMs = version.LastModified?.getTime() ?? 0;
    if (uploadedMs > youngestMs) continue;
    compared += 1;
    const key = version.Key!;
    const { verdict, sequencer, upload } = await judge(version, deps);
    if (verdict !== 'fine') oldestMs = Math.min(oldestMs, uploadedMs);
    if (verdict === 'ingest') {
      await deps.invokeAsync('ingest', createdEvent(deps.rawBucket, version, sequencer));
      reingested.push(key);
    }
    if (upload && (await retrain(upload, deps))) retrained.push(key);
  }
  deps.emit('pendingUploadAge', {}, (nowMs - oldestMs) / 1000);
  const report = { compared, reingested, retrained };
  deps.logger.info('reconciled', { ...report });
  return report;
}

async function judge(version: ObjectVersion, { table }: ReconcileDependencies): Promise<Judgement> {
  const model = modelOf(version.Key!);
  const entry = await entryOf(model, version, table);
  if (!entry || entry.status === 'received') return { verdict: 'ingest', sequencer: entry?.sequencer };
  // A file that was read again under a contract is found through that contract.
  const reading = entry.status === 'applied' ? await readingOf(entry, table) : entry;
  if (reading?.status !== 'accepted') return { verdict: 'fine' };
  return { verdict: 'train', upload: { model, id: reading.upload_id } };
}

/**
 * Returns what the ledger knows of a version as it was first received. Without a receipt, it returns what
 * releases before receipts recorded.
 */
async function entryOf(
  model: string,
  version: ObjectVersion,
  table: RegistryTable,
): Promise<UploadEntry | undefined> {
  const key = version.Key!;
  const objectId = uploadId(key, versionIdOf(version), null);
  const contract = await receivedUnder(table, { model, object_id: objectId });
  const id = uploadId(key, versionIdOf(version), contract?.sha256 ?? null);
  return await getUpload(table, model, id);
}

async function readingOf(
  { model, effect }: UploadEntry,
  table: RegistryTable,
): Promise<UploadEntry | undefined> {
  if (effect?.kind !== 'read_again' || !effect.file) return undefined;
  return await getUpload(table, model, effect.file.upload_id);
}

/** The model under which ingestion records a key. */
function modelOf(key: string): string {
  try {
    return parseRawKey(key).model;
  } catch (error) {
    if (error instanceof RefusedFileError) return NO_MODEL;
    throw error;
  }
}

/** Sends the committed manifest to training. Returns false when the manifest is gone. */
async function retrain(
  { model, id }: { readonly model: string; readonly id: string },
  deps: ReconcileDependencies,
): Promise<boolean> {
  const key = `${model}/${id}/manifest.json`;
  const facts = await headObject(deps.s3, { bucket: deps.processedBucket, key });
  if (!facts) return false;
  const manifest = { Key: key, Size: facts.sizeBytes, LastModified: new Date(facts.lastModified) };
  await deps.invokeAsync('train', createdEvent(deps.processedBucket, manifest));
  return true;
}

/** The notification that S3 would have sent, without the sequencer: only S3 knows it. */
function createdEvent(bucket: string, version: ObjectVersion, sequencer?: string): unknown {
  const versionId = versionIdOf(version);
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        eventTime: (version.LastModified ?? new Date(0)).toISOString(),
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'reconcile',
          bucket: { name: bucket },
          object: {
            key: encodeURIComponent(version.Key!).replaceAll('%2F', '/').replaceAll('%20', '+'),
            size: version.Size ?? 0,
            ...(versionId === null ? {} : { versionId }),
            ...(sequencer === undefined ? {} : { sequencer }),
          },
        },
      },
    ],
  };
}

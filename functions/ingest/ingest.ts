import type { S3Client } from '@aws-sdk/client-s3';
import { type DatasetContract, parseContract } from '../../lib/dataset/contract.ts';
import { type IngestResult, ingestCsv } from '../../lib/dataset/ingest-csv.ts';
import { type Manifest, type Refusal, type SourceRecord, uploadId } from '../../lib/dataset/manifest.ts';
import { ingestReport } from '../../lib/dataset/report.ts';
import { renderReport } from '../../lib/dataset/report-html.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { NO_MODEL, parseRawKey } from '../../lib/names.ts';
import { newestDecision } from '../../lib/registry/decisions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getUpload, recordUpload, type UploadBasis, type UploadEntry } from '../../lib/registry/uploads.ts';
import { getVersion } from '../../lib/registry/versions.ts';
import type { CreatedObject } from '../../lib/storage/object-events.ts';
import {
  headObject,
  type ObjectFacts,
  type ObjectLocation,
  openObject,
  putObject,
  putObjectIfAbsent,
  readObject,
  startUpload,
} from '../../lib/storage/objects.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';

export interface IngestDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly processedBucket: string;
  /** Larger files are refused, before they are read and again while they are. */
  readonly maxFileBytes: number;
  readonly codeVersion: string;
  /** Processors that one file may keep busy. */
  readonly threads: number;
  readonly emit: EmitMetric;
  readonly logger: Logger;
}

/** What became of one object of the raw bucket. */
export type IngestOutcome =
  | { readonly kind: 'accepted'; readonly manifestKey: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reportKey: string }
  | { readonly kind: 'contract' | 'gone' | 'done_before' };

/** One upload, as its notification names it. */
interface NamedUpload {
  readonly model: string;
  readonly id: string;
  readonly object: CreatedObject;
}

/** One upload on its way through: what every step needs to know of it. */
interface Upload extends NamedUpload {
  readonly facts: ObjectFacts;
  readonly source: SourceRecord;
}

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
  if (!facts) return await recordGone(named, deps);
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

function sourceOf(object: CreatedObject, facts: ObjectFacts): SourceRecord {
  return {
    bucket: object.bucket,
    key: object.key,
    version_id: object.versionId ?? null,
    size_bytes: facts.sizeBytes,
    sha256: null,
    uploaded_at: facts.lastModified,
    sequencer: object.sequencer ?? null,
  };
}

const keysOf = ({ model, id }: NamedUpload) => ({
  data: `${model}/${id}/data.parquet`,
  rejects: `${model}/${id}/rejects.csv`,
  report: `${model}/${id}/report.json`,
  reportPage: `${model}/${id}/report.html`,
  manifest: `${model}/${id}/manifest.json`,
  refusal: `${model}/refused/${id}/report.json`,
});

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

async function recordGone(upload: NamedUpload, deps: IngestDependencies): Promise<IngestOutcome> {
  const detail = 'The object was deleted before it was read.';
  await record(deps, upload, upload.object.eventTime, { status: 'gone', detail });
  return { kind: 'gone' };
}

/**
 * Records the receipt, and with it what beside the file decides the outcome. A contract or champion that changes between two
 * deliveries would otherwise let the slower one put other data under the quicker one's manifest.
 */
async function receive(upload: Upload, deps: IngestDependencies): Promise<UploadBasis> {
  const basis: UploadBasis = {
    contract_version_id: await contractVersionId(upload, deps),
    feature_order: (await championFeatureOrder(upload.model, deps.table)) ?? null,
  };
  if (await record(deps, upload, upload.source.uploaded_at, { status: 'received', basis })) return basis;
  return (await getUpload(deps.table, upload.model, upload.id))?.basis ?? basis;
}

async function accept(upload: Upload, basis: UploadBasis, deps: IngestDependencies): Promise<IngestOutcome> {
  checkHead(upload.facts, deps.maxFileBytes);
  const contract = await readContract(upload, basis, deps);
  const featureOrder = basis.feature_order;
  const keys = keysOf(upload);
  const result = await stream(
    upload,
    { ...(contract ? { contract } : {}), ...(featureOrder ? { featureOrder } : {}) },
    deps,
  );
  if (result === undefined) return await recordGone(upload, deps);
  const source = { ...upload.source, sha256: result.sourceSha256 };
  await writeReports(upload, source, result, deps);
  const manifest = manifestOf(upload, source, result, deps.codeVersion);
  await putObjectIfAbsent(
    deps.s3,
    { bucket: deps.processedBucket, key: keys.manifest },
    pretty(manifest),
    'application/json',
  );
  await record(deps, upload, source.uploaded_at, { status: 'accepted' });
  deps.emit('rowsAccepted', { model: upload.model }, result.rows.accepted);
  deps.emit('rowsRejected', { model: upload.model }, result.rows.rejected);
  deps.logger.info('accepted', { model: upload.model, key: upload.object.key, rows: result.rows });
  return { kind: 'accepted', manifestKey: keys.manifest };
}

function checkHead(facts: ObjectFacts, maxFileBytes: number): void {
  const encoding = facts.contentEncoding;
  // The AWS SDKs' streaming uploads name their framing here; S3 itself removes it, other servers may keep it.
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity' && encoding !== 'aws-chunked') {
    throw new RefusedFileError(
      'type',
      `Content-Encoding is "${encoding}"; upload the CSV as it is, not compressed`,
    );
  }
  if (facts.sizeBytes > maxFileBytes) {
    throw new RefusedFileError(
      'size',
      `the file has ${facts.sizeBytes} bytes; at most ${maxFileBytes} are read; split it`,
    );
  }
}

function contractLocation({ object, model }: Upload): ObjectLocation {
  return { bucket: object.bucket, key: `${object.key.includes('/') ? `${model}/` : ''}schema.json` };
}

/** `null` in quotes is what S3 calls the version of an object in a bucket that has none. */
async function contractVersionId(upload: Upload, deps: IngestDependencies): Promise<string | null> {
  if (upload.model === NO_MODEL) return null;
  const facts = await headObject(deps.s3, contractLocation(upload));
  return facts ? (facts.versionId ?? 'null') : null;
}

async function readContract(
  upload: Upload,
  basis: UploadBasis,
  deps: IngestDependencies,
): Promise<DatasetContract | undefined> {
  const versionId = basis.contract_version_id;
  if (versionId === null) return undefined;
  const at = contractLocation(upload);
  const bytes = await readObject(deps.s3, { ...at, versionId });
  if (bytes) return parseContract(new TextDecoder().decode(bytes));
  throw new RefusedFileError(
    'contract',
    `version ${versionId} of ${at.key}, which held when the file was received, was deleted; upload the file again`,
  );
}

/** The order in which the champion takes features: later uploads keep it, so that array requests keep their meaning. */
async function championFeatureOrder(
  model: string,
  table: RegistryTable,
): Promise<readonly string[] | undefined> {
  const champion = (await newestDecision(table, model))?.champion;
  if (champion == null) return undefined;
  const order = (await getVersion(table, model, champion))?.schema.feature_order;
  return Array.isArray(order) ? (order as string[]) : undefined;
}

async function stream(
  upload: Upload,
  options: { contract?: DatasetContract; featureOrder?: readonly string[] },
  deps: IngestDependencies,
): Promise<IngestResult | undefined> {
  const body = await openObject(deps.s3, upload.object);
  if (!body) return undefined;
  const keys = keysOf(upload);
  const parquet = startUpload(
    deps.s3,
    { bucket: deps.processedBucket, key: keys.data },
    'application/vnd.apache.parquet',
  );
  const rejects = startUpload(
    deps.s3,
    { bucket: deps.processedBucket, key: keys.rejects },
    'text/csv; charset=utf-8',
  );
  try {
    const result = await ingestCsv(
      body,
      { parquet, rejects },
      { ...options, limits: { fileBytes: deps.maxFileBytes }, threads: deps.threads },
    );
    await Promise.all([parquet.finish(), rejects.finish()]);
    return result;
  } catch (error) {
    body.destroy();
    await Promise.all([parquet.abort(), rejects.abort()]);
    throw error;
  }
}

async function writeReports(
  upload: Upload,
  source: SourceRecord,
  result: IngestResult,
  deps: IngestDependencies,
): Promise<void> {
  const keys = keysOf(upload);
  const report = ingestReport(result);
  const at = (key: string) => ({ bucket: deps.processedBucket, key });
  await putObject(deps.s3, at(keys.report), pretty({ source, ...report }), 'application/json');
  const page = renderReport(report, `${upload.model}: ${upload.object.key}`);
  await putObject(deps.s3, at(keys.reportPage), page, 'text/html; charset=utf-8');
}

async function refuse(
  upload: Upload,
  error: RefusedFileError,
  deps: IngestDependencies,
): Promise<IngestOutcome> {
  const key = keysOf(upload).refusal;
  const refusal: Refusal = {
    code: error.code,
    message: error.message,
    ...(error.line === undefined ? {} : { line: error.line }),
    source: upload.source,
  };
  await putObjectIfAbsent(
    deps.s3,
    { bucket: deps.processedBucket, key },
    pretty(refusal),
    'application/json',
  );
  await record(deps, upload, upload.source.uploaded_at, { status: 'refused', detail: error.message });
  deps.emit('filesRefused', { model: upload.model }, 1);
  deps.logger.warn('refused', {
    model: upload.model,
    key: upload.object.key,
    code: error.code,
    detail: error.message,
  });
  return { kind: 'refused', code: error.code, reportKey: key };
}

async function record(
  deps: IngestDependencies,
  upload: NamedUpload,
  uploadedAt: string,
  step: Pick<UploadEntry, 'status' | 'detail' | 'basis'>,
): Promise<boolean> {
  return recordUpload(deps.table, {
    model: upload.model,
    upload_id: upload.id,
    key: upload.object.key,
    version_id: upload.object.versionId ?? null,
    ...(upload.object.sequencer === undefined ? {} : { sequencer: upload.object.sequencer }),
    uploaded_at: uploadedAt,
    ...step,
  });
}

function manifestOf(
  upload: Upload,
  source: SourceRecord,
  result: IngestResult,
  codeVersion: string,
): Manifest {
  const { data, rejects, report, reportPage } = keysOf(upload);
  return {
    model: upload.model,
    upload_id: upload.id,
    dataset_sha256: result.datasetSha256,
    source,
    rows: result.rows,
    schema: result.schema,
    label: result.label,
    classes: [...result.classes],
    files: { data, rejects, report, report_page: reportPage },
    code_version: codeVersion,
  };
}

const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

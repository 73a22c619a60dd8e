import type { ByteSink } from '../../lib/byte-sink.ts';
import { type IngestOptions, ingestFile, type OpenOutputs } from '../../lib/dataset/ingest-file.ts';
import type { IngestResult } from '../../lib/dataset/ingest-result.ts';
import { type Manifest, type SourceRecord, summaryOf } from '../../lib/dataset/manifest.ts';
import { ingestReport } from '../../lib/dataset/report.ts';
import { renderReport } from '../../lib/dataset/report-html.ts';
import type { FileSource } from '../../lib/dataset/source/file-source.ts';
import type { DatasetContract } from '../../lib/dataset/understand/contract.ts';
import { understoodWords, warningWords } from '../../lib/dataset/understood-words.ts';
import { type ObjectUpload, startUpload } from '../../lib/storage/object-upload.ts';
import { putObject, putObjectIfAbsent } from '../../lib/storage/objects.ts';
import type { ReceivedBasis } from './basis.ts';
import type { IngestDependencies } from './dependencies.ts';
import { keepsRejects } from './refusal.ts';
import { sameSecondWarnings } from './same-second.ts';
import { keysOf, pretty, type Upload } from './upload.ts';

/** What one reading of a file writes. */
interface OpenedOutputs {
  readonly parquet: ObjectUpload;
  readonly rejects: ObjectUpload;
  /** The same rejects, under the key that refused files use. */
  readonly refusedRejects: ObjectUpload;
}

/** Reads what was uploaded. */
export type Reading = (open: OpenOutputs, options: IngestOptions) => Promise<IngestResult>;

/** Reads one file. */
export const readingOf =
  (file: FileSource): Reading =>
  (open, options) =>
    ingestFile(file, open, options);

/**
 * Reads an upload, and writes its data and its rejects meanwhile.
 *
 * @throws RefusedFileError when the file is refused. Then only rejected rows that explain the refusal are
 * kept.
 * @throws ObjectGone when an object is missing
 */
export async function streamOutputs(
  upload: Upload,
  contract: DatasetContract | undefined,
  { featureOrder, label, same_second }: ReceivedBasis,
  deps: IngestDependencies,
  read: Reading,
): Promise<IngestResult> {
  let opened: OpenedOutputs | undefined;
  const open = async () => {
    if (opened) await abort(Object.values(opened));
    opened = openOutputs(upload, deps);
    const { parquet, rejects, refusedRejects } = opened;
    return { parquet, rejects: both(rejects, refusedRejects) };
  };
  try {
    const result = await read(open, {
      contract,
      label,
      ...(featureOrder ? { featureOrder } : {}),
      limits: { fileBytes: deps.maxFileBytes },
      threads: deps.threads,
    });
    if (opened) await keep([opened.parquet, opened.rejects], [opened.refusedRejects]);
    return { ...result, warnings: [...result.warnings, ...sameSecondWarnings(same_second)] };
  } catch (error) {
    if (opened && keepsRejects(error)) await keep([opened.refusedRejects], [opened.parquet, opened.rejects]);
    else if (opened) await abort(Object.values(opened));
    throw error;
  }
}

/**
 * Only the end of the file decides which of the two keys the rejects get. Up to 8 MiB, nothing is sent
 * before.
 */
function openOutputs(upload: Upload, { s3, processedBucket: bucket }: IngestDependencies): OpenedOutputs {
  const { data, rejects, refusedRejects } = keysOf(upload);
  return {
    parquet: startUpload(s3, { bucket, key: data }, 'application/vnd.apache.parquet'),
    rejects: startUpload(s3, { bucket, key: rejects }, REJECTS_TYPE),
    refusedRejects: startUpload(s3, { bucket, key: refusedRejects }, REJECTS_TYPE),
  };
}

const REJECTS_TYPE = 'text/csv; charset=utf-8';

const both = (...sinks: readonly ByteSink[]): ByteSink => ({
  async write(chunk) {
    await Promise.all(sinks.map((sink) => sink.write(chunk)));
  },
});

async function keep(kept: readonly ObjectUpload[], rest: readonly ObjectUpload[]): Promise<void> {
  await abort(rest);
  await Promise.all(kept.map((output) => output.finish()));
}

async function abort(outputs: readonly ObjectUpload[]): Promise<void> {
  await Promise.all(outputs.map((output) => output.abort()));
}

/** Writes the reports that people read about an accepted file. */
export async function writeReports(
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

/** A manifest that is not yet put, and what is told and counted once it is. */
export interface ManifestDraft {
  readonly manifest: Manifest;
  readonly rejected: IngestResult['rejectionsByCode'];
  readonly understood: string;
  readonly warnings: readonly string[];
}

export function draftOf(
  upload: Upload,
  source: SourceRecord,
  result: IngestResult,
  contract: DatasetContract | undefined,
  codeVersion: string,
): ManifestDraft {
  const facts = manifestOf(upload, source, result, codeVersion);
  return {
    // A release that does not know the key refuses the manifest, and so does not promote without being asked.
    manifest: contract?.promotion === 'by_hand' ? { ...facts, promotion: 'by_hand' } : facts,
    rejected: result.rejectionsByCode,
    understood: understoodWords(result.understood),
    warnings: result.warnings.map(warningWords),
  };
}

/**
 * Writes the manifest unless one exists. The manifest accepts the upload and starts training.
 *
 * @returns false when another delivery was first
 */
export async function commit(
  upload: Upload,
  { manifest }: ManifestDraft,
  deps: IngestDependencies,
): Promise<boolean> {
  const at = { bucket: deps.processedBucket, key: keysOf(upload).manifest };
  return (await putObjectIfAbsent(deps.s3, at, pretty(manifest), 'application/json')) === 'written';
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
    contract: upload.contract,
    understood: summaryOf(result.understood, result.warnings),
    rows: result.rows,
    schema: result.schema,
    label: result.label,
    classes: [...result.classes],
    files: { data, rejects, report, report_page: reportPage },
    code_version: codeVersion,
  };
}

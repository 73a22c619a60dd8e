import type { DatasetContract } from '../../lib/dataset/contract.ts';
import { ingestFile } from '../../lib/dataset/ingest-file.ts';
import type { IngestResult } from '../../lib/dataset/ingest-result.ts';
import type { Manifest, SourceRecord } from '../../lib/dataset/manifest.ts';
import { ingestReport } from '../../lib/dataset/report.ts';
import { renderReport } from '../../lib/dataset/report-html.ts';
import { type ObjectUpload, startUpload } from '../../lib/storage/object-upload.ts';
import { putObject, putObjectIfAbsent } from '../../lib/storage/objects.ts';
import type { IngestDependencies } from './dependencies.ts';
import { ObjectGone, objectSource } from './object-source.ts';
import { keysOf, pretty, type Upload } from './upload.ts';

/**
 * Reads the file once, and writes its data and its rejects on the way; undefined when the object is not there.
 *
 * @throws RefusedFileError when the file is refused: nothing was written then.
 */
export async function streamOutputs(
  upload: Upload,
  contract: DatasetContract | undefined,
  featureOrder: readonly string[] | null,
  deps: IngestDependencies,
): Promise<IngestResult | undefined> {
  const keys = keysOf(upload);
  const openings = {
    parquet: () =>
      startUpload(
        deps.s3,
        { bucket: deps.processedBucket, key: keys.data },
        'application/vnd.apache.parquet',
      ),
    rejects: () =>
      startUpload(deps.s3, { bucket: deps.processedBucket, key: keys.rejects }, 'text/csv; charset=utf-8'),
  };
  let opened: { readonly parquet: ObjectUpload; readonly rejects: ObjectUpload } | undefined;
  const abort = async () => {
    await Promise.all([opened?.parquet.abort(), opened?.rejects.abort()]);
    opened = undefined;
  };
  try {
    const result = await ingestFile(
      objectSource(deps.s3, upload),
      async () => {
        await abort();
        opened = { parquet: openings.parquet(), rejects: openings.rejects() };
        return opened;
      },
      {
        contract,
        label: upload.facts.metadata.label,
        ...(featureOrder ? { featureOrder } : {}),
        limits: { fileBytes: deps.maxFileBytes },
        threads: deps.threads,
      },
    );
    await Promise.all([opened?.parquet.finish(), opened?.rejects.finish()]);
    return result;
  } catch (error) {
    await abort();
    if (error instanceof ObjectGone) return undefined;
    throw error;
  }
}

/** Writes what a person reads of an accepted file. */
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

/**
 * Puts the manifest, unless one is there: the upload is accepted with it, and training begins.
 *
 * @returns false when another delivery was first
 */
export async function commit(
  upload: Upload,
  source: SourceRecord,
  result: IngestResult,
  deps: IngestDependencies,
): Promise<boolean> {
  const at = { bucket: deps.processedBucket, key: keysOf(upload).manifest };
  const manifest = pretty(manifestOf(upload, source, result, deps.codeVersion));
  return (await putObjectIfAbsent(deps.s3, at, manifest, 'application/json')) === 'written';
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

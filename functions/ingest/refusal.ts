import type { RefusalCode } from '../../lib/dataset/csv/codes.ts';
import type { Refusal } from '../../lib/dataset/manifest.ts';
import { refusalWords } from '../../lib/dataset/refusal-words.ts';
import { refusalReport } from '../../lib/dataset/report.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { type ObjectFacts, putObjectIfAbsent } from '../../lib/storage/objects.ts';
import { shown } from '../../lib/text-safety.ts';
import type { IngestDependencies } from './dependencies.ts';
import { keysOf, type NamedUpload, pretty, readJson, record, type Upload } from './upload.ts';

/**
 * Refuses files that are not worth opening.
 *
 * @param part the name of a part of a set; undefined of a single file
 * @throws RefusedFileError `type`, `size`
 */
export function checkHead(facts: ObjectFacts, maxFileBytes: number, part?: string): void {
  const what = part === undefined ? 'the file' : `the part ${shown(part)}`;
  const encoding = facts.contentEncoding;
  // Streaming uploads of the AWS SDKs name their framing here. S3 removes it, but other servers may keep it.
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity' && encoding !== 'aws-chunked') {
    throw new RefusedFileError(
      'type',
      `Content-Encoding of ${what} is ${shown(encoding)}: what the bytes are stands in the name alone`,
      { fix: 'upload it without Content-Encoding; a CSV compressed with gzip is named <file>.csv.gz' },
    );
  }
  if (facts.sizeBytes > maxFileBytes) {
    throw new RefusedFileError(
      'size',
      `${what} has ${facts.sizeBytes} bytes; at most ${maxFileBytes} are read`,
      { fix: 'split it' },
    );
  }
}

/** Codes of refusals that the rejected rows explain. For these, the rejected rows are kept. */
const EXPLAINED_BY_ROWS = new Set<string>(['all_rejected', 'rejected_share'] satisfies RefusalCode[]);

/** Whether the rejected rows of a refused file are kept. */
export const keepsRejects = (error: unknown): error is RefusedFileError =>
  error instanceof RefusedFileError && EXPLAINED_BY_ROWS.has(error.code);

/** Records why a file was refused, and acknowledges it. */
export async function refuse(
  upload: Upload,
  error: RefusedFileError,
  deps: IngestDependencies,
): Promise<{ kind: 'refused'; code: string; reportKey: string }> {
  const { refusal: key, refusedRejects } = keysOf(upload);
  const refusal: Refusal = {
    ...refusalReport(error),
    ...(keepsRejects(error) ? { rejects: refusedRejects } : {}),
    source: upload.source,
  };
  const at = { bucket: deps.processedBucket, key };
  const outcome = await putObjectIfAbsent(deps.s3, at, pretty(refusal), 'application/json');
  await recordRefusal(upload, refusal, deps);
  if (outcome === 'written') {
    const { code, message, fix } = refusal;
    deps.emit('filesRefused', { code }, 1);
    const said = { code, detail: message, ...(fix === null ? {} : { fix }) };
    deps.logger.warn('refused', { model: upload.model, key: upload.object.key, ...said });
  }
  return { kind: 'refused', code: error.code, reportKey: key };
}

/** Whether an earlier delivery refused the file. The ledger may lack the refusal, so this records it. */
export async function wasRefusedBefore(upload: NamedUpload, deps: IngestDependencies): Promise<boolean> {
  const refusal = await readJson<Refusal>(keysOf(upload).refusal, deps);
  if (refusal) await recordRefusal(upload, refusal, deps);
  return refusal !== undefined;
}

async function recordRefusal(upload: NamedUpload, refusal: Refusal, deps: IngestDependencies): Promise<void> {
  const detail = refusalWords(refusal);
  await record(deps, upload, refusal.source.uploaded_at, { status: 'refused', detail });
}

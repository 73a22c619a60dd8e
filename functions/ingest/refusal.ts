import type { Refusal } from '../../lib/dataset/manifest.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { type ObjectFacts, putObjectIfAbsent } from '../../lib/storage/objects.ts';
import type { IngestDependencies } from './dependencies.ts';
import { keysOf, pretty, record, type Upload } from './upload.ts';

/** Refuses what is not worth opening. @throws RefusedFileError `type`, `size` */
export function checkHead(facts: ObjectFacts, maxFileBytes: number): void {
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

/** Records what a file was refused for, and acknowledges it. */
export async function refuse(
  upload: Upload,
  error: RefusedFileError,
  deps: IngestDependencies,
): Promise<{ kind: 'refused'; code: string; reportKey: string }> {
  const at = { bucket: deps.processedBucket, key: keysOf(upload).refusal };
  const refusal: Refusal = {
    code: error.code,
    message: error.message,
    ...(error.line === undefined ? {} : { line: error.line }),
    source: upload.source,
  };
  const outcome = await putObjectIfAbsent(deps.s3, at, pretty(refusal), 'application/json');
  await record(deps, upload, upload.source.uploaded_at, { status: 'refused', detail: error.message });
  if (outcome === 'written') {
    const { model, object } = upload;
    deps.emit('filesRefused', { code: error.code }, 1);
    deps.logger.warn('refused', { model, key: object.key, code: error.code, detail: error.message });
  }
  return { kind: 'refused', code: error.code, reportKey: at.key };
}

import type { S3Client } from '@aws-sdk/client-s3';
import { openModel } from '../../lib/classifier/model-file.ts';
import { hashObject, putObjectIfAbsent } from '../../lib/storage/objects.ts';
import type { ModelReport } from '../../lib/training/model-report.ts';
import { renderModelReport } from '../../lib/training/model-report-html.ts';
import type { TrainedModel } from '../../lib/training/train-model.ts';

/** Where a model and its reports lie in the models bucket. */
export interface StoredModel {
  readonly artifactKey: string;
  readonly reportKey: string;
}

/**
 * Opens the artifact as a prediction would, writes it under its own sha256, and holds what the bucket then has against that: only then
 * may it be registered. Writing again is harmless.
 *
 * @throws Error when the bucket holds other bytes
 */
export async function storeModel(
  model: string,
  trained: TrainedModel,
  report: ModelReport,
  { s3, modelsBucket }: { s3: S3Client; modelsBucket: string },
): Promise<StoredModel> {
  const name = `${model}/${trained.artifactSha256}`;
  const keys = { artifactKey: `${name}.knn`, reportKey: `${name}.report.json` };
  const put = (key: string, body: string | Uint8Array, type: string) =>
    putObjectIfAbsent(s3, { bucket: modelsBucket, key }, body, type);
  openModel(trained.artifact, trained.artifactSha256);
  await put(keys.artifactKey, trained.artifact, 'application/octet-stream');
  const stored = await hashObject(s3, { bucket: modelsBucket, key: keys.artifactKey });
  if (stored !== trained.artifactSha256) {
    throw new Error(`${modelsBucket}/${keys.artifactKey}: expected that sha256, the bucket holds ${stored}`);
  }
  await put(keys.reportKey, `${JSON.stringify(report, null, 2)}\n`, 'application/json');
  await put(`${name}.report.html`, renderModelReport(report, model), 'text/html; charset=utf-8');
  return keys;
}

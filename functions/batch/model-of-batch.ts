import type { Model } from '../../lib/classifier/model.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import type { BatchEntry } from '../../lib/registry/batches.ts';
import { DecidedVersions } from '../../lib/registry/decided-versions.ts';
import { readObject } from '../../lib/storage/objects.ts';
import { BatchFailure } from './batch-failure.ts';
import type { BatchDependencies } from './dependencies.ts';

/**
 * The model that a batch was pinned to.
 *
 * @throws BatchFailure when its version was retired since
 */
export async function modelOfBatch(
  { model, version, artifact_key, artifact_sha256 }: BatchEntry,
  { s3, table, modelsBucket, models }: BatchDependencies,
): Promise<Model> {
  if (version === null || artifact_key === null || artifact_sha256 === null)
    throw new BatchFailure('the batch has no model');
  if (await new DecidedVersions(table).isRetired(model, version)) throw retired(version);
  if (models.last?.sha256 === artifact_sha256) return models.last.model;
  const bytes = await readObject(s3, { bucket: modelsBucket, key: artifact_key });
  if (!bytes) throw new BatchFailure(`the artifact of v${version} is not in the models bucket any more`);
  const opened = openModel(bytes, artifact_sha256);
  models.last = { sha256: artifact_sha256, model: opened };
  return opened;
}

const retired = (version: number) => new BatchFailure(`v${version} was retired before the batch was done`);

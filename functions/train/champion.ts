import type { S3Client } from '@aws-sdk/client-s3';
import { readModel } from '../../lib/classifier/model-file.ts';
import { ArtifactError } from '../../lib/errors.ts';
import { findChampion } from '../../lib/registry/champion.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { readObject } from '../../lib/storage/objects.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import { type ChampionScore, judgeChampion } from '../../lib/training/compare-champion.ts';
import type { TrainingBounds } from '../../lib/training/plan-training.ts';
import type { TrainingSettings } from '../../lib/training/settings.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';

export interface ChampionDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly modelsBucket: string;
  readonly settings: TrainingSettings;
  /** As in PublishDependencies. */
  readonly bounds?: TrainingBounds;
  readonly logger: Logger;
}

/**
 * Scores the current champion on the rows that training on this data will hold out. Undefined before the
 * first promotion. It is scored before the training starts, so that both models need not be in memory
 * together. A champion whose artifact is missing or cannot be opened has no score. It cannot answer either,
 * and must not block its successor or the training that restores it.
 *
 * @throws Error when the decision log names a version that the version log lacks
 */
export async function championScore(
  model: string,
  data: TrainingData,
  deps: ChampionDependencies,
): Promise<ChampionScore | undefined> {
  const { champion } = await findChampion(deps.table, model);
  if (!champion) return undefined;
  const { version, artifact_key: key, artifact_sha256: sha256 } = champion;
  const bytes = await readObject(deps.s3, { bucket: deps.modelsBucket, key });
  try {
    if (!bytes)
      throw new ArtifactError('artifact_missing', 'The artifact is not there: was it deleted by hand?');
    return judgeChampion({ version, model: readModel(bytes, sha256) }, data, deps.settings, deps.bounds);
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    deps.logger.error('the champion cannot be opened', { model, version, error });
    return { version, score: null };
  }
}

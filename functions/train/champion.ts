import type { S3Client } from '@aws-sdk/client-s3';
import { readModel } from '../../lib/classifier/model-file.ts';
import { ArtifactError } from '../../lib/errors.ts';
import { newestDecision } from '../../lib/registry/decisions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getVersion } from '../../lib/registry/versions.ts';
import { readObject } from '../../lib/storage/objects.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import { type ChampionScore, judgeChampion } from '../../lib/training/compare-champion.ts';
import type { TrainingSettings } from '../../lib/training/settings.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';

export interface ChampionDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly modelsBucket: string;
  readonly settings: TrainingSettings;
  readonly logger: Logger;
}

/**
 * What the version that answers now reaches on the rows that training on this data will hold out; undefined before the first
 * promotion. It is judged before the training begins, so that both need not be in memory together. A champion whose artifact is gone or
 * cannot be opened cannot answer either, and must not stand in the way of its successor, or of the training that restores it.
 */
export async function championScore(
  model: string,
  data: TrainingData,
  deps: ChampionDependencies,
): Promise<ChampionScore | undefined> {
  const found = await findChampion(model, deps);
  if (!found) return undefined;
  const { version, bytes, sha256 } = found;
  try {
    if (!bytes)
      throw new ArtifactError('artifact_missing', 'The artifact is not there: was it deleted by hand?');
    return judgeChampion({ version, model: readModel(bytes, sha256) }, data, deps.settings);
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    deps.logger.error('the champion cannot be opened', { model, version, error });
    return { version, score: null };
  }
}

/**
 * The artifact of the version that answers now, its bytes undefined when they are gone; undefined before the first promotion.
 *
 * @throws Error when the decision log names a version that the version log lacks
 */
async function findChampion(
  model: string,
  { s3, table, modelsBucket }: ChampionDependencies,
): Promise<{ version: number; bytes: Uint8Array<ArrayBuffer> | undefined; sha256: string } | undefined> {
  const version = (await newestDecision(table, model))?.champion;
  if (version == null) return undefined;
  const entry = await getVersion(table, model, version);
  if (!entry)
    throw new Error(`the decision log of "${model}" names v${version}, which the version log lacks`);
  const bytes = await readObject(s3, { bucket: modelsBucket, key: entry.artifact_key });
  return { version, bytes, sha256: entry.artifact_sha256 };
}

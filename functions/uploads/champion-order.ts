import { findChampion } from '../../lib/registry/champion.ts';
import { featureOrderOf } from '../../lib/registry/version-schema.ts';
import type { UploadsDependencies } from './dependencies.ts';

/** The champion's order of features, which ingestion keeps; undefined without a champion. */
export async function championFeatureOrder(
  model: string,
  { s3, table, modelsBucket }: Pick<UploadsDependencies, 's3' | 'table' | 'modelsBucket'>,
): Promise<readonly string[] | undefined> {
  const { champion } = await findChampion(table, model);
  return champion && (await featureOrderOf(s3, modelsBucket, champion));
}

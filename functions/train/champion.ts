import type { S3Client } from '@aws-sdk/client-s3';
import { readModel } from '../../lib/classifier/model-file.ts';
import { newestDecision } from '../../lib/registry/decisions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getVersion } from '../../lib/registry/versions.ts';
import { readObject } from '../../lib/storage/objects.ts';
import type { Champion } from '../../lib/training/compare-champion.ts';

/**
 * The version that answers now, verified; undefined before the first promotion.
 *
 * @throws Error when the registry names what is not there; ArtifactError when its artifact is damaged
 */
export async function loadChampion(
  model: string,
  { s3, table, modelsBucket }: { s3: S3Client; table: RegistryTable; modelsBucket: string },
): Promise<Champion | undefined> {
  const version = (await newestDecision(table, model))?.champion;
  if (version == null) return undefined;
  const entry = await getVersion(table, model, version);
  if (!entry)
    throw new Error(`the decision log of "${model}" names v${version}, which the version log lacks`);
  const bytes = await readObject(s3, { bucket: modelsBucket, key: entry.artifact_key });
  if (!bytes) throw new Error(`${modelsBucket}/${entry.artifact_key} is not there: was it deleted by hand?`);
  return { version, model: readModel(bytes, entry.artifact_sha256) };
}

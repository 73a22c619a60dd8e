import type { S3Client } from '@aws-sdk/client-s3';
import { hashObject } from '../storage/objects.ts';
import type { VersionEntry } from './versions.ts';

/**
 * Whether the bucket has a version's artifact and its schema, byte for byte. They are hashed as streams, so
 * memory stays bounded for any size. It takes as long as one download.
 */
export async function isArtifactIntact(
  s3: S3Client,
  bucket: string,
  entry: Pick<VersionEntry, 'artifact_key' | 'artifact_sha256' | 'schema_key' | 'schema_sha256'>,
): Promise<boolean> {
  const { artifact_key, artifact_sha256, schema_key, schema_sha256 } = entry;
  if ((await hashObject(s3, { bucket, key: artifact_key })) !== artifact_sha256) return false;
  // Entries of earlier releases hold their schema themselves.
  if (schema_key === undefined) return true;
  return (await hashObject(s3, { bucket, key: schema_key })) === schema_sha256;
}

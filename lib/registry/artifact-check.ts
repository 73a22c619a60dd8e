import type { S3Client } from '@aws-sdk/client-s3';
import { hashObject } from '../storage/objects.ts';
import type { VersionEntry } from './versions.ts';

/**
 * Whether the bucket has a version's artifact, byte for byte. The artifact is hashed as a stream, so memory
 * stays bounded for any size. It takes as long as one download.
 */
export async function isArtifactIntact(
  s3: S3Client,
  bucket: string,
  entry: Pick<VersionEntry, 'artifact_key' | 'artifact_sha256'>,
): Promise<boolean> {
  return (await hashObject(s3, { bucket, key: entry.artifact_key })) === entry.artifact_sha256;
}

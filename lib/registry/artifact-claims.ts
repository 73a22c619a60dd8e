import type { RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/**
 * How trainers and retention share the bucket without a lock. Artifacts are named by their content, so a
 * training may need the very object that retention is about to delete: the same bytes under other settings of
 * the gate are another version.
 *
 * Each side first writes what it intends, and then reads what the other side wrote:
 *
 *     trainer:    put CLAIM      read TOMBSTONEs      put objects, verify      put VERSION      promote
 *     retention:  put TOMBSTONE  read CLAIMs and logs  delete the S3 version that the tombstone names
 *
 * A claim ends when the version of its fingerprint is retired, which is final. A claim without a version is
 * valid. Reads are consistent, so of any two writers the later one sees the item of the earlier one.
 *
 * - Retention saw no valid claim: the trainer's claim came after that read, hence after the tombstone, and
 *   the trainer sees the tombstone. It does not use the S3 version that the tombstone names and puts a new
 *   one. No deletion in progress can touch the new one, because each deletion names its S3 version.
 * - The trainer saw no tombstone for an S3 version that it found or put after its claim: only a later
 *   tombstone can name it, and then retention sees the claim.
 *
 * This needs no clock, and neither side waits. Every write may arrive late, twice or never.
 *
 * - Tombstones are never deleted or overwritten (one item for each S3 version), so that a later deletion does
 *   not hide an earlier one that is still in progress.
 * - A trainer that dies leaves a claim. The redelivered event finds it and continues; until then retention
 *   keeps the artifact. The claim comes before VERSION. A second read after VERSION would not be enough: a
 *   person may promote a version as soon as it is in the log, so it must be safe from that moment.
 */

/** An artifact that a training will rely on, for the version with this fingerprint. */
export interface ArtifactClaim {
  readonly model: string;
  readonly artifactSha256: string;
  readonly fingerprint: string;
}

/**
 * Prevents every deletion of an artifact that has not begun yet. Call it before the artifact is written or
 * found.
 */
export async function claimArtifact(table: RegistryTable, claim: ArtifactClaim): Promise<void> {
  const { model, artifactSha256, fingerprint } = claim;
  const sk = `${claimPrefix(artifactSha256)}${fingerprint}`;
  await table.putIfAbsent({ pk: modelPartition(model), sk, fingerprint });
}

/** The fingerprints that claim an artifact. Call it after the tombstones were put. */
export async function claimsOn(
  table: RegistryTable,
  model: string,
  artifactSha256: string,
): Promise<string[]> {
  const claims: string[] = [];
  for await (const item of table.list(modelPartition(model), claimPrefix(artifactSha256)))
    claims.push(String(item.fingerprint));
  return claims;
}

/** Announces the deletion of one S3 version of an artifact's object. Call it before the claims are read. */
export async function putTombstone(
  table: RegistryTable,
  at: { readonly model: string; readonly artifactSha256: string; readonly key: string },
  versionId: string,
): Promise<void> {
  const sk = `${tombstonePrefix(at.artifactSha256)}${versionId}`;
  await table.putIfAbsent({ pk: modelPartition(at.model), sk, key: at.key, version_id: versionId });
}

/**
 * The S3 versions of an artifact's objects that were deleted or may yet be deleted. Call it after the claim
 * was put.
 */
export async function tombstonedVersions(
  table: RegistryTable,
  model: string,
  artifactSha256: string,
): Promise<Set<string>> {
  const doomed = new Set<string>();
  for await (const item of table.list(modelPartition(model), tombstonePrefix(artifactSha256)))
    doomed.add(String(item.version_id));
  return doomed;
}

const claimPrefix = (sha256: string) => `ARTIFACT#${sha256}#CLAIM#`;
const tombstonePrefix = (sha256: string) => `ARTIFACT#${sha256}#TOMBSTONE#`;

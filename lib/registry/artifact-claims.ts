import type { RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/**
 * How trainers and retention share the bucket without a lock. Artifacts are named by their content, so that a training may need
 * the very object that retention is about to delete: other settings of the gate give another version of the same bytes.
 *
 * Each side writes what it intends, and only then looks at what the other side wrote:
 *
 *     trainer:    put CLAIM      read TOMBSTONEs      put objects, verify      put VERSION      promote
 *     retention:  put TOMBSTONE  read CLAIMs and logs  delete the S3 version that the tombstone names
 *
 * A claim is void once the version of its fingerprint is retired, which is final; a claim without a version holds. Of any two, the later
 * writer sees the earlier one's item, reads being consistent. So when retention saw no valid claim, the trainer's came after
 * that look, hence after the tombstone, and the trainer sees the tombstone: it does not rely on the S3 version that is named there
 * but puts a new one, which no deletion that is under way can touch, for each names the S3 version it deletes. And what a
 * trainer finds or puts after its claim, and sees no tombstone of, is doomed only by a tombstone that comes later: retention then
 * sees the claim. No clock takes part, and neither side waits; every write may arrive late, twice or never.
 *
 * - Tombstones are never taken away and never overwritten (one item for each S3 version), so that a later deletion does not hide an earlier
 *   one that is still on its way.
 * - A trainer that dies leaves a claim. The redelivered event finds it and goes on; until then retention keeps the artifact. That a
 *   claim comes before VERSION, and not a second look after it, is what makes every version in the log safe from its first
 *   moment: a person may promote it before its trainer has said another word.
 */

/** What a training is about to rely on: the artifact, for the version with this fingerprint. */
export interface ArtifactClaim {
  readonly model: string;
  readonly artifactSha256: string;
  readonly fingerprint: string;
}

/** Holds off every deletion of an artifact that has not begun yet. To be called before the artifact is put, or found there. */
export async function claimArtifact(table: RegistryTable, claim: ArtifactClaim): Promise<void> {
  const { model, artifactSha256, fingerprint } = claim;
  const sk = `${claimPrefix(artifactSha256)}${fingerprint}`;
  await table.putIfAbsent({ pk: modelPartition(model), sk, fingerprint });
}

/** The fingerprints that claim an artifact. To be read after the tombstones were put. */
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

/** Says which S3 version of an artifact's objects is about to be deleted. To be called before the claims are read. */
export async function putTombstone(
  table: RegistryTable,
  at: { readonly model: string; readonly artifactSha256: string; readonly key: string },
  versionId: string,
): Promise<void> {
  const sk = `${tombstonePrefix(at.artifactSha256)}${versionId}`;
  await table.putIfAbsent({ pk: modelPartition(at.model), sk, key: at.key, version_id: versionId });
}

/** The S3 versions of an artifact's objects that were or may yet be deleted. To be read after the claim was put. */
export async function doomedVersions(
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

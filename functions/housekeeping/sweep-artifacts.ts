import type { S3Client } from '@aws-sdk/client-s3';
import { claimsOn, putTombstone } from '../../lib/registry/artifact-claims.ts';
import { type DecisionEntry, decisionLog, isRetired } from '../../lib/registry/decisions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { type VersionEntry, versionLog } from '../../lib/registry/versions.ts';
import { deleteObjectVersion, listObjectVersions, versionIdOf } from '../../lib/storage/object-versions.ts';

export interface SweepDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly modelsBucket: string;
  /** How long an artifact is kept after the last version that names it was retired. */
  readonly graceSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The result of one sweep. */
export interface SweepReport {
  /** One entry for each S3 version that was deleted. */
  readonly deleted: readonly string[];
  readonly kept: readonly { readonly key: string; readonly reason: string }[];
}

/** The logs of a model at one time. */
interface Logs {
  readonly versions: readonly VersionEntry[];
  readonly decisions: readonly DecisionEntry[];
}

/** One S3 version of an artifact or of one of its reports. */
interface StoredVersion {
  readonly key: string;
  /** Null when the bucket keeps no versions. */
  readonly versionId: string | null;
}

/**
 * Deletes the artifact and the reports of retired versions, with all their S3 versions. It does so when the
 * grace period is over and no version in use names the same artifact. The grace period lets functions finish
 * that still answer from a retired version. It does not protect trainings: the order of the writes does (see
 * artifact-claims.ts).
 *
 * An object without a version id is never deleted: deleting by key alone would also delete a newer object.
 */
export async function sweepArtifacts(
  model: string,
  logs: Logs,
  deps: SweepDependencies,
): Promise<SweepReport> {
  const due = new Set(artifactsDue(logs, deps.now() - deps.graceSeconds * 1000));
  const report = { deleted: [] as string[], kept: [] as { key: string; reason: string }[] };
  const kept = ({ key }: StoredVersion, reason: string) => report.kept.push({ key, reason });
  const doomed: (readonly [artifactSha256: string, stored: readonly StoredVersion[]])[] = [];
  for (const [artifactSha256, stored] of await storedVersions(model, due, deps)) {
    for (const each of stored.filter(({ versionId }) => versionId === null)) kept(each, UNVERSIONED);
    const versioned = stored.filter(({ versionId }) => versionId !== null);
    for (const { key, versionId } of versioned)
      await putTombstone(deps.table, { model, artifactSha256, key }, versionId!);
    doomed.push([artifactSha256, versioned]);
  }
  for (const [artifactSha256, stored] of doomed) {
    if (await isInUse(model, artifactSha256, deps)) {
      for (const each of stored) kept(each, IN_USE);
      continue;
    }
    for (const { key, versionId } of stored) {
      await deleteObjectVersion(deps.s3, { bucket: deps.modelsBucket, key, versionId: versionId! });
      report.deleted.push(key);
    }
  }
  return report;
}

const UNVERSIONED = 'it has no version id: turn versioning on for the bucket, and delete this object by hand';
const IN_USE = 'a training has claimed the artifact, or a version in use names it';

/** The artifacts that only retired versions name, where the last retirement was before `beforeMs`. */
function artifactsDue({ versions, decisions }: Logs, beforeMs: number): string[] {
  const retiredAtMs = new Map(
    decisions.flatMap(({ action, from, decided_at }) =>
      action === 'retire' && from !== null ? [[from, Date.parse(decided_at)] as const] : [],
    ),
  );
  const isDue = ({ version }: VersionEntry) => (retiredAtMs.get(version) ?? Infinity) <= beforeMs;
  const byArtifact = Map.groupBy(versions, ({ artifact_sha256 }) => artifact_sha256);
  return [...byArtifact].flatMap(([sha256, naming]) => (naming.every(isDue) ? [sha256] : []));
}

/**
 * The objects of these artifacts, `<model>/<sha256>.<ending>`, by sha256. Asks S3 only when there are any.
 */
async function storedVersions(
  model: string,
  artifacts: ReadonlySet<string>,
  { s3, modelsBucket }: SweepDependencies,
): Promise<Map<string, StoredVersion[]>> {
  const found = new Map<string, StoredVersion[]>();
  if (artifacts.size === 0) return found;
  for await (const version of listObjectVersions(s3, modelsBucket, `${model}/`)) {
    const key = version.Key!;
    const sha256 = key.slice(model.length + 1).split('.')[0]!;
    if (!artifacts.has(sha256)) continue;
    found.set(sha256, [...(found.get(sha256) ?? []), { key, versionId: versionIdOf(version) }]);
  }
  return found;
}

/** Whether a version that is not retired, or a training that may still register one, needs the artifact. */
async function isInUse(
  model: string,
  artifactSha256: string,
  { table }: SweepDependencies,
): Promise<boolean> {
  const claims = await claimsOn(table, model, artifactSha256);
  const versions = await versionLog(table, model);
  const decisions = await decisionLog(table, model);
  const isOver = ({ version }: VersionEntry) => isRetired(decisions, version);
  const naming = versions.filter(({ artifact_sha256 }) => artifact_sha256 === artifactSha256);
  const claiming = claims.map((claim) => versions.find(({ fingerprint }) => fingerprint === claim));
  return !naming.every(isOver) || !claiming.every((version) => version !== undefined && isOver(version));
}

import { aliasesOf } from './aliases.ts';
import { type DecisionEntry, isRetired } from './decisions.ts';
import type { VersionEntry } from './versions.ts';
import { waitingVersions } from './waiting-versions.ts';

/** The versions to keep. A version is retired only when none of these rules keeps it. */
export interface RetentionPolicy {
  /** Number of newest versions to keep. */
  readonly versions: number;
  /** Number of latest distinct champions to keep, with the present one: a rollback can return to them. */
  readonly champions: number;
  /** Versions registered within this many days are kept. */
  readonly days: number;
}

const DAY_MS = 86_400_000;

/**
 * The versions that no rule keeps, oldest first, without those that are already retired. What an alias names
 * is kept, and the newest version that waits for a person.
 */
export function versionsToRetire(
  versions: readonly VersionEntry[],
  log: readonly DecisionEntry[],
  policy: RetentionPolicy,
  nowMs: number,
): VersionEntry[] {
  const newest = versions.at(-1)?.version ?? 0;
  const champions = lastChampions(log, policy.champions);
  const aliased = [...aliasesOf(log).values()].map(({ alias }) => alias.to);
  const kept = new Set([...aliased, ...[...waitingVersions(log).keys()].slice(0, 1)]);
  return versions.filter(
    ({ version, registered_at }) =>
      version <= newest - policy.versions &&
      !champions.has(version) &&
      !kept.has(version) &&
      Date.parse(registered_at) < nowMs - policy.days * DAY_MS &&
      !isRetired(log, version),
  );
}

/** The present champion and the champions before it, up to `count` different versions. */
function lastChampions(log: readonly DecisionEntry[], count: number): Set<number> {
  const champions = new Set<number>();
  for (const { champion } of log.toReversed()) {
    if (champion !== null) champions.add(champion);
    if (champions.size >= count) break;
  }
  return champions;
}

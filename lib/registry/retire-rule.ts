import { type DecisionEntry, isRetired } from './decisions.ts';
import type { VersionEntry } from './versions.ts';

/** What is kept in use. A version is retired only when none of these keeps it. */
export interface RetentionPolicy {
  /** The newest so many versions, by number. */
  readonly versions: number;
  /** The last so many distinct champions, the present one included: to these one can roll back. */
  readonly champions: number;
  /** What was registered within so many days. */
  readonly days: number;
}

const DAY_MS = 86_400_000;

/** The versions that no rule keeps in use, oldest first; those that are retired already left out. */
export function versionsToRetire(
  versions: readonly VersionEntry[],
  log: readonly DecisionEntry[],
  policy: RetentionPolicy,
  nowMs: number,
): VersionEntry[] {
  const newest = versions.at(-1)?.version ?? 0;
  const champions = lastChampions(log, policy.champions);
  return versions.filter(
    ({ version, registered_at }) =>
      version <= newest - policy.versions &&
      !champions.has(version) &&
      Date.parse(registered_at) < nowMs - policy.days * DAY_MS &&
      !isRetired(log, version),
  );
}

/** The present champion, and those before it up to `count` different ones. */
function lastChampions(log: readonly DecisionEntry[], count: number): Set<number> {
  const champions = new Set<number>();
  for (const { champion } of log.toReversed()) {
    if (champion !== null) champions.add(champion);
    if (champions.size >= count) break;
  }
  return champions;
}

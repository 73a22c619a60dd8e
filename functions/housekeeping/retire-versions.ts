import { decisionLog } from '../../lib/registry/decisions.ts';
import { retireVersion } from '../../lib/registry/manual-decisions.ts';
import { type RetentionPolicy, versionsToRetire } from '../../lib/registry/retire-rule.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import type { VersionEntry } from '../../lib/registry/versions.ts';

export interface RetireDependencies {
  readonly table: RegistryTable;
  readonly policy: RetentionPolicy;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Retires the versions that the rule no longer keeps. Each decision is based on the log that the rule was
 * applied to. When another decision comes first, the rule is applied again.
 *
 * @param versions all versions of the model. Newer ones may exist by now; that only keeps more versions.
 * @returns the numbers of the versions that this call retired
 */
export async function retireVersions(
  model: string,
  versions: readonly VersionEntry[],
  { table, policy, now }: RetireDependencies,
): Promise<number[]> {
  const retired: number[] = [];
  for (;;) {
    const log = await decisionLog(table, model);
    const due = versionsToRetire(versions, log, policy, now());
    const next = due.find(({ version }) => !retired.includes(version));
    if (!next) return retired;
    const outcome = await retireVersion(
      table,
      {
        model,
        version: next.version,
        basedOn: log.at(-1)?.decision ?? 0,
        actor: 'housekeeping',
        reason: reasonOf(policy),
        decidedAt: new Date(now()).toISOString(),
      },
      true,
    );
    if (outcome.kind === 'decided') retired.push(next.version);
  }
}

const reasonOf = ({ versions, champions, days }: RetentionPolicy) =>
  `not among the newest ${versions} versions or the last ${champions} champions, and registered more than ${days} days ago`;

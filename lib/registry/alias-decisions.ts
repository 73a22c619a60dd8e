import { aliasesOf } from './aliases.ts';
import { appendDecision, type DecisionEntry, decisionLog, isRetired } from './decisions.ts';
import type { ManualDecision, ManualOutcome } from './manual-decisions.ts';
import type { RegistryTable } from './table.ts';
import { getVersion, type VersionEntry } from './versions.ts';

/** Few enough that a person can tell them apart. */
export const MAX_ALIASES = 20;

/** A change of an alias that a person asks for. */
export type AliasDecision = Omit<ManualDecision, 'version'> & { readonly alias: string };

/**
 * Gives an alias to a version, or moves it there.
 *
 * @param artifactExists whether the store has the version's artifact: requests by the alias need it
 */
export async function setAlias(
  table: RegistryTable,
  request: AliasDecision & { readonly version: number },
  artifactExists: (entry: VersionEntry) => Promise<boolean>,
): Promise<ManualOutcome> {
  const { model, version, alias: name, basedOn } = request;
  for (;;) {
    const log = await decisionLog(table, model);
    const current = log.at(-1);
    const aliases = aliasesOf(log);
    const from = aliases.get(name)?.alias.to ?? null;
    if (current && from === version) return { kind: 'in_force', current };
    const entry = await getVersion(table, model, version);
    if (!entry) return { kind: 'refused', refusal: 'unknown_version', current };
    if (isRetired(log, version)) return { kind: 'refused', refusal: 'retired', current };
    if ((current?.decision ?? 0) !== basedOn) return { kind: 'conflict', current };
    if (from === null && aliases.size >= MAX_ALIASES)
      return { kind: 'refused', refusal: 'alias_limit', current };
    if (!(await artifactExists(entry))) return { kind: 'refused', refusal: 'artifact_missing', current };
    const decided = await appendDecision(
      table,
      model,
      current,
      moving(request, current, { from, to: version }),
    );
    if (decided) return { kind: 'decided', entry: decided };
  }
}

/** Takes an alias away. */
export async function removeAlias(table: RegistryTable, request: AliasDecision): Promise<ManualOutcome> {
  const { model, alias: name, basedOn } = request;
  for (;;) {
    const log = await decisionLog(table, model);
    const current = log.at(-1);
    const from = aliasesOf(log).get(name)?.alias.to;
    // A model without any decision never had an alias.
    if (from === undefined && !wasAlias(log, name))
      return { kind: 'refused', refusal: 'unknown_alias', current };
    if (from === undefined) return { kind: 'in_force', current: current! };
    if (current!.decision !== basedOn) return { kind: 'conflict', current };
    const decided = await appendDecision(table, model, current, moving(request, current, { from, to: null }));
    if (decided) return { kind: 'decided', entry: decided };
  }
}

const wasAlias = (log: readonly DecisionEntry[], name: string) =>
  log.some(({ alias }) => alias?.name === name);

const moving = (
  { alias: name, actor, reason, decidedAt }: AliasDecision,
  state: DecisionEntry | undefined,
  moved: { readonly from: number | null; readonly to: number | null },
): Omit<DecisionEntry, 'decision'> => ({
  action: 'alias',
  automatic: false,
  champion: state?.champion ?? null,
  high_water: state?.high_water ?? null,
  actor,
  reason,
  from: null,
  to: null,
  alias: { name, ...moved },
  decided_at: decidedAt,
});

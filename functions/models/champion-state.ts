import type { ChampionAnswer, ChampionState, DecisionList } from '../../lib/http/schemas/models-api.ts';
import { type DecisionEntry, decisionLog, newestDecision } from '../../lib/registry/decisions.ts';
import { type LogWindow, listDecisions } from '../../lib/registry/listing.ts';
import { newestRefusal } from '../../lib/registry/newest-refusal.ts';
import { fateOf, whyNoChampion } from '../../lib/registry/no-champion.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { newestVersion, type VersionEntry } from '../../lib/registry/versions.ts';
import { requireModel } from './path.ts';

/** The state after the newest decision; `entry` is undefined before the first one. */
export function stateOf(model: string, entry: DecisionEntry | undefined): ChampionState {
  return {
    model,
    champion: entry?.champion ?? null,
    decision: entry?.decision ?? 0,
    action: entry?.action ?? null,
    from: entry?.from ?? null,
    to: entry?.to ?? null,
    actor: entry?.actor ?? null,
    reason: entry?.reason ?? null,
    decided_at: entry?.decided_at ?? null,
    ...(entry?.held === undefined ? {} : { held: entry.held }),
    ...(entry?.alias === undefined ? {} : { alias: entry.alias }),
  };
}

/**
 * The champion, and the decision on which a change must be based.
 *
 * @throws HttpError 404 for an unknown model
 */
export async function championAnswer(table: RegistryTable, model: string): Promise<ChampionAnswer> {
  const state = await newestDecision(table, model);
  if (state?.champion != null) return { ...stateOf(model, state), no_champion_because: null };
  const [{ log, newest }, refusal] = await Promise.all([standing(table, model), newestRefusal(table, model)]);
  return { ...stateOf(model, log.at(-1)), no_champion_because: absence(model, log, newest, refusal) };
}

/**
 * A page of a model's decisions, newest first.
 *
 * @throws HttpError 404 for an unknown model
 */
export async function decisionPage(
  table: RegistryTable,
  model: string,
  window: LogWindow,
): Promise<DecisionList> {
  const { entries, hasMore } = await listDecisions(table, model, window);
  if (entries.length === 0) await requireModel(table, model);
  return { decisions: [...entries], next: hasMore ? String(entries.at(-1)!.decision) : null };
}

/**
 * All decisions on a model, oldest first, and its newest version.
 *
 * @throws HttpError 404 for an unknown model
 */
export async function standing(
  table: RegistryTable,
  model: string,
): Promise<{ readonly log: readonly DecisionEntry[]; readonly newest: VersionEntry | undefined }> {
  const [log, newest] = await Promise.all([decisionLog(table, model), newestVersion(table, model)]);
  if (!newest) await requireModel(table, model);
  return { log, newest };
}

/**
 * Why there is no champion; null when there is one.
 *
 * @param refusal the result of newestRefusal
 */
export function absence(
  model: string,
  log: readonly DecisionEntry[],
  newest: VersionEntry | undefined,
  refusal: string | undefined,
): string | null {
  if (log.at(-1)?.champion != null) return null;
  return whyNoChampion(model, newest, newest && fateOf(log, newest.version), refusal).reason;
}

import {
  appendDecision,
  type DecisionEntry,
  decisionLog,
  isRetired,
  type SourcePosition,
  wasChampion,
} from './decisions.ts';
import { isOlder } from './source-order.ts';
import type { RegistryTable } from './table.ts';

/** Why a version was not promoted automatically. */
export type PromotionRefusal = 'older_source' | 'was_champion_before' | 'schema_changed' | 'retired';

export interface AutomaticPromotion {
  readonly model: string;
  readonly version: number;
  readonly source: SourcePosition;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly decidedAt: string;
  /** Whether predictions made for the champion's schema also fit this version's schema. */
  isCompatibleWith(championVersion: number): Promise<boolean>;
}

/**
 * Makes a newly trained version the champion, unless a rule forbids it. A version is not promoted when it was
 * retired, when a newer source was promoted before, when it was champion before (a late redelivery must not
 * undo a rollback), or when its schema would break the champion's callers. On conflict with another decision,
 * all rules are checked again.
 */
export async function promoteAutomatically(
  table: RegistryTable,
  promotion: AutomaticPromotion,
): Promise<
  | { readonly promoted: true; readonly decision: number }
  | { readonly promoted: false; readonly refusal: PromotionRefusal }
> {
  for (;;) {
    const log = await decisionLog(table, promotion.model);
    const state = log.at(-1);
    const refusal = await refuse(promotion, log, state);
    if (refusal) return { promoted: false, refusal };
    const entry = await appendDecision(table, promotion.model, state, {
      action: 'promote',
      automatic: true,
      champion: promotion.version,
      high_water: promotion.source,
      actor: 'train',
      reason: promotion.reason,
      from: state?.champion ?? null,
      to: promotion.version,
      decided_at: promotion.decidedAt,
    });
    if (entry) return { promoted: true, decision: entry.decision };
  }
}

async function refuse(
  promotion: AutomaticPromotion,
  log: readonly DecisionEntry[],
  state: DecisionEntry | undefined,
): Promise<PromotionRefusal | undefined> {
  if (isRetired(log, promotion.version)) return 'retired';
  if (wasChampion(log, promotion.version)) return 'was_champion_before';
  if (state?.high_water && isOlder(promotion.source, state.high_water)) return 'older_source';
  if (state?.champion != null && !(await promotion.isCompatibleWith(state.champion))) return 'schema_changed';
  return undefined;
}

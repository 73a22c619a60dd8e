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
import { waitingVersions } from './waiting-versions.ts';

/** Why a version was not promoted automatically. */
export type PromotionRefusal = 'older_source' | 'was_champion_before' | 'schema_changed' | 'retired' | 'held';

export interface AutomaticPromotion {
  readonly model: string;
  readonly version: number;
  readonly source: SourcePosition;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly decidedAt: string;
  /** Why it waits for a person, even where no rule forbids to promote it; undefined when it does not. */
  readonly heldBecause?: string | undefined;
  /** Whether predictions made for the champion's schema also fit this version's schema. */
  isCompatibleWith(championVersion: number): Promise<boolean>;
}

/**
 * Makes a newly trained version the champion, unless a rule forbids it. A version is not promoted when it was
 * retired, when a newer source was promoted before, when it was champion before (a late redelivery must not
 * undo a rollback), or when its schema would break the champion's callers. One that waits for a person is
 * held instead, once, unless a rule says that it is not wanted any more. On conflict with another decision,
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
    const isHeld = promotion.heldBecause !== undefined;
    if (isHeld && waitingVersions(log).has(promotion.version)) return { promoted: false, refusal: 'held' };
    const decided = isHeld ? holding(promotion, state) : promoting(promotion, state);
    const entry = await appendDecision(table, promotion.model, state, decided);
    if (entry)
      return isHeld ? { promoted: false, refusal: 'held' } : { promoted: true, decision: entry.decision };
  }
}

const promoting = (
  { version, source, reason, decidedAt }: AutomaticPromotion,
  state: DecisionEntry | undefined,
): Omit<DecisionEntry, 'decision'> => ({
  action: 'promote',
  automatic: true,
  champion: version,
  high_water: source,
  actor: 'train',
  reason,
  from: state?.champion ?? null,
  to: version,
  decided_at: decidedAt,
});

/** The mark stays: an older upload may still be promoted, and the wait then goes on. */
const holding = (
  { version, heldBecause = '', decidedAt }: AutomaticPromotion,
  state: DecisionEntry | undefined,
): Omit<DecisionEntry, 'decision'> => ({
  action: 'hold',
  automatic: true,
  champion: state?.champion ?? null,
  high_water: state?.high_water ?? null,
  actor: 'train',
  reason: heldBecause,
  from: null,
  to: null,
  held: version,
  decided_at: decidedAt,
});

async function refuse(
  promotion: AutomaticPromotion,
  log: readonly DecisionEntry[],
  state: DecisionEntry | undefined,
): Promise<PromotionRefusal | undefined> {
  if (isRetired(log, promotion.version)) return 'retired';
  if (wasChampion(log, promotion.version)) return 'was_champion_before';
  if (state?.high_water && isOlder(promotion.source, state.high_water)) return 'older_source';
  // A person sees for herself what it is asked with.
  if (promotion.heldBecause !== undefined) return undefined;
  if (state?.champion != null && !(await promotion.isCompatibleWith(state.champion))) return 'schema_changed';
  return undefined;
}

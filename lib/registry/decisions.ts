import * as z from 'zod/mini';
import { compareSequencers } from '../storage/object-events.ts';
import { type Item, numberedKey, type RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/** Where in the order of uploads a data set stands. */
const sourcePosition = z.object({
  key: z.string(),
  sequencer: z.nullable(z.string()),
  /** ISO 8601, UTC: S3's Last-Modified. */
  uploaded_at: z.string(),
});

export type SourcePosition = z.infer<typeof sourcePosition>;

/** One entry of a model's DECISION log. The newest one is the model's state; the log is its audit trail. */
export const decisionEntry = z.object({
  decision: z.int().check(z.minimum(1)),
  action: z.enum(['promote', 'rollback', 'retire']),
  automatic: z.boolean(),
  /** The champion after this decision. */
  champion: z.nullable(z.int()),
  /** The newest source that was ever promoted automatically. */
  high_water: z.nullable(sourcePosition),
  actor: z.string(),
  reason: z.string(),
  from: z.nullable(z.int()),
  to: z.nullable(z.int()),
  /** ISO 8601, UTC. */
  decided_at: z.string(),
});

export type DecisionEntry = z.infer<typeof decisionEntry>;

const PREFIX = 'DECISION';

/** The newest decision of a model, which names its champion; undefined before the first. */
export async function newestDecision(
  table: RegistryTable,
  model: string,
): Promise<DecisionEntry | undefined> {
  const item = await table.newest(modelPartition(model), PREFIX);
  return item && readEntry(item);
}

/** Why a version was not promoted automatically. */
export type PromotionRefusal = 'older_source' | 'was_champion_before' | 'schema_changed';

export interface AutomaticPromotion {
  readonly model: string;
  readonly version: number;
  readonly source: SourcePosition;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly decidedAt: string;
  /** Whether predictions made for the champion's schema also fit this version's. */
  isCompatibleWith(championVersion: number): Promise<boolean>;
}

/**
 * Makes a freshly trained version the champion, unless a rule forbids it: its source is older than one that was
 * promoted already, it was champion before (so that a late redelivery cannot undo a rollback), or its schema would
 * break the champion's callers. The decision's number is the compare-and-set: on conflict everything is judged anew.
 */
export async function promoteAutomatically(
  table: RegistryTable,
  promotion: AutomaticPromotion,
): Promise<
  | { readonly promoted: true; readonly decision: number }
  | { readonly promoted: false; readonly refusal: PromotionRefusal }
> {
  const pk = modelPartition(promotion.model);
  for (;;) {
    const log: DecisionEntry[] = [];
    for await (const item of table.list(pk, `${PREFIX}#`)) log.push(readEntry(item));
    const state = log.at(-1);
    const refusal = await refuse(promotion, log, state);
    if (refusal) return { promoted: false, refusal };
    const entry: DecisionEntry = {
      decision: (state?.decision ?? 0) + 1,
      action: 'promote',
      automatic: true,
      champion: promotion.version,
      high_water: promotion.source,
      actor: 'train',
      reason: promotion.reason,
      from: state?.champion ?? null,
      to: promotion.version,
      decided_at: promotion.decidedAt,
    };
    const outcome = await table.putIfAbsent({ pk, sk: numberedKey(PREFIX, entry.decision), ...entry });
    if (outcome.kind === 'written') return { promoted: true, decision: entry.decision };
  }
}

async function refuse(
  promotion: AutomaticPromotion,
  log: readonly DecisionEntry[],
  state: DecisionEntry | undefined,
): Promise<PromotionRefusal | undefined> {
  if (log.some((entry) => entry.to === promotion.version)) return 'was_champion_before';
  if (state?.high_water && isOlder(promotion.source, state.high_water)) return 'older_source';
  if (state?.champion != null && !(await promotion.isCompatibleWith(state.champion))) return 'schema_changed';
  return undefined;
}

/** Sequencers order the events of one key only; between keys the time of the upload decides. */
function isOlder(source: SourcePosition, mark: SourcePosition): boolean {
  if (source.key === mark.key && source.sequencer !== null && mark.sequencer !== null) {
    return compareSequencers(source.sequencer, mark.sequencer) < 0;
  }
  return source.uploaded_at < mark.uploaded_at;
}

function readEntry(item: Item): DecisionEntry {
  return z.parse(decisionEntry, item);
}

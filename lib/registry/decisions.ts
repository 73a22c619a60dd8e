import * as z from 'zod/mini';
import { type Item, numberedKey, type RegistryReads } from './item-reads.ts';
import type { RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/** The position of a data set in the order of uploads. */
export const sourcePosition = z.object({
  key: z.string(),
  sequencer: z.nullable(z.string()),
  /** ISO 8601, UTC: S3's Last-Modified. */
  uploaded_at: z.string(),
});

export type SourcePosition = z.infer<typeof sourcePosition>;

/** One entry of a model's DECISION log. The newest entry is the model's state; the log is its audit trail. */
export const decisionEntry = z.object({
  decision: z.int().check(z.minimum(1)),
  action: z.enum(['promote', 'rollback', 'retire', 'hold', 'alias']),
  automatic: z.boolean(),
  /** The champion after this decision. */
  champion: z.nullable(z.int()),
  /** The newest source of all promoted versions. */
  high_water: z.nullable(sourcePosition),
  actor: z.string(),
  reason: z.string(),
  /** The champion before; for a retirement, the retired version; null where the champion is not decided. */
  from: z.nullable(z.int()),
  /** The champion after; null where the champion is not decided. */
  to: z.nullable(z.int()),
  /** Of a hold: the version that passed the gate, and waits until a person promotes it. */
  held: z.optional(z.int()),
  /** Of an alias: its name, and the version that it named before and names now; null where it named none. */
  alias: z.optional(z.object({ name: z.string(), from: z.nullable(z.int()), to: z.nullable(z.int()) })),
  /** ISO 8601, UTC. */
  decided_at: z.string(),
});

export type DecisionEntry = z.infer<typeof decisionEntry>;

export const DECISION_PREFIX = 'DECISION';

/** The newest decision of a model, which names its champion; undefined before the first decision. */
export async function newestDecision(
  table: RegistryReads,
  model: string,
): Promise<DecisionEntry | undefined> {
  const item = await table.newest(modelPartition(model), DECISION_PREFIX);
  return item && readDecision(item);
}

/** A model's whole decision log, oldest first. The rules are checked against it. */
export async function decisionLog(table: RegistryReads, model: string): Promise<DecisionEntry[]> {
  const log: DecisionEntry[] = [];
  for await (const item of table.list(modelPartition(model), `${DECISION_PREFIX}#`))
    log.push(readDecision(item));
  return log;
}

/** The decisions after the one with a number, newest first. */
export async function* decisionsAfter(
  table: RegistryReads,
  model: string,
  decision: number,
): AsyncGenerator<DecisionEntry> {
  for await (const item of table.list(modelPartition(model), `${DECISION_PREFIX}#`, 'descending')) {
    const entry = readDecision(item);
    if (entry.decision <= decision) return;
    yield entry;
  }
}

/** The newest decisions of a model, at most `limit`, newest first. */
export async function newestDecisions(
  table: RegistryReads,
  model: string,
  limit: number,
): Promise<DecisionEntry[]> {
  return (await table.newestOf(modelPartition(model), DECISION_PREFIX, limit)).map(readDecision);
}

/**
 * Appends the decision that follows `state`. Its number works as a compare-and-set.
 *
 * @returns the entry, or undefined when another decision came first: the caller must then check all rules
 *   again
 */
export async function appendDecision(
  table: RegistryTable,
  model: string,
  state: DecisionEntry | undefined,
  decided: Omit<DecisionEntry, 'decision'>,
): Promise<DecisionEntry | undefined> {
  const entry = { decision: (state?.decision ?? 0) + 1, ...decided };
  const sk = numberedKey(DECISION_PREFIX, entry.decision);
  const outcome = await table.putIfAbsent({ pk: modelPartition(model), sk, ...entry });
  return outcome.kind === 'written' ? entry : undefined;
}

/** The newest version that an entry names. */
export const newestNamed = ({ from, to, held, alias }: DecisionEntry): number =>
  Math.max(0, ...[from, to, held, alias?.from, alias?.to].filter((version) => version != null));

/** Whether a version was ever the champion. */
export const wasChampion = (log: readonly DecisionEntry[], version: number) =>
  log.some(({ to }) => to === version);

/** Whether a version was retired, which is final. */
export const isRetired = (log: readonly DecisionEntry[], version: number) =>
  log.some(({ action, from }) => action === 'retire' && from === version);

export function readDecision(item: Item): DecisionEntry {
  return z.parse(decisionEntry, item);
}

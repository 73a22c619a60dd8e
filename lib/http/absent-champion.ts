import { newestDecisions } from '../registry/decisions.ts';
import type { RegistryReads } from '../registry/item-reads.ts';
import { newestRefusal } from '../registry/newest-refusal.ts';
import { fateOf, whyNoChampion } from '../registry/no-champion.ts';
import { newestVersion } from '../registry/versions.ts';
import type { HttpError } from './problem.ts';
import { unavailable } from './unavailable.ts';
import { unknownModel } from './unknown-model.ts';

/** Whoever asks must not make a function read a long log: what is older is not told as the reason. */
const DECISIONS_LOOKED_AT = 100;

/**
 * The error for a model without a champion: 404 when the registry does not know it, else 503 `no_champion`
 * with the reason and Retry-After.
 */
export async function absentChampion(table: RegistryReads, model: string): Promise<HttpError> {
  const newest = await newestVersion(table, model);
  const isKnown = newest !== undefined || (await table.get('MODELS', model)) !== undefined;
  const refusal = await newestRefusal(table, model);
  if (!isKnown) return unknownModel(model, undefined, refusal);
  const decisions = newest && (await newestDecisions(table, model, DECISIONS_LOOKED_AT));
  const fate = newest && decisions && fateOf(decisions.toReversed(), newest.version);
  const { reason, retryAfterSeconds } = whyNoChampion(model, newest, fate, refusal);
  return unavailable('no_champion', reason, retryAfterSeconds);
}

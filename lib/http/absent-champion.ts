import { decisionLog } from '../registry/decisions.ts';
import type { RegistryReads } from '../registry/item-reads.ts';
import { newestRefusal } from '../registry/newest-refusal.ts';
import { fateOf, whyNoChampion } from '../registry/no-champion.ts';
import { newestVersion } from '../registry/versions.ts';
import type { HttpError } from './problem.ts';
import { unavailable } from './unavailable.ts';
import { unknownModel } from './unknown-model.ts';

/**
 * The error for a model without a champion: 404 when the registry does not know it, else 503 `no_champion`
 * with the reason and Retry-After.
 */
export async function absentChampion(table: RegistryReads, model: string): Promise<HttpError> {
  const newest = await newestVersion(table, model);
  const isKnown = newest !== undefined || (await table.get('MODELS', model)) !== undefined;
  const refusal = await newestRefusal(table, model);
  if (!isKnown) return unknownModel(model, undefined, refusal);
  const fate = newest && fateOf(await decisionLog(table, model), newest.version);
  const { reason, retryAfterSeconds } = whyNoChampion(model, newest, fate, refusal);
  return unavailable('no_champion', reason, retryAfterSeconds);
}

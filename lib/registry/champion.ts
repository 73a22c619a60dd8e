import { type DecisionEntry, newestDecision } from './decisions.ts';
import type { RegistryReads } from './item-reads.ts';
import { getVersion, type VersionEntry } from './versions.ts';

/** The version that answers now, and the decision that made it so; each undefined where there is none. */
export interface Champion<Known> {
  readonly champion: VersionEntry | Known | undefined;
  readonly decision: DecisionEntry | undefined;
}

/**
 * A model's champion.
 *
 * @param known what is known of the last one: given back when it is still that version, which saves a read
 * @throws Error when the decision log names a version that the version log lacks
 */
export async function findChampion<Known extends { readonly version: number } = never>(
  table: RegistryReads,
  model: string,
  known?: Known,
): Promise<Champion<Known>> {
  const decision = await newestDecision(table, model);
  if (decision?.champion == null) return { champion: undefined, decision };
  const isKnown = known?.version === decision.champion;
  return { champion: isKnown ? known : await championEntry(table, model, decision.champion), decision };
}

/** The entry of a version that the decision log names. @throws Error when the version log lacks it */
export async function championEntry(
  table: RegistryReads,
  model: string,
  version: number,
): Promise<VersionEntry> {
  const entry = await getVersion(table, model, version);
  if (entry) return entry;
  throw new Error(`the decision log of "${model}" names v${version}, which the version log lacks`);
}

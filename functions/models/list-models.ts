import type { Caller } from '../../lib/http/access.ts';
import type { ModelList, ModelSummary } from '../../lib/http/schemas/models-api.ts';
import { newestDecision } from '../../lib/registry/decisions.ts';
import { knownModels } from '../../lib/registry/known-models.ts';
import { type Listing, listModelNames } from '../../lib/registry/listing.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { newestVersion } from '../../lib/registry/versions.ts';

interface NameWindow {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Returns a page of the models that a caller may see, each with its champion and its newest version. */
export async function listModels(
  table: RegistryTable,
  window: NameWindow,
  visible: Caller['models'],
): Promise<ModelList> {
  const { entries, hasMore } =
    visible === 'all' ? await listModelNames(table, window) : await pageOf(table, visible, window);
  const models = await Promise.all(entries.map((model) => summaryOf(table, model)));
  return { models, next: hasMore ? entries.at(-1)! : null };
}

/** A token is for few models, so all are looked up. */
async function pageOf(
  table: RegistryTable,
  names: readonly string[],
  { limit, after = '' }: NameWindow,
): Promise<Listing<string>> {
  const known = (await knownModels(table, names)).filter((name) => name > after);
  return { entries: known.slice(0, limit), hasMore: known.length > limit };
}

async function summaryOf(table: RegistryTable, model: string): Promise<ModelSummary> {
  const state = await newestDecision(table, model);
  const newest = await newestVersion(table, model);
  return {
    model,
    champion: state?.champion ?? null,
    decision: state?.decision ?? 0,
    decided_at: state?.decided_at ?? null,
    newest_version: newest?.version ?? null,
    registered_at: newest?.registered_at ?? null,
  };
}

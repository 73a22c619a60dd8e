import type { ModelList, ModelSummary } from '../../lib/http/schemas/models-api.ts';
import { newestDecision } from '../../lib/registry/decisions.ts';
import { listModelNames } from '../../lib/registry/listing.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { newestVersion } from '../../lib/registry/versions.ts';

/** Returns a page of the models, each with its champion and its newest version. */
export async function listModels(
  table: RegistryTable,
  window: { readonly limit: number; readonly after?: string | undefined },
): Promise<ModelList> {
  const { entries, hasMore } = await listModelNames(table, window);
  const models = await Promise.all(entries.map((model) => summaryOf(table, model)));
  return { models, next: hasMore ? entries.at(-1)! : null };
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

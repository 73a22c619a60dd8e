import { HttpError } from '../../lib/http/problem.ts';
import { aliasName } from '../../lib/http/schemas/alias-name.ts';
import type { AliasAnswer, AliasChange, AliasList } from '../../lib/http/schemas/models-api.ts';
import type { HttpEvent } from '../../lib/http/stack.ts';
import { unknownAlias } from '../../lib/http/unknown-alias.ts';
import { type AliasDecision, removeAlias, setAlias } from '../../lib/registry/alias-decisions.ts';
import { aliasesOf } from '../../lib/registry/aliases.ts';
import { isArtifactIntact } from '../../lib/registry/artifact-check.ts';
import { decisionLog } from '../../lib/registry/decisions.ts';
import type { ManualOutcome } from '../../lib/registry/manual-decisions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { shown } from '../../lib/text-safety.ts';
import { settledEntry } from './change.ts';
import type { ModelsDependencies } from './dependencies.ts';
import { requireModel } from './path.ts';

/**
 * The alias that the path names.
 *
 * @throws HttpError 404 when it is no name of an alias
 */
export function aliasOf({ pathParameters }: HttpEvent): string {
  const text = pathParameters?.alias ?? '';
  const parsed = aliasName.safeParse(text);
  if (parsed.success) return parsed.data;
  const message = `There can be no alias ${shown(text)}: ${parsed.error.issues[0]!.message}.`;
  throw new HttpError(404, 'unknown_alias', message);
}

/** The aliases of a model. @throws HttpError 404 for an unknown model */
export async function listAliases(table: RegistryTable, model: string): Promise<AliasList> {
  const log = await decisionLog(table, model);
  if (log.length === 0) await requireModel(table, model);
  const aliases = [...aliasesOf(log).values()].map(({ alias: { name, to }, decision, actor, ...entry }) => ({
    ...{ alias: name, version: to, model_version: `v${to}`, decision, actor },
    ...{ reason: entry.reason, decided_at: entry.decided_at },
  }));
  return { model, aliases, decision: log.at(-1)?.decision ?? 0 };
}

/** One alias. @throws HttpError 404 for an unknown model or alias */
export async function aliasAnswer(table: RegistryTable, model: string, name: string): Promise<AliasAnswer> {
  const { aliases } = await listAliases(table, model);
  const found = aliases.find(({ alias }) => alias === name);
  if (!found) throw unknownAlias(model, name);
  return { model, ...found };
}

/** A change of an alias that a person requests. */
type AliasRequest = Omit<AliasDecision, 'decidedAt'>;

/**
 * Gives an alias to a version, or moves it there.
 *
 * @throws HttpError 404 for an unknown model or version; 409 `conflict` when another decision came first,
 * `version_retired`, `artifact_missing` or `alias_limit`, each with the newest decision as `current`
 */
export async function putAlias(
  request: AliasRequest & { readonly version: number },
  deps: ModelsDependencies,
): Promise<AliasChange> {
  const { s3, table, modelsBucket, now } = deps;
  const decidedAt = new Date(now()).toISOString();
  const outcome = await setAlias(table, { ...request, decidedAt }, (entry) =>
    isArtifactIntact(s3, modelsBucket, entry),
  );
  return await changeOf(request, request.version, outcome, deps);
}

/**
 * Takes an alias away.
 *
 * @throws HttpError 404 for an unknown model or alias; 409 `conflict` when another decision came first
 */
export async function deleteAlias(request: AliasRequest, deps: ModelsDependencies): Promise<AliasChange> {
  const decidedAt = new Date(deps.now()).toISOString();
  const outcome = await removeAlias(deps.table, { ...request, decidedAt });
  if (outcome.kind === 'refused') {
    await requireModel(deps.table, request.model);
    throw unknownAlias(request.model, request.alias);
  }
  return await changeOf(request, null, outcome, deps);
}

async function changeOf(
  { model, alias, basedOn }: AliasRequest,
  version: number | null,
  outcome: ManualOutcome,
  deps: ModelsDependencies,
): Promise<AliasChange> {
  const { entry, changed } = await settledEntry({ model, version: version ?? 0, basedOn }, outcome, deps);
  return { model, alias, version, decision: entry.decision, changed };
}

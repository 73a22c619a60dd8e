import * as z from 'zod/mini';
import type { VersionDetail, VersionList, VersionSummary } from '../../lib/http/schemas/models-api.ts';
import { type DecisionEntry, decisionLog, isRetired } from '../../lib/registry/decisions.ts';
import { type LogWindow, listVersions } from '../../lib/registry/listing.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { readVersionSchema } from '../../lib/registry/version-schema.ts';
import type { VersionEntry } from '../../lib/registry/versions.ts';
import { boundedLists } from './bounded-lists.ts';
import type { ModelsDependencies } from './dependencies.ts';
import { requireModel, requireVersion } from './path.ts';

/**
 * Returns a page of a model's versions, newest first.
 *
 * @throws HttpError 404 for an unknown model
 */
export async function versionPage(
  table: RegistryTable,
  model: string,
  window: LogWindow,
): Promise<VersionList> {
  const [{ entries, hasMore }, log] = await Promise.all([
    listVersions(table, model, window),
    decisionLog(table, model),
  ]);
  if (entries.length === 0) await requireModel(table, model);
  return {
    versions: entries.map((entry) => summaryOf(entry, log)),
    next: hasMore ? String(entries.at(-1)!.version) : null,
  };
}

/**
 * Returns everything that the registry holds about one version, with its schema.
 *
 * @throws HttpError 404 for an unknown model or version
 */
export async function versionDetail(
  { s3, table, modelsBucket }: ModelsDependencies,
  model: string,
  version: number,
): Promise<VersionDetail> {
  const entry = await requireVersion(table, model, version);
  const { model: name, request_sha256: _, schema_key = null, schema_sha256 = null, ...held } = entry;
  return {
    model: name,
    ...standingOf(entry, await decisionLog(table, model)),
    ...held,
    schema: boundedSchema(await readVersionSchema(s3, modelsBucket, entry)),
    schema_key,
    schema_sha256,
  };
}

type Members = Readonly<Record<string, unknown>>;

/** A schema with as many of its columns' categories as can be sent. */
function boundedSchema(schema: Members): Members {
  const columns = Array.isArray(schema.columns) ? (schema.columns as Members[]) : [];
  const lists = columns.map((column) => Object.entries(column).filter(isList));
  const bounded = boundedLists(lists.flat().map(([, list]) => list)).values();
  const shown = columns.map((column, i) => ({
    ...column,
    ...Object.fromEntries(lists[i]!.map(([member]) => [member, bounded.next().value!])),
  }));
  return { ...schema, ...(schema.columns === undefined ? {} : { columns: shown }) };
}

const isList = (member: [string, unknown]): member is [string, string[]] => Array.isArray(member[1]);

function summaryOf(entry: VersionEntry, log: readonly DecisionEntry[]): VersionSummary {
  return {
    ...standingOf(entry, log),
    registered_at: entry.registered_at,
    macro_f1: entry.metrics.macro_f1 ?? null,
    gate_passed: entry.gate.passed,
    source_key: sourceKeyOf(entry),
    dataset_sha256: entry.dataset_sha256,
    artifact_sha256: entry.artifact_sha256,
  };
}

const standingOf = ({ version }: VersionEntry, log: readonly DecisionEntry[]) => ({
  version,
  model_version: `v${version}`,
  champion: log.at(-1)?.champion === version,
  retired: isRetired(log, version),
});

const sourced = z.object({ source: z.object({ key: z.string() }) });

function sourceKeyOf({ lineage }: VersionEntry): string | null {
  const parsed = z.safeParse(sourced, lineage);
  return parsed.success ? parsed.data.source.key : null;
}

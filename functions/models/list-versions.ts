import * as z from 'zod/mini';
import type { VersionDetail, VersionList, VersionSummary } from '../../lib/http/schemas/models-api.ts';
import { aliasesOf } from '../../lib/registry/aliases.ts';
import { type DecisionEntry, decisionLog } from '../../lib/registry/decisions.ts';
import { type Listing, type LogWindow, listVersions } from '../../lib/registry/listing.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { notesOn, notesTagged, notesWithin, type VersionNotes } from '../../lib/registry/version-notes.ts';
import { readVersionSchema } from '../../lib/registry/version-schema.ts';
import type { VersionEntry } from '../../lib/registry/versions.ts';
import { waitingVersions } from '../../lib/registry/waiting-versions.ts';
import { boundedLists } from './bounded-lists.ts';
import type { ModelsDependencies } from './dependencies.ts';
import { shownNotes } from './notes.ts';
import { requireModel, requireVersion } from './path.ts';

/**
 * Returns a page of a model's versions, newest first.
 *
 * @param window.tag lists only versions that have it
 * @throws HttpError 404 for an unknown model
 */
export async function versionPage(
  table: RegistryTable,
  model: string,
  { tag, ...window }: LogWindow & { readonly tag?: string | undefined },
): Promise<VersionList> {
  const [{ entries, hasMore, notes }, log] = await Promise.all([
    tag === undefined ? plainPage(table, model, window) : taggedPage(table, model, tag, window),
    decisionLog(table, model),
  ]);
  if (entries.length === 0) await requireModel(table, model);
  const standing = standingsIn(log);
  return {
    versions: entries.map((entry) => summaryOf(entry, standing(entry), notes.get(entry.version))),
    next: hasMore ? String(entries.at(-1)!.version) : null,
  };
}

/** Some versions, and the notes on them. */
type NotedVersions = Listing<VersionEntry> & { readonly notes: ReadonlyMap<number, VersionNotes> };

async function plainPage(table: RegistryTable, model: string, window: LogWindow): Promise<NotedVersions> {
  const listed = await listVersions(table, model, window);
  const count = listed.entries.length;
  if (count === 0) return { ...listed, notes: new Map() };
  const notes = await notesWithin(table, model, { newest: listed.entries[0]!.version, count });
  return { ...listed, notes };
}

async function taggedPage(
  table: RegistryTable,
  model: string,
  tag: string,
  { limit, before = Number.POSITIVE_INFINITY }: LogWindow,
): Promise<NotedVersions> {
  const found: VersionNotes[] = [];
  for await (const each of notesTagged(table, model, tag)) {
    if (each.version < before) found.push(each);
    if (found.length > limit) break;
  }
  const notes = new Map(found.slice(0, limit).map((each) => [each.version, each]));
  const entries = [...notes.keys()].map((version) => requireVersion(table, model, version));
  return { entries: await Promise.all(entries), hasMore: found.length > limit, notes };
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
    ...standingsIn(await decisionLog(table, model))(entry),
    notes: shownNotes(await notesOn(table, model, version)),
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

function summaryOf(entry: VersionEntry, standing: Standing, notes: VersionNotes | undefined): VersionSummary {
  const { tags, note } = shownNotes(notes);
  return {
    ...standing,
    tags,
    note,
    registered_at: entry.registered_at,
    macro_f1: entry.metrics.macro_f1 ?? null,
    gate_passed: entry.gate.passed,
    source_key: sourceKeyOf(entry),
    dataset_sha256: entry.dataset_sha256,
    artifact_sha256: entry.artifact_sha256,
  };
}

type Standing = Pick<
  VersionSummary,
  'version' | 'model_version' | 'champion' | 'retired' | 'waiting' | 'aliases'
>;

/** What the decisions say of each version; the log is gone through once for all of them. */
function standingsIn(log: readonly DecisionEntry[]): (entry: VersionEntry) => Standing {
  const retired = new Set(log.filter(({ action }) => action === 'retire').map(({ from }) => from));
  const waiting = waitingVersions(log);
  const aliases = [...aliasesOf(log)];
  const champion = log.at(-1)?.champion;
  return ({ version }) => ({
    version,
    model_version: `v${version}`,
    champion: champion === version,
    retired: retired.has(version),
    waiting: waiting.has(version),
    aliases: aliases.flatMap(([name, { alias }]) => (alias.to === version ? [name] : [])),
  });
}

const sourced = z.object({ source: z.object({ key: z.string() }) });

function sourceKeyOf({ lineage }: VersionEntry): string | null {
  const parsed = z.safeParse(sourced, lineage);
  return parsed.success ? parsed.data.source.key : null;
}

import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { KIND_NAMES } from '../../lib/columns/kinds.ts';
import { type ChampionCard, type ModelCard, understoodCard } from '../../lib/http/schemas/models-api.ts';
import { championEntry } from '../../lib/registry/champion.ts';
import type { DecisionEntry } from '../../lib/registry/decisions.ts';
import { newestMishap } from '../../lib/registry/newest-refusal.ts';
import { readVersionSchema } from '../../lib/registry/version-schema.ts';
import type { VersionEntry } from '../../lib/registry/versions.ts';
import { waitingVersions } from '../../lib/registry/waiting-versions.ts';
import { readObject } from '../../lib/storage/objects.ts';
import { boundedLists } from './bounded-lists.ts';
import { absence, standing } from './champion-state.ts';
import type { ModelsDependencies } from './dependencies.ts';

/** A feature may have more categories than a person wants to read here. */
const SHOWN_CATEGORIES = 100;
const SHOWN_WAITING = 20;

/** What a card needs from a version's schema. It is open, because a later release may add fields. */
const trainedSchema = z.object({
  label: z.string(),
  feature_order: z.array(z.string()),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.enum(KIND_NAMES),
      nullable: z.boolean(),
      categories: z.optional(z.array(z.string())),
    }),
  ),
});

const trainedLineage = z.object({
  source: z.object({
    key: z.string(),
    version_id: z.nullable(z.string()),
    sha256: z.nullable(z.string()),
    uploaded_at: z.string(),
  }),
  upload_id: z.string(),
  rows: z.object({ read: z.int(), accepted: z.int(), rejected: z.int(), blank: z.int() }),
  classes: z.int(),
  /** Absent in versions that were registered before predictions were counted by class. */
  largest_classes: z.optional(z.array(z.string())),
  understood: z.optional(z.nullable(understoodCard)),
  algorithm_version: z.int(),
  code_version: z.string(),
});

/**
 * Summarises a model for a person: which version answers now, how to ask it, how good it is, where it comes
 * from and who decided so.
 *
 * @throws HttpError 404 for an unknown model
 */
export async function cardOf(model: string, deps: ModelsDependencies): Promise<ModelCard> {
  const [{ log, newest }, mishap] = await Promise.all([
    standing(deps.table, model),
    newestMishap(deps.table, model),
  ]);
  const state = log.at(-1);
  return {
    model,
    champion: state?.champion == null ? null : await championCard(model, state.champion, log, deps),
    no_champion_because: absence(model, log, newest, mishap?.words),
    newest_upload_refused: mishap?.status === 'refused' ? mishap.words : null,
    newest_upload_failed: mishap && mishap.status !== 'refused' ? mishap.words : null,
    waiting: [...waitingVersions(log)]
      .slice(0, SHOWN_WAITING)
      .map(([version, { reason, decided_at: held_at }]) => ({
        ...{ version, model_version: `v${version}` },
        ...{ reason, held_at },
      })),
    decision: state?.decision ?? 0,
    newest_version: newest?.version ?? null,
    counts: {
      versions: newest?.version ?? 0,
      retired: new Set(log.filter(({ action }) => action === 'retire').map(({ from }) => from)).size,
      decisions: log.length,
    },
  };
}

async function championCard(
  model: string,
  version: number,
  log: readonly DecisionEntry[],
  { s3, table, modelsBucket }: ModelsDependencies,
): Promise<ChampionCard> {
  const entry = await championEntry(table, model, version);
  const promoted = log.findLast(({ to }) => to === version);
  if (!promoted) throw new Error(`the decision log of "${model}" names v${version}, which no entry promoted`);
  const lineage = z.parse(trainedLineage, entry.lineage);
  return {
    version,
    model_version: `v${version}`,
    promoted: {
      decision: promoted.decision,
      action: promoted.action,
      automatic: promoted.automatic,
      actor: promoted.actor,
      reason: promoted.reason,
      decided_at: promoted.decided_at,
    },
    registered_at: entry.registered_at,
    schema: schemaCard(await readVersionSchema(s3, modelsBucket, entry), {
      count: lineage.classes,
      labels: await classLabels(s3, modelsBucket, entry.report_key),
      counted: lineage.largest_classes ?? null,
    }),
    understood: lineage.understood ?? null,
    metrics: entry.metrics,
    gate: entry.gate,
    settings: entry.settings,
    lineage: lineageCard(entry, lineage),
  };
}

function schemaCard(
  schema: Readonly<Record<string, unknown>>,
  classes: ChampionCard['schema']['classes'],
): ChampionCard['schema'] {
  const { label, columns, feature_order } = z.parse(trainedSchema, schema);
  const listed = boundedLists(columns.map(({ categories = [] }) => categories.slice(0, SHOWN_CATEGORIES)));
  const features = columns.map(({ name, type, nullable, categories }, i) => ({
    name,
    type,
    nullable,
    category_count: categories?.length ?? null,
    categories: categories ? listed[i]! : null,
  }));
  return { label, classes, features, feature_order };
}

function lineageCard(entry: VersionEntry, lineage: z.infer<typeof trainedLineage>): ChampionCard['lineage'] {
  return {
    source: lineage.source,
    upload_id: lineage.upload_id,
    rows: lineage.rows,
    dataset_sha256: entry.dataset_sha256,
    artifact_sha256: entry.artifact_sha256,
    artifact_key: entry.artifact_key,
    report_key: entry.report_key,
    algorithm_version: lineage.algorithm_version,
    code_version: lineage.code_version,
  };
}

const reportedClasses = z.object({ classes: z.array(z.string()) });

/** The registry keeps only the number of classes. The report, stored beside the artifact, names them. */
async function classLabels(s3: S3Client, bucket: string, reportKey: string): Promise<string[] | null> {
  const bytes = await readObject(s3, { bucket, key: reportKey });
  if (!bytes) return null;
  return z.parse(reportedClasses, JSON.parse(Buffer.from(bytes).toString('utf8'))).classes;
}

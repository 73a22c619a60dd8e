import * as z from 'zod/mini';
import { type ResultChoices, resultFormat } from '../batch/result-choices.ts';
import { canonicalJson } from '../canonical-json.ts';
import { sha256Hex } from '../sha256.ts';
import { cutToBytes } from '../text-safety.ts';
import type { Listing } from './listing.ts';
import { putNotice } from './notices.ts';
import type { RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/** How a batch stands. All but `running` are for good, until a failed one is started again. */
export const BATCH_STATES = ['running', 'done', 'failed', 'refused'] as const;

export type BatchState = (typeof BATCH_STATES)[number];

/** The most times that one batch is started. */
export const MAX_BATCH_ATTEMPTS = 3;

/** Places within an attempt. A late commit is true, so that it may follow a failure that was told of it. */
const RANKS: Readonly<Record<BatchState, number>> = { running: 1, failed: 2, refused: 3, done: 3 };
const RANKS_PER_ATTEMPT = 10;

const count = z.int().check(z.minimum(0));

/** One batch: `sk=BATCH#<batch id>` of its model. What decides its answer is pinned when it starts. */
export const batchEntry = z.object({
  model: z.string(),
  batch_id: z.string(),
  state: z.enum(BATCH_STATES),
  attempt: z.int().check(z.minimum(1)),
  /** One sentence for people: why it was refused or failed. */
  reason: z.optional(z.string()),
  key: z.string(),
  version_id: z.nullable(z.string()),
  size_bytes: count,
  /** The version of schema.json beside the file; null without one. */
  contract_version_id: z.nullable(z.string()),
  /** The model that answers; null when there was none, and the batch is refused for it. */
  version: z.nullable(z.int()),
  artifact_key: z.nullable(z.string()),
  artifact_sha256: z.nullable(z.string()),
  explain: z.boolean(),
  // Entries of before there was a choice have neither.
  probabilities: z._default(z.boolean(), false),
  format: z._default(resultFormat, 'csv'),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  ended_at: z.optional(z.string()),
  /** Known once it is planned. */
  lots: z.optional(count),
  rows: z.optional(z.object({ read: count, predicted: count, rejected: count, blank: count })),
});

export type BatchEntry = z.infer<typeof batchEntry>;

/** What makes two batches the same one: the same bytes read and answered the same way, and the same model. */
export interface BatchIdentity {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly contractSha256: string | null;
  readonly artifactSha256: string | null;
  readonly choices: ResultChoices;
  /** What is wrong with the request; a mended one is another batch. */
  readonly fault: string | undefined;
}

/**
 * The id of a batch, which is also the name of the execution that runs it. What is as it was before there was
 * a choice is left out, so that such batches keep their ids.
 */
export function batchId({ choices: { explain, probabilities, format }, fault, ...input }: BatchIdentity) {
  const choices = {
    explain,
    ...(probabilities ? { probabilities } : {}),
    ...(format === 'csv' ? {} : { format }),
  };
  return sha256Hex(canonicalJson({ ...input, ...choices, ...(fault === undefined ? {} : { fault }) }));
}

const sortKey = (id: string) => `BATCH#${id}`;
const timePartition = (model: string) => `BATCHES#${model}`;

/** The most bytes of a reason. */
const MAX_REASON_BYTES = 1024;

/** Moves a batch forward. @returns false when it is that far already: then nothing changes */
export async function recordBatch(table: RegistryTable, entry: BatchEntry): Promise<boolean> {
  const { model, batch_id: id, attempt, state, started_at, reason } = entry;
  const rank = attempt * RANKS_PER_ATTEMPT + RANKS[state];
  // Before the step itself, as with uploads.
  if (state !== 'running') {
    const notice = { kind: 'batch', model, batch_id: id, state, batch_rank: rank } as const;
    await putNotice(table, `${model}#batch#${id}#${rank}`, notice);
  }
  return await table.advance(modelPartition(model), sortKey(id), rank, {
    ...entry,
    // What an earlier attempt came to says nothing of this one.
    reason: reason === undefined ? undefined : cutToBytes(reason, MAX_REASON_BYTES),
    ended_at: entry.ended_at,
    rows: entry.rows,
    time_pk: timePartition(model),
    time_sk: `${started_at}#${id}`,
  });
}

/** Notes in how many lots a batch is predicted. */
export async function noteLots(
  table: RegistryTable,
  { model, batch_id }: Pick<BatchEntry, 'model' | 'batch_id'>,
  lots: number,
): Promise<void> {
  await table.setIfPresent(modelPartition(model), sortKey(batch_id), 'lots', lots);
}

/** A batch, or undefined when there is none of that id. */
export async function getBatch(
  table: RegistryTable,
  model: string,
  id: string,
): Promise<BatchEntry | undefined> {
  return (await getRankedBatch(table, model, id))?.entry;
}

/** A batch with its rank, or undefined when there is none of that id. */
export async function getRankedBatch(
  table: RegistryTable,
  model: string,
  id: string,
): Promise<{ readonly entry: BatchEntry; readonly rank: number } | undefined> {
  const item = await table.get(modelPartition(model), sortKey(id));
  return item && { entry: z.parse(batchEntry, item), rank: Number(item.rank) };
}

/** The position of a batch in time order. */
export type BatchMoment = Pick<BatchEntry, 'started_at' | 'batch_id'>;

/** A model's batches, newest first. They come from an index, which may be slightly older than the entries. */
export async function listBatches(
  table: RegistryTable,
  model: string,
  { limit, after }: { readonly limit: number; readonly after?: BatchMoment | undefined },
): Promise<Listing<BatchEntry>> {
  const startKey = after && {
    pk: modelPartition(model),
    sk: sortKey(after.batch_id),
    time_pk: timePartition(model),
    time_sk: `${after.started_at}#${after.batch_id}`,
  };
  const { items, hasMore } = await table.pageByTime(timePartition(model), { limit, after: startKey });
  return { entries: items.map((item) => z.parse(batchEntry, item)), hasMore };
}

import * as z from 'zod/mini';
import type { Item } from './item-reads.ts';
import type { RegistryTable } from './table.ts';

/**
 * What shall be told as an event and stands in no log: `pk=NOTICES`, one item each, put before what it tells
 * of, and deleted once the event is in the outbox. One partition, so that one query finds all of them: models
 * that have only refused files, too, which no list of models names.
 */
const NOTICES = 'NOTICES';

/** The steps of an upload that are told. */
const TOLD = ['refused', 'failed', 'training_failed'] as const;

export type ToldStatus = (typeof TOLD)[number];

export const isTold = (status: string): status is ToldStatus => TOLD.some((told) => told === status);

const model = z.string();
const version = z.int();

/**
 * The notices by kind. They hold ids and counts, never a text that quotes data: what a notice holds, an event
 * may show.
 */
const notice = z.discriminatedUnion('kind', [
  /** An upload reached a rank of the ledger, or is about to: the ledger decides. */
  z.object({
    kind: z.literal('upload'),
    model,
    upload_id: z.string(),
    status: z.enum(TOLD),
    upload_rank: z.number(),
  }),
  /** A batch reached a rank, or is about to: its entry decides. */
  z.object({
    kind: z.literal('batch'),
    model,
    batch_id: z.string(),
    state: z.string(),
    batch_rank: z.number(),
  }),
  /** A comparison found drift. */
  z.object({
    kind: z.literal('drift'),
    model,
    version,
    artifact_sha256: z.string(),
    records: z.int(),
    from: z.string(),
    to: z.string(),
    columns: z.int(),
    drifting: z.int(),
  }),
]);

export type Notice = z.infer<typeof notice>;

/** A notice with its key. */
export interface KeptNotice {
  readonly sk: string;
  readonly notice: Notice;
}

/**
 * Puts a notice unless it is there.
 *
 * @param sk begins with the model's name, so that the notices of a model stand together
 */
export async function putNotice(table: RegistryTable, sk: string, given: Notice): Promise<void> {
  await table.advance(NOTICES, sk, 1, given);
}

/** All notices, in the order of their keys. */
export async function* notices(table: RegistryTable): AsyncGenerator<KeptNotice> {
  for await (const item of table.list(NOTICES, '')) yield { sk: item.sk, notice: readNotice(item) };
}

/** Deletes a notice whose event is in the outbox, or that tells of nothing. */
export async function endNotice(table: RegistryTable, { sk }: Pick<KeptNotice, 'sk'>): Promise<void> {
  await table.remove(NOTICES, sk);
}

const readNotice = (item: Item): Notice => z.parse(notice, item);

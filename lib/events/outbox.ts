import * as z from 'zod/mini';
import { type Item, numberedKey } from '../registry/item-reads.ts';
import type { RegistryTable } from '../registry/table.ts';
import { type CloudEvent, cloudEvent, type EventDraft, eventAt } from './event.ts';

/**
 * The outbox: `pk=EVENTS`.
 *
 * - `sk=EVENT#<n>`: a gapless, append-only log of all events, put if absent.
 * - `sk=CURSOR#<model>`: up to where the logs of a model are in the outbox.
 * - `sk=DELIVERED`: up to where the outbox was delivered.
 * - `sk=START`: when it was first written to.
 *
 * A cursor moves after what it counts is written. A crash in between repeats what was done, with the same
 * ids.
 */
const EVENTS = 'EVENTS';
const EVENT_PREFIX = 'EVENT';

/** Up to where the two logs of a model are in the outbox. */
const logCursor = z.object({ model: z.string(), versions: z.int(), decisions: z.int() });

export type LogCursor = z.infer<typeof logCursor>;

/** Appends to the outbox. Several may do so at once: each place is taken by one of them. */
export class OutboxWriter {
  readonly #table: RegistryTable;
  #next: number | undefined;

  constructor(table: RegistryTable) {
    this.#table = table;
  }

  async append(draft: EventDraft): Promise<void> {
    for (;;) {
      this.#next ??= (await newestSequence(this.#table)) + 1;
      const event = eventAt(this.#next, draft);
      const sk = numberedKey(EVENT_PREFIX, event.sequence);
      const outcome = await this.#table.putIfAbsent({ pk: EVENTS, sk, ...event });
      this.#next = outcome.kind === 'written' ? event.sequence + 1 : undefined;
      if (outcome.kind === 'written') return;
    }
  }
}

/** The number of the newest event; 0 before the first. */
export async function newestSequence(table: RegistryTable): Promise<number> {
  const item = await table.newest(EVENTS, EVENT_PREFIX);
  return item ? readEvent(item).sequence : 0;
}

/** Some events in the order of the outbox, and whether more follow. */
export interface EventPage {
  readonly events: readonly CloudEvent[];
  readonly hasMore: boolean;
}

/** The events after a place of the outbox, oldest first. */
export async function eventsAfter(table: RegistryTable, after: number, limit: number): Promise<EventPage> {
  const { items, hasMore } = await table.page(EVENTS, `${EVENT_PREFIX}#`, {
    limit,
    order: 'ascending',
    after: numberedKey(EVENT_PREFIX, after),
  });
  return { events: items.map(readEvent), hasMore };
}

/** The cursors of all models, by name. */
export async function logCursors(table: RegistryTable): Promise<Map<string, LogCursor>> {
  const cursors = new Map<string, LogCursor>();
  for await (const item of table.list(EVENTS, 'CURSOR#')) {
    const cursor = z.parse(logCursor, item);
    cursors.set(cursor.model, cursor);
  }
  return cursors;
}

/** Moves a model's cursor forward. Both logs only grow, so that their sum orders all cursors of a model. */
export async function moveCursor(table: RegistryTable, cursor: LogCursor): Promise<void> {
  await table.advance(EVENTS, `CURSOR#${cursor.model}`, cursor.versions + cursor.decisions, cursor);
}

/** Up to where the outbox was delivered. */
export async function deliveredUpTo(table: RegistryTable): Promise<number> {
  return Number((await table.get(EVENTS, 'DELIVERED'))?.rank ?? 0);
}

export async function noteDelivered(table: RegistryTable, sequence: number): Promise<void> {
  await table.advance(EVENTS, 'DELIVERED', sequence, {});
}

/** When the outbox was first written to. @param nowMs is taken when it was never */
export async function startedAtMs(table: RegistryTable, nowMs: number): Promise<number> {
  return Number(await table.setOnce(EVENTS, 'START', 'at_ms', nowMs));
}

const readEvent = (item: Item): CloudEvent => z.parse(cloudEvent, item);

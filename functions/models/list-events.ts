import { eventsAfter, newestSequence } from '../../lib/events/outbox.ts';
import type { EventList } from '../../lib/http/schemas/events.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';

/**
 * Returns events in the order of the outbox.
 *
 * @param window.after the `sequence` of the last event that is known; without it the newest ones are listed
 */
export async function listEvents(
  table: RegistryTable,
  { limit, after }: { readonly limit: number; readonly after?: number | undefined },
): Promise<EventList> {
  const from = after ?? Math.max(0, (await newestSequence(table)) - limit);
  const { events, hasMore } = await eventsAfter(table, from, limit);
  return { events: [...events], after: events.at(-1)?.sequence ?? from, has_more: hasMore };
}

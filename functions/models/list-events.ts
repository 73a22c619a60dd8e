import { eventsAfter, newestSequence } from '../../lib/events/outbox.ts';
import { type Caller, isForModel } from '../../lib/http/access.ts';
import type { EventList } from '../../lib/http/schemas/events.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';

/**
 * Returns events in the order of the outbox. Those of models that the caller may not see are left out of a
 * page, which so may hold fewer than the limit, or none, although more follow.
 *
 * @param window.after the `sequence` of the last event that is known; without it the newest ones are listed
 */
export async function listEvents(
  table: RegistryTable,
  { limit, after }: { readonly limit: number; readonly after?: number | undefined },
  caller: Pick<Caller, 'models'>,
): Promise<EventList> {
  const from = after ?? Math.max(0, (await newestSequence(table)) - limit);
  const { events, hasMore } = await eventsAfter(table, from, limit);
  const visible = events.filter(({ subject }) => isForModel(caller, subject));
  return { events: visible, after: events.at(-1)?.sequence ?? from, has_more: hasMore };
}

import type { CloudEvent } from '../../lib/events/event.ts';
import { deliveredUpTo, eventsAfter, newestSequence, noteDelivered } from '../../lib/events/outbox.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';

/** Sends one event. It throws when the event must be sent again before any that follows it. */
export type SendEvent = (event: CloudEvent) => Promise<void>;

export interface DeliverDependencies {
  readonly table: RegistryTable;
  /** Undefined where events are only listed: those that came until now are then not sent later either. */
  readonly send: SendEvent | undefined;
  /** Whether there is time to send one more. */
  readonly hasTime: () => boolean;
}

const PAGE = 50;

/**
 * Sends the events of the outbox that were not sent, one after the other, each at least once: which one was
 * last is noted after it was sent.
 *
 * @returns how many were sent, and whether some are left for the next call
 */
export async function deliver(
  deps: DeliverDependencies,
): Promise<{ readonly delivered: number; readonly isDone: boolean }> {
  const { table, send, hasTime } = deps;
  if (!send) {
    await noteDelivered(table, await newestSequence(table));
    return { delivered: 0, isDone: true };
  }
  let after = await deliveredUpTo(table);
  for (let delivered = 0; ; ) {
    const { events, hasMore } = await eventsAfter(table, after, PAGE);
    for (const event of events) {
      if (!hasTime()) return { delivered, isDone: false };
      await send(event);
      await noteDelivered(table, event.sequence);
      after = event.sequence;
      delivered += 1;
    }
    if (!hasMore) return { delivered, isDone: true };
  }
}

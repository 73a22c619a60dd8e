import * as z from 'zod/mini';
import { cloudEvent } from '../../events/event.ts';
import { limit } from './paging.ts';

const AFTER = 'expected a whole number from 0 to 999999999999, as "after" of an answer gave it';

/** The query of the list of events. */
export const eventsQuery = z.strictObject({
  limit,
  after: z.optional(
    z
      .int(AFTER)
      .check(
        z.minimum(0, AFTER),
        z.maximum(999_999_999_999, AFTER),
        z.describe('Only events that come after this `sequence`. Without it, the newest ones.'),
      ),
  ),
});

/** `GET /events` */
export const eventList = z.object({
  events: z.array(cloudEvent).check(z.describe('Oldest first, as CloudEvents 1.0.')),
  after: z.int().check(z.describe('Pass it as `after` to get what comes next, now or later.')),
  has_more: z.boolean().check(z.describe('Whether more events are there already.')),
});

export type EventList = z.infer<typeof eventList>;

import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  EVENT_SABOTAGES,
  type EventSabotage,
  type EventsWorld,
  openEventsWorld,
  runEvents,
} from '../simulation/events-world.ts';

/** The first seeds that `test:deep -- events --sabotage <name>` finds. */
const NOTICED_BY: Readonly<Record<EventSabotage, number>> = {
  notice_before_step: 1,
  sent_before_noted: 8,
  cursor_after_append: 1,
};

let world: EventsWorld;
beforeAll(async () => {
  world = await openEventsWorld();
});
afterAll(() => world.close());

it.for(EVENT_SABOTAGES)('an event is lost without %s', async (sabotage) => {
  const seed = NOTICED_BY[sabotage];
  expect((await runEvents(world, seed)).problems, `seed ${seed} with everything in place`).toEqual([]);
  expect((await runEvents(world, seed, sabotage)).problems.length, `seed ${seed}`).toBeGreaterThan(0);
});

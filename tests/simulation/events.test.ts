import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EventsWorld, openEventsWorld, runEvents } from './events-world.ts';

/** `npm run test:slow` shows that each mechanism is missed, `npm run test:deep -- events` runs 1,000. */
const SCHEDULES = 7;

let world: EventsWorld;
beforeAll(async () => {
  world = await openEventsWorld();
});
afterAll(() => world.close());

it(`no event is lost, or told out of order, whatever crashes between registry and bus (seeds 1 to ${SCHEDULES})`, async () => {
  let crashes = 0;
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const outcome = await runEvents(world, seed);
    expect(outcome.problems, `seed ${seed}\n${outcome.log.join('\n')}`).toEqual([]);
    crashes += outcome.crashes;
  }
  expect(crashes).toBeGreaterThan(SCHEDULES);
});

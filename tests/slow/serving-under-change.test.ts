import { afterAll, beforeAll, expect, it } from 'vitest';
import { openServingWorld, runServing, type ServingWorld } from '../simulation/serving-world.ts';

const SEED = 1;

let world: ServingWorld;
beforeAll(async () => {
  world = await openServingWorld();
});
afterAll(() => world.close());

it('a thousand clients at once get what tests/simulation/serving-under-change.test.ts holds for fewer', async () => {
  const outcome = await runServing(world, { seed: SEED, clients: 1000, decisions: 100 });
  expect(outcome.violations, `seed ${SEED}`).toEqual([]);
  expect(outcome.unavailable).toBeLessThan(outcome.answers / 100);
  expect(outcome.concurrent).toBe(1000);
  expect(outcome.answers).toBeGreaterThan(500);
  expect(outcome.staleOfOthers).toBeGreaterThan(0);
  expect(outcome.loads).toBeGreaterThan(25);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openServingWorld,
  runServing,
  SERVING_SABOTAGES,
  type ServingWorld,
} from '../simulation/serving-world.ts';

const SEED = 1;
const MAX_SEEDS = 5;

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

it.for(SERVING_SABOTAGES)('predictions violate this without the %s', async (sabotage) => {
  // The machine decides the order of calls: one run may miss a fault that another one finds.
  let found: readonly string[] = [];
  for (let seed = SEED; seed < SEED + MAX_SEEDS && found.length === 0; seed++)
    found = (await runServing(world, { seed, clients: 50, decisions: 300, sabotage })).violations;
  expect(found, `seeds ${SEED} to ${SEED + MAX_SEEDS - 1}`).not.toEqual([]);
});

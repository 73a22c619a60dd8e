import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from '../helpers/unreliable-client.ts';
import { openServingWorld, runServing, SERVING_SABOTAGES, type ServingWorld } from './serving-world.ts';

/** A run depends on the clock, and takes longer on a busy machine. */
const TIMEOUT_MS = 300_000;
/** `npm run test:deep -- serving` continues from this seed. */
const SEED = 1;
const MAX_SEEDS = 5;

let world: ServingWorld;
beforeAll(async () => {
  world = await openServingWorld();
});
afterAll(() => world.close());

describe('predictions while champions change and S3 and DynamoDB fail at 30% of all calls', {
  timeout: TIMEOUT_MS,
}, () => {
  it('come from the version that they name, say when they are stale, and are never a 5xx once a model is loaded', async () => {
    const outcome = await runServing(world, { seed: SEED, clients: 1000, decisions: 100 });
    expect(outcome.violations, `seed ${SEED}`).toEqual([]);
    expect(outcome.unavailable).toBeLessThan(outcome.answers / 100);
    // The run must contain the situations that it tests.
    expect(outcome.concurrent).toBe(1000);
    expect(outcome.answers).toBeGreaterThan(500);
    expect(outcome.staleOfOthers).toBeGreaterThan(0);
    expect(outcome.loads).toBeGreaterThan(25);
    expect(Object.keys(outcome.faults).sort()).toEqual([...FAULTS].sort());
  });

  it.for(SERVING_SABOTAGES)('violate this without the %s', async (sabotage) => {
    // The machine decides the order of calls: one run may miss a fault that another one finds.
    let found: readonly string[] = [];
    for (let seed = SEED; seed < SEED + MAX_SEEDS && found.length === 0; seed++)
      found = (await runServing(world, { seed, clients: 50, decisions: 300, sabotage })).violations;
    expect(found, `seeds ${SEED} to ${SEED + MAX_SEEDS - 1}`).not.toEqual([]);
  });
});

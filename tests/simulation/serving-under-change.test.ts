import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from '../helpers/unreliable-client.ts';
import { openServingWorld, runServing, type ServingWorld } from './serving-world.ts';

/** A run depends on the clock, and takes longer on a busy machine. */
const TIMEOUT_MS = 300_000;
/** `npm run test:deep -- serving` continues from this seed. */
const SEED = 1;
/** `npm run test:slow` has 1,000, and shows that these schedules notice each mechanism that is missing. */
const CLIENTS = 150;

let world: ServingWorld;
beforeAll(async () => {
  world = await openServingWorld();
});
afterAll(() => world.close());

describe('predictions while champions change, clocks are set and S3 and DynamoDB fail at 30% of all calls', {
  timeout: TIMEOUT_MS,
}, () => {
  it('are each from the one version that they name, never a 5xx once a model was loaded, and say when they are stale', async () => {
    const outcome = await runServing(world, {
      seed: SEED,
      clients: CLIENTS,
      decisions: 100,
      minAnswers: 500,
    });
    expect(outcome.violations, `seed ${SEED}`).toEqual([]);
    expect(outcome.unavailable).toBeLessThan(outcome.answers / 100);
    // That the run had in it what it is about.
    expect(outcome.concurrent).toBe(CLIENTS);
    expect(outcome.answers).toBeGreaterThan(500);
    expect(outcome.staleOfOthers).toBeGreaterThan(0);
    expect(outcome.loads).toBeGreaterThan(25);
    expect(outcome.steps).toBeGreaterThan(10);
    expect(outcome.gone).toBeGreaterThan(0);
    expect(Object.keys(outcome.faults).sort()).toEqual([...FAULTS].sort());
  });
});

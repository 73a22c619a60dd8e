import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LIVENESS_SABOTAGES,
  type LivenessSabotage,
  type LivenessWorld,
  openLivenessWorld,
  runLiveness,
} from './liveness-world.ts';

/** Those of NOTICED_BY among them. `npm run test:deep -- liveness` searches 1,000. */
const SEEDS = [1, 2, 3, 4, 9, 52];

/**
 * Seeds of schedules that notice a missing mechanism: the first that `test:deep -- liveness --sabotage
 * <name>` finds.
 */
const NOTICED_BY: Readonly<Record<LivenessSabotage, number>> = {
  counted_before: 3,
  attempt_limit: 9,
  failed_state: 3,
  drive_count: 52,
  delete_marker: 4,
};

let world: LivenessWorld;
beforeAll(async () => {
  world = await openLivenessWorld();
});
afterAll(() => world.close());

describe('uploads under faults that stay: of S3, of DynamoDB, of the training, and killed processes', () => {
  it.for(SEEDS)('end after three attempts at most, and are never started again (seed %i)', async (seed) => {
    const { problems, log } = await runLiveness(world, { seed });
    expect(problems, `seed ${seed}\n${log.join('\n')}`).toEqual([]);
  });

  it.for(LIVENESS_SABOTAGES)('do not without %s', async (sabotage) => {
    const seed = NOTICED_BY[sabotage];
    expect(SEEDS).toContain(seed);
    const { problems } = await runLiveness(world, { seed, sabotage });
    expect(problems, `seed ${seed}`).not.toEqual([]);
  });
});

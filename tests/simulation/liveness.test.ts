import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LivenessWorld, openLivenessWorld, runLiveness } from './liveness-world.ts';

/** `npm run test:slow` has those that notice a missing mechanism, `test:deep -- liveness` 1,000. */
const SEEDS = [1, 2, 3, 9];

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

  it.for([1, 9])('end as well where a state machine trains, whose jobs wait (seed %i)', async (seed) => {
    const { problems, log } = await runLiveness(world, { seed, trainsElsewhere: true });
    expect(problems, `seed ${seed}\n${log.join('\n')}`).toEqual([]);
  });
});

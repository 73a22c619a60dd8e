import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  LIVENESS_SABOTAGES,
  type LivenessSabotage,
  type LivenessWorld,
  openLivenessWorld,
  runLiveness,
} from '../simulation/liveness-world.ts';

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
  running_training: 2,
};

let world: LivenessWorld;
beforeAll(async () => {
  world = await openLivenessWorld();
});
afterAll(() => world.close());

it.for(LIVENESS_SABOTAGES)(
  'uploads under faults that stay go on without %s, and end with it',
  async (sabotage) => {
    const seed = NOTICED_BY[sabotage];
    const trainsElsewhere = sabotage === 'running_training';
    const { problems, log } = await runLiveness(world, { seed, trainsElsewhere });
    expect(problems, `seed ${seed}\n${log.join('\n')}`).toEqual([]);
    const without = await runLiveness(world, { seed, sabotage, trainsElsewhere });
    expect(without.problems, `seed ${seed}`).not.toEqual([]);
  },
);

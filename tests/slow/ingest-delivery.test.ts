import { afterAll, beforeAll, expect, it } from 'vitest';
import { SABOTAGES, type Sabotage } from '../helpers/faulty-client.ts';
import { type IngestWorld, openIngestWorld, runSchedule } from '../simulation/ingest-world.ts';

/**
 * Seeds of schedules that notice a missing mechanism: the first that `test:deep -- ingest-delivery --sabotage
 * <name>` finds.
 */
const NOTICED_BY: Readonly<Record<Sabotage, number>> = {
  manifest_check: 2,
  rank_condition: 1,
  if_none_match: 3,
  frozen_basis: 283,
  frozen_contract: 35,
  detail_removal: 701,
};

let world: IngestWorld;
beforeAll(async () => {
  world = await openIngestWorld();
});
afterAll(() => world.close());

it.for(SABOTAGES)(
  'uploads delivered out of order end in another state without %s, in the same one with it',
  async (sabotage) => {
    const seed = NOTICED_BY[sabotage];
    const { differences, log } = await runSchedule(world, { seed });
    expect(differences, `seed ${seed}\n${log.join('\n')}`).toEqual([]);
    const without = await runSchedule(world, { seed, sabotage });
    expect(without.differences, `seed ${seed}`).not.toEqual([]);
  },
);

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SABOTAGES, type Sabotage } from '../helpers/faulty-client.ts';
import { type IngestWorld, openIngestWorld, runSchedule } from './ingest-world.ts';

/** Those of NOTICED_BY among them. `npm run test:deep -- ingest-delivery` searches 1,000. */
const SEEDS = [1, 2, 3, 11, 35, 70, 283, 1103];

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
  detail_removal: 1103,
};

let world: IngestWorld;
beforeAll(async () => {
  world = await openIngestWorld();
});
afterAll(() => world.close());

describe('uploads delivered five times, shuffled, with crashes and lost replies between any two writes', () => {
  it.for(SEEDS)('end in the same state as a single delivery (seed %i)', async (seed) => {
    const { differences, log } = await runSchedule(world, { seed });
    expect(differences, `seed ${seed}\n${log.join('\n')}`).toEqual([]);
  });

  it('make the same calls whenever a seed is run', async () => {
    const runs = [await runSchedule(world, { seed: 11 }), await runSchedule(world, { seed: 11 })];
    const [first, second] = runs.map(({ log }) => log.join('\n').replaceAll(/[0-9a-f]{64}/g, '<id>'));
    expect(second).toBe(first);
    expect(runs[0]!.log.length).toBeGreaterThan(50);
  });

  it.for(SABOTAGES)('end in another state without %s', async (sabotage) => {
    const seed = NOTICED_BY[sabotage];
    expect(SEEDS).toContain(seed);
    const { differences } = await runSchedule(world, { seed, sabotage });
    expect(differences, `seed ${seed}`).not.toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SABOTAGES, type Sabotage } from '../helpers/faulty-client.ts';
import { type IngestWorld, openIngestWorld, runSchedule } from './ingest-world.ts';

/** Those of NOTICED_BY among them. `npm run test:deep -- ingest-delivery` searches 1,000. */
const SEEDS = [1, 2, 3, 11, 113];

/** Schedules that notice when a mechanism is missing: the first of `test:deep -- ingest-delivery --sabotage <name>`. */
const NOTICED_BY: Readonly<Record<Sabotage, number>> = {
  manifest_check: 2,
  rank_condition: 1,
  if_none_match: 1,
  frozen_basis: 11,
  detail_removal: 113,
};

let world: IngestWorld;
beforeAll(async () => {
  world = await openIngestWorld();
});
afterAll(() => world.close());

describe('uploads delivered five times, shuffled, with crashes and lost replies between any two writes', () => {
  it.for(SEEDS)('end in the state of a single delivery (seed %i)', async (seed) => {
    const { differences, log } = await runSchedule(world, { seed });
    expect(differences, `seed ${seed}\n${log.join('\n')}`).toEqual([]);
  });

  it('take the same course each time that a seed is run', async () => {
    const courses = [await runSchedule(world, { seed: 11 }), await runSchedule(world, { seed: 11 })];
    const [first, second] = courses.map(({ log }) => log.join('\n').replaceAll(/[0-9a-f]{64}/g, '<id>'));
    expect(second).toBe(first);
    expect(courses[0]!.log.length).toBeGreaterThan(50);
  });

  it.for(SABOTAGES)('do not without %s', async (sabotage) => {
    const seed = NOTICED_BY[sabotage];
    expect(SEEDS).toContain(seed);
    const { differences } = await runSchedule(world, { seed, sabotage });
    expect(differences, `seed ${seed}`).not.toEqual([]);
  });
});

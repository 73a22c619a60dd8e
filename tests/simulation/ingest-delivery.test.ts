import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IngestWorld, openIngestWorld, runSchedule } from './ingest-world.ts';

/** `npm run test:slow` has those that notice a missing mechanism, `test:deep -- ingest-delivery` 1,000. */
const SEEDS = [1, 2, 11, 70];

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
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BatchWorld,
  differencesOf,
  openBatchWorld,
  runBatchSchedule,
} from '../simulation/batch-world.ts';

/** `npm run test:deep -- batch` searches 1,000. */
const SEEDS = [1, 2];
/** Its file makes a result in Parquet of two lots. */
const PARQUET_SEED = 44;

let world: BatchWorld;
beforeAll(async () => {
  world = await openBatchWorld();
});
afterAll(() => world.close());

const rows = (count: number) => {
  const lines = Array.from({ length: count }, (_, i) => `3.58,0.078,${i % 30},pale green`);
  return { name: 'file.csv', bytes: Buffer.from(`length,width,leaves,shade\n${lines.join('\n')}\n`) };
};

describe('a batch whose steps are throttled, killed and lost, that is told of twice and restarted', () => {
  it.for([...SEEDS, PARQUET_SEED])('ends as one run over the whole file does (seed %i)', async (seed) => {
    const outcome = await runBatchSchedule({ world, seed, trouble: { share: 0.4 } });
    expect(differencesOf(outcome), `seed ${seed}`).toEqual([]);
  });
});

describe('a batch that cannot be done ends, with a reason, and without a result', () => {
  const failed = async (trouble: object, count = 200) =>
    await runBatchSchedule({ world, seed: 5, trouble: { share: 0, ...trouble }, file: rows(count) });

  it('when a lot kills every worker', async () => {
    const { entry, keys } = await failed({ poisonLot: 2 });
    expect(entry).toMatchObject({ state: 'failed', reason: expect.stringContaining('killed') });
    expect(keys.filter((key) => !key.startsWith('_parts/'))).toEqual([]);
  });

  it('when a lot failed and the interpreter passed over it', async () => {
    const { entry, keys } = await failed({ swallowedLot: 1 });
    expect(entry).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^lot 2 of \d+, from line \d+, has no part; \d+ lots have one$/),
    });
    expect(keys.filter((key) => !key.startsWith('_parts/'))).toEqual([]);
  });

  it('when its version is retired half-way', async () => {
    const { entry, keys } = await failed({ meanwhile: 'retire' });
    expect(entry).toMatchObject({ state: 'failed', reason: expect.stringContaining('v1 was retired') });
    expect(keys.filter((key) => !key.startsWith('_parts/'))).toEqual([]);
  });

  it('when its file is deleted half-way', async () => {
    const { entry, keys } = await failed({ meanwhile: 'delete_input' });
    expect(entry).toMatchObject({ state: 'failed', reason: expect.stringContaining('was deleted') });
    expect(keys.filter((key) => !key.startsWith('_parts/'))).toEqual([]);
  });
});

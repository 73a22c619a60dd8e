import { searchSchedules } from '../helpers/search-schedules.ts';
import { differencesOf, openBatchWorld, runBatchSchedule } from '../simulation/batch-world.ts';

/**
 * Predicts random files in lots of random size, while steps are throttled, killed and lost, the file is told
 * of again and the executions are restarted, and compares the results with one run over the whole file:
 * `npm run test:deep -- batch --schedules 1000 --seed 1`.
 */
await searchSchedules('batch', 'one run', openBatchWorld, async (world, seed) => {
  const outcome = await runBatchSchedule({ world, seed, trouble: { share: 0.4 } });
  return { differences: differencesOf(outcome), fates: outcome.fates };
});

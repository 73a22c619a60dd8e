import { randomCutTable } from '../helpers/cut-table.ts';
import { searchSchedules } from '../helpers/search-schedules.ts';
import { xorshift } from '../helpers/xorshift.ts';
import { differencesFrom } from '../simulation/set-differences.ts';
import { openSetWorld, runSetSchedule } from '../simulation/set-world.ts';

/**
 * Reads random tables that are cut at random places, while parts come late, twice and out of order, steps are
 * throttled, killed and lost, and the set is completed and told of again, and compares what comes of it with
 * one file: `npm run test:deep -- data-sets --schedules 1000 --seed 1`.
 */
await searchSchedules('data-sets', 'one file', openSetWorld, async (world, seed) => {
  const { whole, parts } = randomCutTable(xorshift(seed * 2_654_435_761 + 1));
  const outcome = await runSetSchedule({ world, seed, parts, trouble: { share: 0.4 } });
  return { differences: await differencesFrom(whole, outcome), fates: outcome.fates };
});

import { randomCutTable } from '../helpers/cut-table.ts';
import { searchOptions } from '../helpers/search-options.ts';
import { xorshift } from '../helpers/xorshift.ts';
import { differencesFrom } from '../simulation/set-differences.ts';
import { openSetWorld, runSetSchedule, type SetFate } from '../simulation/set-world.ts';

/**
 * Reads random tables that are cut at random places, while parts come late, twice and out of order, steps are
 * throttled, killed and lost, and the set is completed and told of again, and compares what comes of it with
 * one file: `npm run test:deep -- data-sets --schedules 1000 --seed 1`.
 */
const { schedules, firstSeed } = searchOptions('data-sets', [], { schedules: 1000, sabotaged: 0 });
process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';

const world = await openSetWorld();
const fates: Partial<Record<SetFate, number>> = {};
let failed = 0;
for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
  const { whole, parts } = randomCutTable(xorshift(seed * 2_654_435_761 + 1));
  const outcome = await runSetSchedule({ world, seed, parts, trouble: { share: 0.4 } });
  const differences = await differencesFrom(whole, outcome);
  for (const [fate, count] of Object.entries(outcome.fates))
    fates[fate as SetFate] = (fates[fate as SetFate] ?? 0) + count;
  if (differences.length > 0) {
    failed++;
    process.stdout.write(`seed ${seed}:\n  ${differences.join('\n  ')}\n`);
  }
  if ((seed - firstSeed + 1) % 50 === 0)
    process.stdout.write(`${seed - firstSeed + 1} of ${schedules}, next seed ${seed + 1}\n`);
}
await world.close();
const counted = Object.entries(fates).map(([fate, count]) => `${count} ${fate}`);
process.stdout.write(
  `${schedules} schedules from seed ${firstSeed} (${counted.join(', ')}): ${failed} end otherwise than one file\n`,
);
process.exitCode = failed > 0 ? 1 : 0;

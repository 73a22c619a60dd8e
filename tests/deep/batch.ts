import { searchOptions } from '../helpers/search-options.ts';
import { differencesOf, type Fate, openBatchWorld, runBatchSchedule } from '../simulation/batch-world.ts';

/**
 * Predicts random files in lots of random size, while steps are throttled, killed and lost, the file is told
 * of again and the executions are restarted, and compares the results with one run over the whole file:
 * `npm run test:deep -- batch --schedules 1000 --seed 1`.
 */
const { schedules, firstSeed } = searchOptions('batch', [], { schedules: 1000, sabotaged: 0 });
process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';

const world = await openBatchWorld();
const fates: Partial<Record<Fate, number>> = {};
let failed = 0;
for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
  const outcome = await runBatchSchedule({ world, seed, trouble: { share: 0.4 } });
  const differences = differencesOf(outcome);
  for (const [fate, count] of Object.entries(outcome.fates)) {
    fates[fate as Fate] = (fates[fate as Fate] ?? 0) + count;
  }
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
  `${schedules} schedules from seed ${firstSeed} (${counted.join(', ')}): ${failed} end otherwise than one run\n`,
);
process.exitCode = failed > 0 ? 1 : 0;

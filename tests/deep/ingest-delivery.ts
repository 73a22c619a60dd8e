import { parseArgs } from 'node:util';
import { openIngestWorld, runSchedule } from '../helpers/ingest-world.ts';

/**
 * Delivers events five times over, shuffled, with crashes and lost replies between any two writes, and holds the final state
 * against that of a single delivery: `npm run test:deep -- ingest-delivery --schedules 1000 --seed 1`. Every schedule follows
 * from its seed; a failing one is printed with what differs.
 */
const { values } = parseArgs({
  options: { schedules: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [schedules, firstSeed] = [Number(values.schedules), Number(values.seed)];
process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';

const world = await openIngestWorld();
let failed = 0;
try {
  for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
    const { differences, traits } = await runSchedule(world, { seed });
    if (differences.length > 0) {
      failed += 1;
      process.stdout.write(`seed ${seed} (${traits.join('; ')}):\n  ${differences.join('\n  ')}\n`);
    }
    if ((seed - firstSeed + 1) % 25 === 0)
      process.stdout.write(`${seed - firstSeed + 1} of ${schedules}, next seed ${seed + 1}\n`);
  }
} finally {
  await world.close();
}
process.stdout.write(
  `${schedules} schedules from seed ${firstSeed}: ${failed} end in another state than a single delivery\n`,
);
process.exitCode = failed > 0 ? 1 : 0;

import { SABOTAGES, type Sabotage } from '../helpers/faulty-client.ts';
import { searchOptions } from '../helpers/search-options.ts';
import { openIngestWorld, runSchedule } from '../simulation/ingest-world.ts';

/**
 * Delivers each event five times, shuffled, with crashes and lost replies between any two writes, and
 * compares the final state with that of a single delivery: `npm run test:deep -- ingest-delivery --schedules
 * 1000 --seed 1`. Every schedule depends only on its seed. A failing one is printed with the differences.
 *
 * `--sabotage <mechanism>` removes one of the mechanisms that make redelivery harmless, and succeeds when a
 * schedule fails: this shows that the search notices the fault.
 */
const { schedules, firstSeed, sabotage } = searchOptions('ingest-delivery', SABOTAGES, {
  schedules: 1000,
  sabotaged: 150,
});
process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
process.exitCode = sabotage ? await showPower(sabotage) : await search();

/** Runs all schedules. Returns 1 when any ends in another state than a single delivery. */
async function search(): Promise<number> {
  let failed = 0;
  for await (const { seed, differences, traits } of outcomes()) {
    if (differences.length > 0) {
      failed += 1;
      process.stdout.write(`seed ${seed} (${traits.join('; ')}):\n  ${differences.join('\n  ')}\n`);
    }
    if ((seed - firstSeed + 1) % 25 === 0)
      process.stdout.write(`${seed - firstSeed + 1} of ${schedules}, next seed ${seed + 1}\n`);
  }
  process.stdout.write(
    `${schedules} schedules from seed ${firstSeed}: ${failed} end in another state than a single delivery\n`,
  );
  return failed > 0 ? 1 : 0;
}

/** Runs schedules until one fails. Returns 1 when none does. */
async function showPower(name: Sabotage): Promise<number> {
  for await (const { seed, differences, traits } of outcomes(name)) {
    if (differences.length === 0) continue;
    const count = seed - firstSeed + 1;
    process.stdout.write(`without ${name}, schedule ${count} (seed ${seed}; ${traits.join('; ')}) fails:\n`);
    process.stdout.write(`  ${differences.join('\n  ')}\n`);
    return 0;
  }
  process.stdout.write(`without ${name}, none of ${schedules} schedules from seed ${firstSeed} fails\n`);
  return 1;
}

async function* outcomes(name?: Sabotage) {
  const world = await openIngestWorld();
  try {
    for (let seed = firstSeed; seed < firstSeed + schedules; seed++)
      yield { seed, ...(await runSchedule(world, { seed, sabotage: name })) };
  } finally {
    await world.close();
  }
}

import { searchOptions } from '../helpers/search-options.ts';
import {
  LIVENESS_SABOTAGES,
  type LivenessSabotage,
  openLivenessWorld,
  runLiveness,
} from '../simulation/liveness-world.ts';

/**
 * Uploads files while one call of ingest or train fails, most often for ever, and lets housekeeping run for
 * half a day: `npm run test:deep -- liveness --schedules 1000 --seed 1`. Every upload must end after three
 * attempts at most, and nothing may be started again after that. Every schedule depends only on its seed. A
 * failing one is printed with what happened.
 *
 * `--sabotage <mechanism>` takes out one of the mechanisms that end uploads, and succeeds when a schedule
 * fails: this shows that the search notices the fault.
 */
const { schedules, firstSeed, sabotage } = searchOptions('liveness', LIVENESS_SABOTAGES, {
  schedules: 1000,
  sabotaged: 100,
});
process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
process.exitCode = sabotage ? await showPower(sabotage) : await search();

/** Runs all schedules. Returns 1 when anything has no end in one of them. */
async function search(): Promise<number> {
  let failed = 0;
  const ended: Record<string, number> = {};
  for await (const { seed, problems, log, endings } of outcomes()) {
    for (const [status, count] of Object.entries(endings)) ended[status] = (ended[status] ?? 0) + count;
    if (problems.length > 0) {
      failed += 1;
      process.stdout.write(`seed ${seed}:\n  ${problems.join('\n  ')}\n    ${log.join('\n    ')}\n`);
    }
    if ((seed - firstSeed + 1) % 25 === 0)
      process.stdout.write(`${seed - firstSeed + 1} of ${schedules}, next seed ${seed + 1}\n`);
  }
  process.stdout.write(
    `${schedules} schedules from seed ${firstSeed}: in ${failed} something has no end; uploads ended as ${JSON.stringify(ended)}\n`,
  );
  return failed > 0 ? 1 : 0;
}

/** Runs schedules until one fails. Returns 1 when none does. */
async function showPower(name: LivenessSabotage): Promise<number> {
  for await (const { seed, problems } of outcomes(name)) {
    if (problems.length === 0) continue;
    process.stdout.write(`without ${name}, seed ${seed} fails:\n  ${problems.join('\n  ')}\n`);
    return 0;
  }
  process.stdout.write(`without ${name}, none of ${schedules} schedules from seed ${firstSeed} fails\n`);
  return 1;
}

async function* outcomes(name?: LivenessSabotage) {
  const world = await openLivenessWorld();
  try {
    for (let seed = firstSeed; seed < firstSeed + schedules; seed++)
      yield {
        seed,
        // Every second one in the deep run, and all that look for that mechanism.
        ...(await runLiveness(world, {
          seed,
          sabotage: name,
          trainsElsewhere: name === 'running_training' || (name === undefined && seed % 2 === 0),
        })),
      };
  } finally {
    await world.close();
  }
}

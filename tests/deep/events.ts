import { parseArgs } from 'node:util';
import {
  EVENT_SABOTAGES,
  type EventsOutcome,
  openEventsWorld,
  runEvents,
} from '../simulation/events-world.ts';

/**
 * Schedules with crashes between the registry and the bus: `npm run test:deep -- events --runs 1000 --seed
 * 1`. Every schedule depends only on its seed. `--sabotage <mechanism>` takes one away, and succeeds when a
 * schedule notices.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    sabotage: { type: 'string' },
  },
});
process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';

const runs = Number(values.runs);
const firstSeed = Number(values.seed);
const sabotage = EVENT_SABOTAGES.find((name) => name === values.sabotage);
const totals = { sent: 0, repeated: 0, crashes: 0 };
let failed = 0;
let world = await openEventsWorld();
for (let done = 0; done < runs && !(sabotage && failed > 0); ) {
  const seed = firstSeed + done;
  const outcome = await runEvents(world, seed, sabotage);
  add(outcome);
  if (outcome.problems.length > 0) {
    failed += 1;
    process.stdout.write(`seed ${seed} fails:\n  ${outcome.problems.join('\n  ')}\n`);
    if (!sabotage) process.stdout.write(`    ${outcome.log.join('\n    ')}\n`);
  }
  done += 1;
  if (done % 100 === 0) {
    process.stdout.write(`${done} of ${runs}, ${failed} failed; to go on: --seed ${firstSeed + done}\n`);
    // Each schedule leaves a table.
    await world.close();
    world = await openEventsWorld();
  }
}
await world.close();
process.stdout.write(
  `${totals.sent} events sent, ${totals.repeated} of them again, ${totals.crashes} crashes; ${failed} schedules failed\n`,
);
process.exitCode = failed > 0 === (sabotage !== undefined) ? 0 : 1;

function add({ sent, repeated, crashes }: EventsOutcome): void {
  totals.sent += sent;
  totals.repeated += repeated;
  totals.crashes += crashes;
}

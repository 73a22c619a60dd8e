/**
 * Draws tables, training sets and batches. Counts false alarms without drift, and findings with drift: `npm
 * run test:deep -- drift --count 1000 --seed 1 [--baseline 150]`. Each simulation depends only on its seed:
 * an interrupted run can continue from the last printed seed, and its counts add to the earlier ones.
 */
import { parseArgs } from 'node:util';
import {
  BASELINE_ROWS,
  BATCH_ROWS,
  FAMILY_WISE_ERROR,
  realTables,
  SHIFTED_ROWS,
  simulate,
  upperTail,
} from '../simulation/drift-simulation.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    baseline: { type: 'string' },
  },
});
const [count, firstSeed] = [Number(values.count), Number(values.seed)];
const baselines = BASELINE_ROWS.filter(
  (rows) => values.baseline === undefined || rows === Number(values.baseline),
);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(firstSeed) || baselines.length === 0) {
  process.stderr.write(
    `usage: npm run test:deep -- drift [--count <simulations>] [--seed <first seed>] [--baseline ${BASELINE_ROWS.join('|')}]\n`,
  );
  process.exit(2);
}

/** The bound counts as broken when the number of alarms would have a smaller probability than this. */
const IMPLAUSIBLE = 0.001;
const WANTED_POWER = 0.95;

let failures = 0;
const tables = await realTables();
for (const baselineRows of baselines) failures += run(baselineRows);
process.exitCode = failures > 0 ? 1 : 0;

/** Runs all simulations against training sets of one size and returns the number of missed goals. */
function run(baselineRows: number): number {
  const tallies = BATCH_ROWS.map((rows) => ({ rows, alarms: 0, psiModerate: 0, psiLarge: 0 }));
  const shift = { found: 0, best: 0, missed: new Map<string, number>() };
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const simulation = simulate(seed, baselineRows, tables);
    simulation.driftFree.forEach(({ alarm, psi }, i) => {
      const tally = tallies[i]!;
      tally.alarms += Number(alarm);
      tally.psiModerate += Number(psi > 0.1);
      tally.psiLarge += Number(psi > 0.25);
    });
    const { found, kind, bestPower } = simulation.shift;
    shift.found += Number(found);
    shift.best += bestPower;
    if (!found) shift.missed.set(kind, (shift.missed.get(kind) ?? 0) + 1);
    const done = seed - firstSeed + 1;
    if (done % 50 === 0) {
      const alarms = tallies.map((tally) => tally.alarms).join(', ');
      process.stderr.write(
        `baseline ${baselineRows}: ${done} of ${count}, false alarms ${alarms}, shifts found ${shift.found}, next seed ${seed + 1}\n`,
      );
    }
  }
  return reportOn(baselineRows, tallies, shift);
}

function reportOn(
  baselineRows: number,
  tallies: readonly { rows: number; alarms: number; psiModerate: number; psiLarge: number }[],
  shift: { found: number; best: number; missed: Map<string, number> },
): number {
  const percent = (part: number) => `${((100 * part) / count).toFixed(1)}%`;
  let missedGoals = 0;
  process.stdout.write(`baseline ${baselineRows}, ${count} training sets from seed ${firstSeed}\n`);
  for (const { rows, alarms, psiModerate, psiLarge } of tallies) {
    const isKept = alarms === 0 || upperTail(alarms - 1, count, FAMILY_WISE_ERROR) > IMPLAUSIBLE;
    missedGoals += Number(!isKept);
    process.stdout.write(
      `  batches of ${rows}, no drift: alarms in ${percent(alarms)}${isKept ? '' : ', TOO MANY'}; ` +
        `the index above 0.1 in ${percent(psiModerate)}, above 0.25 in ${percent(psiLarge)}\n`,
    );
  }
  const isFound = shift.found >= WANTED_POWER * count;
  missedGoals += Number(!isFound);
  const missed = [...shift.missed].map(([kind, times]) => `${kind} ${times}`).join(', ');
  process.stdout.write(
    `  half a standard deviation in a batch of ${SHIFTED_ROWS}: found in ${percent(shift.found)}${isFound ? '' : ', TOO FEW'} ` +
      `(the best test of a normal column: ${percent(shift.best)})${missed ? `; missed: ${missed}` : ''}\n`,
  );
  return missedGoals;
}

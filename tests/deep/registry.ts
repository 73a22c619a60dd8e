import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { SABOTAGES } from '../simulation/registry-sabotage.ts';
import { findFailure, openRegistryWorld, type RegistryFailure } from '../simulation/registry-world.ts';

/**
 * Interleaves the calls of trainers, of people who promote, roll back and retire, and of the retention job,
 * with faults in any of them: `npm run test:deep -- registry --runs 10000 --seed 1`. Every schedule depends
 * only on its seed. A failing one is shrunk, and printed with the broken rules and all calls. `--seed` and
 * `--runs` continue an interrupted run.
 *
 * `--sabotage <mechanism>` removes one of the registry's mechanisms, and succeeds when a schedule fails: this
 * shows that the search notices the fault.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    sabotage: { type: 'string' },
    workers: { type: 'string', default: String(Math.min(4, availableParallelism())) },
  },
});
const sabotage = SABOTAGES.find((name) => name === values.sabotage);
const runs = Number(values.runs ?? (sabotage ? 500 : 10_000));
const firstSeed = Number(values.seed);
const workerCount = Number(values.workers);

/** The number of schedules that are distributed, and then reported, at a time. */
const BLOCK = 100;

interface Found {
  readonly seed: number;
  readonly failure: RegistryFailure | undefined;
}

process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
if (isMainThread) process.exitCode = checkUsage() ?? (await search());
else await work();

function checkUsage(): 2 | undefined {
  const isKnown = values.sabotage === undefined || sabotage !== undefined;
  const numbers = [runs, workerCount, firstSeed + 1];
  if (isKnown && numbers.every((number) => Number.isSafeInteger(number) && number > 0)) return undefined;
  process.stderr.write(
    'usage: npm run test:deep -- registry [--runs <number>] [--seed <first seed>] [--workers <number>]\n' +
      `  [--sabotage ${SABOTAGES.join('|')}]\n`,
  );
  return 2;
}

/** Runs all schedules, or with a sabotage those up to the first that fails. */
async function search(): Promise<number> {
  const file = new URL(import.meta.url);
  const workers = Array.from(
    { length: workerCount },
    () =>
      new Worker(file, { argv: process.argv.slice(2), resourceLimits: { maxYoungGenerationSizeMb: 128 } }),
  );
  let failed = 0;
  for (let done = 0; done < runs && !(sabotage && failed > 0); ) {
    const seeds = Array.from({ length: Math.min(BLOCK, runs - done) }, (_, i) => firstSeed + done + i);
    const shares = workers.map((worker, i) =>
      ask(
        worker,
        seeds.filter((_, at) => at % workers.length === i),
      ),
    );
    for (const { seed, failure } of (await Promise.all(shares)).flat().sort((a, b) => a.seed - b.seed)) {
      if (!failure) continue;
      failed += 1;
      print(seed, failure);
    }
    done += seeds.length;
    const rest = runs - done > 0 ? `; to go on: --seed ${firstSeed + done} --runs ${runs - done}` : '';
    process.stdout.write(`${done} of ${runs}, ${failed} failed${rest}\n`);
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  process.stdout.write(
    `schedules from seed ${firstSeed}${sabotage ? ` without ${sabotage}` : ''}: ${failed} failed\n`,
  );
  return failed > 0 === (sabotage !== undefined) ? 0 : 1;
}

function print(seed: number, { plan, problems, log }: RegistryFailure): void {
  process.stdout.write(`seed ${seed} fails:\n  ${problems.join('\n  ')}\n  ${JSON.stringify(plan)}\n`);
  if (!sabotage) process.stdout.write(`    ${log.join('\n    ')}\n`);
}

function ask(worker: Worker, seeds: readonly number[]): Promise<readonly Found[]> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (found: readonly Found[]) => {
      worker.off('error', reject);
      resolve(found);
    });
    worker.postMessage(seeds);
  });
}

/** Runs the schedules of the received seeds in a thread with its own servers. */
async function work(): Promise<void> {
  let world = await openRegistryWorld();
  let ran = 0;
  parentPort!.on('message', async (seeds: readonly number[]) => {
    const found: Found[] = [];
    for (const seed of seeds) {
      // Each schedule leaves a table.
      if (++ran % 500 === 0) {
        await world.close();
        world = await openRegistryWorld();
      }
      const failure = await findFailure(world, { seed, ...(sabotage ? { sabotage, shrinks: false } : {}) });
      found.push({ seed, failure });
    }
    parentPort!.postMessage(found);
  });
}

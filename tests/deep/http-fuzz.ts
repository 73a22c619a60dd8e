/**
 * Sends mutated requests through the whole local system and checks every answer against the OpenAPI document:
 * `node tests/deep/http-fuzz.ts --requests 100000 --seed 1`. Each request depends only on its seed: an
 * interrupted run can continue from the last printed seed, and `--requests 1 --seed <seed>` repeats a
 * failure. With `--auth` tokens are required and sent; such requests also depend on the tokens of the run.
 */
import { parseArgs } from 'node:util';
import buildBundles from '../helpers/build-bundles.ts';
import { HttpFuzzer, startFuzzedSystem } from '../helpers/http-fuzz.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    auth: { type: 'boolean', default: false },
  },
});
const requests = Number(values.requests);
const firstSeed = Number(values.seed);
if (!Number.isSafeInteger(requests) || requests < 1 || !Number.isSafeInteger(firstSeed)) {
  console.error('usage: node tests/deep/http-fuzz.ts [--requests <requests>] [--seed <first seed>] [--auth]');
  process.exit(2);
}

/** The local system replaces AWS, whose clients need credentials. */
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});

const STEP = 2000;

await buildBundles();
const system = await startFuzzedSystem(values.auth);
const { stack } = system;
try {
  const fuzzer = new HttpFuzzer(system);
  const startedMs = performance.now();
  let reported = 0;
  for (let seed = firstSeed; seed < firstSeed + requests; seed += STEP) {
    const count = Math.min(STEP, firstSeed + requests - seed);
    await fuzzer.run(seed, count);
    for (; reported < fuzzer.failures.length; reported++) console.error(fuzzer.failures[reported]);
    const done = seed - firstSeed + count;
    const perSecond = Math.round((done / (performance.now() - startedMs)) * 1000);
    console.error(`seed ${seed + count - 1}: ${done} requests, ${reported} failures, ${perSecond} a second`);
  }
  for (const problem of stack.problems) console.error(`the system reported: ${problem}`);
  console.log(Object.fromEntries([...fuzzer.statuses].sort()));
  process.exitCode = fuzzer.failures.length + stack.problems.length > 0 ? 1 : 0;
} finally {
  await stack.dispose();
}
process.exit();

/**
 * Runs the property tests of the neighbour search with many times their usual number of cases: `npm run
 * test:deep -- neighbour-search --rounds 20 --seed 1`. Each round depends only on its seed. A failing one
 * prints its case.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CASES_FACTOR = 40;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const [rounds, firstSeed] = [Number(values.rounds), Number(values.seed)];
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

function round(seed: number): Promise<number> {
  const env = {
    ...process.env,
    NEIGHBOUR_SEARCH_RUNS: String(CASES_FACTOR),
    NEIGHBOUR_SEARCH_SEED: String(seed),
  };
  const options = [
    'run',
    'tests/property/neighbour-search.test.ts',
    '--testTimeout=600000',
    '--reporter=dot',
  ];
  const child = spawn(process.execPath, [vitest, ...options], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

let failed = 0;
for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
  if ((await round(seed)) !== 0) failed++;
  process.stdout.write(`round of seed ${seed}: ${failed} of ${seed - firstSeed + 1} failed\n`);
}
process.exitCode = failed > 0 ? 1 : 0;

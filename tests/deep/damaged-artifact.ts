/**
 * Damages an artifact, with and without a valid digest, and checks that it is refused or still answers: `npm
 * run test:deep -- damaged-artifact --count 10000 --seed 1`. Each damage depends only on its seed.
 */

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import { damaged, outcomeOf, resigned } from '../helpers/damaged-artifact.ts';
import { readTrainingData } from '../helpers/train-csv.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const [count, firstSeed] = [Number(values.count), Number(values.seed)];
const penguins = fileURLToPath(new URL('../../data/raw/penguins/penguins.csv', import.meta.url));
const { artifact } = trainModel(await readTrainingData(penguins), DEFAULT_SETTINGS);
const query = ['Biscoe', 46.1, 13.2, 211, 4500, 'female'];
if (outcomeOf(artifact, query) !== 'opened') throw new Error('the artifact does not open as it was written');

const resignedOutcomes = new Map<string, number>();
let failures = 0;
function check(what: string, expected: RegExp, outcome: () => string): void {
  let got: string;
  try {
    got = outcome();
  } catch (error) {
    got = `threw ${String(error)}`;
  }
  if (what.startsWith('resigned')) resignedOutcomes.set(got, (resignedOutcomes.get(got) ?? 0) + 1);
  if (expected.test(got)) return;
  failures++;
  process.stdout.write(`${what}: ${got}\n`);
}

for (let bit = 0; bit < artifact.length * 8; bit++) {
  const flipped = artifact.slice();
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  check(`bit ${bit}`, /^artifact_/, () => outcomeOf(flipped, query));
  if (bit % 50_000 === 0)
    process.stderr.write(`bit ${bit} of ${artifact.length * 8}, ${failures} failures\n`);
}
for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  const file = damaged(artifact, seed);
  if (!Buffer.from(file).equals(artifact)) check(`seed ${seed}`, /^artifact_/, () => outcomeOf(file, query));
  check(`resigned, seed ${seed}`, /^(opened|artifact_\w+)$/, () => outcomeOf(resigned(file), query));
  if ((seed - firstSeed + 1) % 2000 === 0) process.stderr.write(`seed ${seed}, ${failures} failures\n`);
}
process.stdout.write(
  `${artifact.length * 8} flips and ${count} damages from seed ${firstSeed}: ${failures} failures; with a digest that fits: ${JSON.stringify(Object.fromEntries(resignedOutcomes))}\n`,
);
process.exitCode = failures > 0 ? 1 : 0;

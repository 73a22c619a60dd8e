/**
 * Ingests mutated CSV files and compares every verdict with the reference reader: `node
 * tests/deep/csv-fuzz.ts --count 100000 --seed 1`. Each file depends only on its seed: an interrupted run can
 * continue from the last printed seed, and `--count 1 --seed <seed>` repeats a failure.
 */
import { parseArgs } from 'node:util';
import { fuzzDifference } from '../helpers/csv-fuzz.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const count = Number(values.count);
const firstSeed = Number(values.seed);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(firstSeed)) {
  console.error('usage: node tests/deep/csv-fuzz.ts [--count <files>] [--seed <first seed>]');
  process.exit(2);
}

const outcomes = new Map<string, number>();
let failures = 0;
let slowestMs = 0;
for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  const startedMs = performance.now();
  const { difference, verdict } = await fuzzDifference(seed);
  slowestMs = Math.max(slowestMs, performance.now() - startedMs);
  const outcome =
    verdict.kind === 'refused'
      ? verdict.code
      : verdict.rejected.length > 0
        ? 'some rows rejected'
        : 'accepted whole';
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  if (difference !== undefined) {
    failures++;
    console.error(difference);
  }
  if ((seed - firstSeed + 1) % 1000 === 0) report(seed);
}
report(firstSeed + count - 1);
console.log(Object.fromEntries([...outcomes].sort(([, a], [, b]) => b - a)));
process.exitCode = failures > 0 ? 1 : 0;

function report(seed: number): void {
  const memoryMb = Math.round(process.memoryUsage().rss / 1e6);
  console.error(
    `seed ${seed}: ${seed - firstSeed + 1} files, ${failures} differences, slowest ${slowestMs.toFixed(0)} ms, ${memoryMb} MB`,
  );
}

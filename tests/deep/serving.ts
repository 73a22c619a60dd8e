import { parseArgs } from 'node:util';
import { openServingWorld, runServing, SERVING_SABOTAGES } from '../simulation/serving-world.ts';

/**
 * Predicts with 1,000 clients at the same time during 100 promotions and rollbacks, while 30% of the calls to
 * S3 and DynamoDB fail in some way: `npm run test:deep -- serving --rounds 20 --seed 1`. A round draws its
 * faults and decisions from its seed. The machine determines the order of the calls, so a seed may have to
 * run several times to fail again.
 *
 * `--sabotage <mechanism>` removes one of the mechanisms that keep it correct, and succeeds when a round
 * fails.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '1000' },
    decisions: { type: 'string', default: '100' },
    sabotage: { type: 'string' },
  },
});
const sabotage = SERVING_SABOTAGES.find((name) => name === values.sabotage);
const [rounds, firstSeed, clients, decisions] = [
  values.rounds,
  values.seed,
  values.clients,
  values.decisions,
].map(Number) as [number, number, number, number];
const areWhole = [rounds, firstSeed, clients, decisions].every(
  (value) => Number.isSafeInteger(value) && value > 0,
);
if ((values.sabotage !== undefined && !sabotage) || !areWhole) {
  const usage = '[--rounds <number>] [--seed <first seed>] [--clients <number>] [--decisions <number>]';
  process.stderr.write(
    `usage: npm run test:deep -- serving ${usage} [--sabotage ${SERVING_SABOTAGES.join('|')}]\n`,
  );
  process.exit(2);
}
process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';

const world = await openServingWorld();
let failed = 0;
for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
  const { violations, ...counts } = await runServing(world, { seed, clients, decisions, sabotage });
  if (violations.length > 0) {
    failed += 1;
    process.stdout.write(`seed ${seed} fails:\n  ${violations.join('\n  ')}\n`);
  }
  process.stdout.write(
    `seed ${seed}: ${failed} of ${seed - firstSeed + 1} failed; ${JSON.stringify(counts)}\n`,
  );
  if (sabotage && failed > 0) break;
}
await world.close();
process.exitCode = failed > 0 === (sabotage !== undefined) ? 0 : 1;

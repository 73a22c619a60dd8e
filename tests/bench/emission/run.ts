/**
 * What the metrics of `POST /predict` on iris cost: the handler's p50 with and without them, the time after the answer, the bytes of a
 * request's line, and dollars; and what /metrics costs while it is scraped. `npm run bench -- emission [--calls 20000] [--rounds 5]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countedFamilies } from '../../../functions/metrics/counted-families.ts';
import { PRICES } from '../../../lib/deploy/prices.ts';
import { monthlyScrapeDollars } from '../../../lib/deploy/scrape-cost.ts';
import { seriesKeyOf } from '../../../lib/telemetry/metric-series.ts';
import { quantile } from '../quantile.ts';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '5' } },
});
const OURS = fileURLToPath(new URL('ours.ts', import.meta.url));

interface Times {
  readonly answerUs: number;
  readonly wholeUs: number;
}
type Round = Readonly<Record<'on' | 'off', Times>>;

/** A process of its own. While times are taken its lines go nowhere: who reads them here would take the processor from it. */
async function run(calls: string, onLines?: (chunk: string) => void): Promise<Round> {
  const child = fork(OURS, [calls], { stdio: ['ignore', onLines ? 'pipe' : 'ignore', 'inherit', 'ipc'] });
  if (onLines) child.stdout!.setEncoding('utf8').on('data', onLines);
  const closed = once(child, 'close');
  const [round] = (await Promise.race([
    once(child, 'message'),
    closed.then(([code]) => Promise.reject(new Error(`the benchmark's process ended with ${code}`))),
  ])) as [Round];
  await closed;
  return round;
}

const rounds: Round[] = [];
for (let round = 0; round < Number(values.rounds); round++) rounds.push(await run(values.calls));
let text = '';
await run('200', (chunk) => {
  text += chunk;
});
const lines = text.trim().split('\n');
const median = (pick: (round: Round) => number) => quantile(rounds.map(pick), 0.5);
const [off, on] = [median((round) => round.off.answerUs), median((round) => round.on.answerUs)];
const share = median((round) => round.on.answerUs / round.off.answerUs - 1);
const after = median(({ on: a, off: b }) => a.wholeUs - a.answerUs - (b.wholeUs - b.answerUs));
const bytes = Buffer.byteLength(text) / lines.length;
const series = (models: number) =>
  new Set(
    countedFamilies(
      Array.from({ length: models }, (_, i) => `m${i}`),
      '',
    ).flatMap((family) => family.series.map(seriesKeyOf)),
  ).size;

console.log(
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}; medians of ${values.rounds} rounds`,
);
console.log(
  `p50 without metrics ${off.toFixed(1)} µs, with them ${on.toFixed(1)} µs: +${(100 * share).toFixed(1)}%`,
);
console.log(`behind the answer: ${after.toFixed(1)} µs`);
console.log(
  `${bytes.toFixed(0)} bytes a request: $${((bytes * 1e6 * PRICES.logGigabyte.usd) / 1e9).toFixed(2)} per million`,
);
console.log(lines.at(-1));
for (const models of [1, 10]) {
  for (const seconds of [60, 300]) {
    const dollars = monthlyScrapeDollars(series(models), seconds).toFixed(2);
    console.log(
      `/metrics, ${models} model(s), ${series(models)} series, every ${seconds} s: at most $${dollars} in 30 days`,
    );
  }
}

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
import { emissionDollarsPerMillion } from '../../../lib/telemetry/emission-cost.ts';
import { seriesKeyOf } from '../../../lib/telemetry/metric-series.ts';
import { monthlyScrapeDollars } from '../../../lib/telemetry/scrape-cost.ts';
import { quantile } from '../quantile.ts';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '5' } },
});
const OURS = fileURLToPath(new URL('ours.ts', import.meta.url));

interface Round {
  readonly answerUs: number;
  readonly wholeUs: number;
  readonly bytesPerLine: number;
  readonly line: string;
}

/** A process of its own, which writes to a pipe that is read, as on Lambda. */
async function run(emission: 'on' | 'off'): Promise<Round> {
  const child = fork(OURS, [emission, values.calls], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let [bytes, lines, last] = [0, 0, ''];
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    bytes += Buffer.byteLength(chunk);
    lines += chunk.split('\n').length - 1;
    last = chunk;
  });
  const closed = once(child, 'close');
  const [result] = (await Promise.race([
    once(child, 'message'),
    closed.then(([code]) => Promise.reject(new Error(`the benchmark's process ended with ${code}`))),
  ])) as [Omit<Round, 'bytesPerLine' | 'line'>];
  await closed;
  return { ...result, bytesPerLine: lines === 0 ? 0 : bytes / lines, line: last.trim().split('\n').at(-1)! };
}

const rounds: Record<'on' | 'off', Round[]> = { on: [], off: [] };
for (let round = 0; round < Number(values.rounds); round++) {
  for (const emission of ['off', 'on'] as const) rounds[emission].push(await run(emission));
}
const median = (emission: 'on' | 'off', pick: (round: Round) => number) =>
  quantile(rounds[emission].map(pick), 0.5);
const [off, on] = [median('off', ({ answerUs }) => answerUs), median('on', ({ answerUs }) => answerUs)];
const after = median('on', ({ wholeUs }) => wholeUs) - median('off', ({ wholeUs }) => wholeUs) - (on - off);
const bytes = median('on', ({ bytesPerLine }) => bytesPerLine);
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
  `p50 without metrics ${off.toFixed(1)} µs, with them ${on.toFixed(1)} µs: +${(100 * (on / off - 1)).toFixed(1)}%`,
);
console.log(`behind the answer: ${after.toFixed(1)} µs`);
console.log(
  `${bytes.toFixed(0)} bytes a request: $${emissionDollarsPerMillion(bytes).toFixed(2)} per million`,
);
console.log(rounds.on[0]!.line);
for (const models of [1, 10]) {
  for (const seconds of [60, 300]) {
    const dollars = monthlyScrapeDollars(series(models), seconds).toFixed(2);
    console.log(
      `/metrics, ${models} model(s), ${series(models)} series, every ${seconds} s: at most $${dollars} in 30 days`,
    );
  }
}

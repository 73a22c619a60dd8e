/**
 * Measures the cost of the metrics of `POST /predict` on iris: microseconds until the answer, until the work
 * after it is done, and of the processor; bytes and dollars; and the cost of /metrics while it is scraped.
 * `npm run bench -- emission [--calls 20000] [--rounds 5]`
 *
 * The handler is called as a Lambda's runtime calls it, after an exchange with another process; and in a
 * plain loop, where work after an answer also slows the next answer, because it displaces data in the
 * processor's caches.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countedFamilies } from '../../../functions/metrics/counted-families.ts';
import { PRICES } from '../../../lib/cost/prices.ts';
import { monthlyScrapeDollars } from '../../../lib/deploy/scrape-cost.ts';
import { FrameReader, frame } from '../../../lib/local/lambda/frames.mjs';
import { seriesKeyOf } from '../../../lib/telemetry/metric-series.ts';
import { httpEvent } from '../../helpers/http-event.ts';
import { quantile } from '../quantile.ts';
import type { Cost, Round } from './round.ts';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '5' } },
});
const OURS = fileURLToPath(new URL('ours.ts', import.meta.url));

/** Answers every message with the same event. */
function openSupervisor() {
  const event = frame(
    {},
    JSON.stringify(httpEvent('POST /predict', { body: '{"features":[5.1,3.5,1.4,0.2]}' })),
  );
  return createServer((socket) => {
    const reader = new FrameReader(() => socket.write(event));
    // The processes end after they report.
    socket.on('data', (chunk: Buffer) => reader.read(chunk)).on('error', () => socket.destroy());
  }).listen(0, '127.0.0.1');
}

/** Runs a separate process and reads its lines, as Lambda does. */
async function run(
  options: readonly string[],
  onLines: (chunk: string) => void = () => undefined,
): Promise<Round> {
  const child = fork(OURS, options, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  child.stdout!.setEncoding('utf8').on('data', onLines);
  const closed = once(child, 'close');
  const [round] = (await Promise.race([
    once(child, 'message'),
    closed.then(([code]) => Promise.reject(new Error(`the benchmark's process ended with ${code}`))),
  ])) as [Round];
  await closed;
  return round;
}

const supervisor = openSupervisor();
await once(supervisor, 'listening');
const port = String((supervisor.address() as AddressInfo).port);
const invoked: Round[] = [];
const looped: Round[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  invoked.push(await run([values.calls, port]));
  looped.push(await run([values.calls]));
}
supervisor.close();

/** The median, minimum and maximum of all rounds. */
function spread(values: readonly number[]): string {
  const text = (value: number) => value.toFixed(1);
  return `${text(quantile(values, 0.5))} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}

function report(what: string, rounds: readonly Round[]): void {
  const row = (name: string, costs: readonly Cost[]) =>
    console.log(
      [
        `  ${name.padEnd(26)}`,
        spread(costs.map(({ answerUs }) => answerUs)).padEnd(24),
        spread(costs.map(({ wholeUs }) => wholeUs)).padEnd(24),
        spread(costs.map(({ cpuUs }) => cpuUs)),
      ].join(''),
    );
  console.log(
    `\n${what.padEnd(28)}${'µs to the answer'.padEnd(24)}${'with what follows'.padEnd(24)}processor`,
  );
  row(
    'without metrics',
    rounds.map(({ without }) => without),
  );
  row(
    'metrics add',
    rounds.map(({ added }) => added),
  );
}

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
report('called by a runtime', invoked);
report('called in a loop', looped);

let text = '';
await run(['200'], (chunk) => {
  text += chunk;
});
const lines = text.trim().split('\n');
const bytes = Buffer.byteLength(text) / lines.length;
console.log(
  `\n${bytes.toFixed(0)} bytes a request: $${((bytes * 1e6 * PRICES.logGigabyte.usd) / 1e9).toFixed(2)} per million`,
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

import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { build, startLocalSystem } from '../local-system.ts';

/**
 * The waiting time of a newcomer: from the first line of `npm start` on an empty state to the first correct
 * prediction.
 */
const RUNS = 5;
interface Measurement {
  readonly firstAnswerSeconds: number;
  /** Resident memory of the supervisor after that answer; NaN when /proc is missing. */
  readonly supervisorMb: number;
}

async function measure(): Promise<Measurement> {
  const system = await startLocalSystem();
  try {
    await checkAnswer(system.urls.Predict);
    const firstAnswerSeconds = (performance.now() - system.firstLineMs) / 1000;
    return { firstAnswerSeconds, supervisorMb: await residentMb(system.pid) };
  } finally {
    await system.stop();
  }
}

async function checkAnswer(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: '{"features":[5.1,3.5,1.4,0.2]}' });
  const { prediction } = (await answer.json()) as { prediction?: string };
  if (prediction !== 'setosa')
    throw new Error(`expected "setosa", got ${JSON.stringify(prediction)} (${answer.status})`);
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

build();
const runs: Measurement[] = [];
for (let run = 0; run < RUNS; run++) runs.push(await measure());
const spread = (values: number[], digits: number) => {
  const sorted = values.toSorted((a, b) => a - b).map((value) => value.toFixed(digits));
  return `median ${sorted[RUNS >> 1]} (${sorted[0]} to ${sorted.at(-1)})`;
};
console.log(
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, ${RUNS} runs on an empty state`,
);
console.log(
  `first line to first correct answer: ${spread(
    runs.map((run) => run.firstAnswerSeconds),
    1,
  )} s`,
);
console.log(
  `supervisor, resident: ${spread(
    runs.map((run) => run.supervisorMb),
    0,
  )} MB`,
);

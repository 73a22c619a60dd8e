import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How long a newcomer waits: from the first line of `npm start` on an empty state to the first correct prediction. */
const RUNS = 5;
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FREE_PORTS = ['port', 's3-port', 'dynamodb-port', 'cloudwatch-port', 'lambda-port'].flatMap((flag) => [
  `--${flag}`,
  '0',
]);

interface Measurement {
  readonly firstAnswerSeconds: number;
  /** Resident, of the supervising process, after that answer; NaN where /proc is missing. */
  readonly supervisorMb: number;
}

async function measure(): Promise<Measurement> {
  const state = await mkdtemp(join(tmpdir(), 'classifier-bench-'));
  const child = spawn(
    process.execPath,
    [join(ROOT, 'dist/local/main.mjs'), '--json', '--state', state, ...FREE_PORTS],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    let firstLineMs: number | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      firstLineMs ??= performance.now();
      const { event, urls } = JSON.parse(line) as { event: string; urls: { Predict: string } };
      if (event !== 'ready') continue;
      await checkAnswer(urls.Predict);
      const firstAnswerSeconds = (performance.now() - firstLineMs) / 1000;
      return { firstAnswerSeconds, supervisorMb: await residentMb(child.pid!) };
    }
    throw new Error('it ended before it was ready');
  } finally {
    child.kill('SIGTERM');
    await ended;
    await rm(state, { recursive: true, force: true });
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

const built = spawnSync(process.execPath, ['esbuild.config.mjs', '--quiet'], { cwd: ROOT, stdio: 'inherit' });
if (built.status !== 0) throw new Error('the build failed');
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

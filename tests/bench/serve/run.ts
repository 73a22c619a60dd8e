/**
 * Requests per second and latency of `POST /predict` on iris, with 1 and 10 connections: through the whole
 * local stack, through the handler alone, and of peers in the same run: node:http + ml-knn, and FastAPI +
 * uvicorn + scikit-learn if BENCH_PYTHON names a python3 with them. `npm run bench -- serve [--seconds 3]
 * [--rounds 3] [--warm-up 10]`
 */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MODELS_BUCKET, REGION, REGISTRY_TABLE } from '../../../lib/local/topology.ts';
import { httpEvent } from '../../helpers/http-event.ts';
import { build, type LocalSystem, startLocalSystem } from '../local-system.ts';
import { quantile } from '../quantile.ts';
import { type LoadResult, load } from './load.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const IRIS = join(ROOT, 'data/raw/iris.csv');
const BODY = '{"features":[5.1,3.5,1.4,0.2]}';
const CONNECTIONS = [1, 10] as const;
const HANDLER_CALLS = 20_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    'warm-up': { type: 'string', default: '10' },
  },
});
const durationMs = Number(values.seconds) * 1000;
const rounds = Number(values.rounds);
const python = process.env.BENCH_PYTHON;

/** A contender, called over HTTP or directly. */
interface Contender {
  readonly name: string;
  measure(connections: number): Promise<LoadResult>;
  /**
   * Loads a server, unmeasured, until its code is compiled. Contenders that are called directly warm up
   * themselves.
   */
  warmUp?(connections: number): Promise<unknown>;
}

const children: ChildProcess[] = [];

function overHttp(name: string, url: URL): Contender {
  return {
    name,
    measure: (connections) => load(url, BODY, connections, durationMs),
    warmUp: (connections) => load(url, BODY, connections, Number(values['warm-up']) * 1000),
  };
}

async function startMlKnn(): Promise<Contender> {
  const child = spawn(process.execPath, [join(HERE, 'ml-knn-server.ts'), IRIS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const port of createInterface({ input: child.stdout })) {
    return overHttp('node:http + ml-knn', new URL(`http://127.0.0.1:${port}/predict`));
  }
  throw new Error('node:http + ml-knn did not start');
}

async function startFastApi(): Promise<Contender | undefined> {
  const script = join(HERE, 'fastapi_server.py');
  const versions = python && tryPython(python, script);
  if (!versions) {
    console.log('FastAPI: left out; BENCH_PYTHON names no python3 with fastapi, uvicorn and scikit-learn');
    return undefined;
  }
  console.log(versions);
  const port = await freePort();
  children.push(spawn(python, [script, IRIS, String(port)], { stdio: ['ignore', 'inherit', 'inherit'] }));
  const url = new URL(`http://127.0.0.1:${port}/predict`);
  for (let tries = 0; tries < 200; tries++) {
    if (await isUp(url)) return overHttp('FastAPI + uvicorn + scikit-learn', url);
    await setTimeout(100);
  }
  throw new Error('FastAPI did not start within 20 s');
}

function tryPython(command: string, script: string): string | undefined {
  try {
    return execFileSync(command, [script, 'versions'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const isUp = (url: URL) =>
  fetch(url).then(
    () => true,
    () => false,
  );

/**
 * The bundle in a separate process, whose metrics are discarded.
 *
 * @param loggedShare the share of logged predictions; the function's default if not given
 */
function handlerAlone({ urls }: LocalSystem, loggedShare?: 0 | 1): Contender {
  const logging = ['no prediction logged', 'every prediction logged'] as const;
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_S3: urls.S3,
    AWS_ENDPOINT_URL_DYNAMODB: urls.DynamoDB,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    MODELS_BUCKET,
    REGISTRY_TABLE,
    AUTH: 'off',
    ...(loggedShare === undefined ? {} : { PREDICTION_LOG_SAMPLE_RATE: String(loggedShare) }),
  };
  return {
    name: `the handler alone${loggedShare === undefined ? '' : `, ${logging[loggedShare]}`}`,
    async measure(connections) {
      const child = fork(join(HERE, 'handler-alone.ts'), {
        env,
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.push(child);
      child.send({
        handlerFile: join(ROOT, 'dist/functions/predict/handler.mjs'),
        event: httpEvent('POST /predict', { body: BODY }),
        concurrency: connections,
        calls: HANDLER_CALLS,
      });
      const [result] = (await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(([code]) =>
          Promise.reject(new Error(`the handler's process ended with ${code}`)),
        ),
      ])) as [LoadResult & { body: string }];
      checkAnswer('the handler alone', result.body);
      return result;
    },
  };
}

function checkAnswer(name: string, body: string): void {
  if ((JSON.parse(body) as { prediction?: string }).prediction !== 'setosa') {
    throw new Error(`${name}: expected "setosa", got ${body}`);
  }
}

async function checkOverHttp({ name }: Contender, url: URL): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  checkAnswer(name, await (await fetch(url, { method: 'POST', headers, body: BODY })).text());
}

interface Summary {
  readonly name: string;
  readonly connections: number;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** The median of each figure over the rounds. */
async function summarise(contenders: readonly Contender[]): Promise<Summary[]> {
  const measured = new Map<string, Summary[]>();
  for (let round = 0; round < rounds; round++) {
    for (const connections of CONNECTIONS) {
      for (const contender of contenders) {
        if (round === 0) await contender.warmUp?.(connections);
        const { seconds, latenciesUs } = await contender.measure(connections);
        const summary = {
          name: contender.name,
          connections,
          perSecond: latenciesUs.length / seconds,
          p50Us: quantile(latenciesUs, 0.5),
          p99Us: quantile(latenciesUs, 0.99),
        };
        const key = `${contender.name} ${connections}`;
        measured.set(key, [...(measured.get(key) ?? []), summary]);
      }
    }
  }
  return [...measured.values()].map((runs) => {
    const median = (pick: (summary: Summary) => number) => quantile(runs.map(pick), 0.5);
    return {
      ...runs[0]!,
      perSecond: median(({ perSecond }) => perSecond),
      p50Us: median(({ p50Us }) => p50Us),
      p99Us: median(({ p99Us }) => p99Us),
    };
  });
}

function print(summaries: readonly Summary[]): void {
  const milliseconds = (us: number) => (us / 1000).toFixed(3).padStart(9);
  console.log(
    `\n${'connections'.padEnd(12)}${'who'.padEnd(36)}${'requests/s'.padStart(11)}${'p50 ms'.padStart(10)}${'p99 ms'.padStart(10)}`,
  );
  for (const { name, connections, perSecond, p50Us, p99Us } of summaries) {
    console.log(
      `${String(connections).padEnd(12)}${name.padEnd(36)}${perSecond.toFixed(0).padStart(11)} ${milliseconds(p50Us)} ${milliseconds(p99Us)}`,
    );
  }
  const find = (name: RegExp, connections: number) =>
    summaries.find((summary) => name.test(summary.name) && summary.connections === connections);
  for (const connections of CONNECTIONS) {
    const peer = find(/FastAPI/, connections);
    const alone = find(/alone$/, connections);
    const whole = find(/whole/, connections);
    if (!peer || !alone || !whole) continue;
    console.log(
      `${connections} connection(s), beside FastAPI: the handler's p50 is 1/${(peer.p50Us / alone.p50Us).toFixed(1)}; the whole stack answers ${(whole.perSecond / peer.perSecond).toFixed(1)} times as many, its p99 is ${(whole.p99Us / peer.p99Us).toFixed(2)} of FastAPI's`,
    );
  }
}

const [cpu] = cpus();
console.log(
  `${cpus().length} x ${cpu?.model}, Node ${process.version}; ${rounds} rounds of ${values.seconds} s after ${values['warm-up']} s of warming up, medians`,
);
build();
const system = await startLocalSystem();
try {
  const url = new URL(system.urls.Predict);
  const whole = overHttp('the whole local stack', url);
  await checkOverHttp(whole, url);
  const alone = [handlerAlone(system), handlerAlone(system, 0), handlerAlone(system, 1)];
  const contenders = [whole, ...alone, await startMlKnn(), await startFastApi()].filter(
    (contender) => contender !== undefined,
  );
  print(await summarise(contenders));
} finally {
  for (const child of children) child.kill();
  await system.stop();
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { LATENCY_BUCKETS_MS, METRICS, METRICS_NAMESPACE } from '../../lib/telemetry/metric-names.ts';
import { panelRows } from '../../lib/telemetry/panels.ts';
import { SERVICE } from '../../lib/telemetry/service.ts';
import { bearerToken } from '../helpers/api-tokens.ts';
import { eventually, startTestStack } from '../helpers/stack.ts';

/**
 * Lets a real Prometheus scrape a running system with a token. It compares the results of rate() and
 * histogram_quantile() with known values, and runs every query of the Grafana dashboard. It exits with 1 when
 * a result is off by more than 2% or a query fails.
 */
const LOAD_SECONDS = 140;
const WINDOW_SECONDS = 120;
const TOLERANCE = 0.02;
/** This route gets metrics without requests, so the exact durations are known. */
const TIMED_ROUTE = 'POST /models/{model}/predict';
const PAUSE_MS = 100;
/**
 * The same number of durations in each bucket, evenly spaced, because histogram_quantile() interpolates
 * linearly within a bucket.
 */
const TIMES_MS = LATENCY_BUCKETS_MS.flatMap((upper, i) => {
  const lower = LATENCY_BUCKETS_MS[i - 1] ?? 0;
  return Array.from({ length: 10 }, (_, at) => lower + ((at + 0.5) / 10) * (upper - lower));
});

process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';

const stack = await startTestStack(undefined, { auth: true });
const folder = await mkdtemp(join(tmpdir(), 'classifier-prometheus-'));
let prometheus: ChildProcess | undefined;
const faults: string[] = [];
try {
  const predict = await bearerToken(stack, ['predict']);
  await train(predict);
  const url = await startPrometheus((await bearerToken(stack, ['metrics'])).replace('Bearer ', ''));
  const answeredMs = await load(predict);
  const atMs = Date.now() - 3000;
  await holdRate(url, answeredMs, atMs);
  await holdQuantiles(url, atMs);
  await runPanels(url, atMs);
} finally {
  prometheus?.kill();
  await stack.dispose();
  await rm(folder, { recursive: true, force: true });
}
for (const fault of faults) console.log(`FAILED ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function train(authorization: string): Promise<void> {
  const body = await readFile(new URL('../../data/raw/iris.csv', import.meta.url));
  await fetch(`${stack.urls.s3}/classifier-raw/iris.csv`, { method: 'PUT', body });
  await eventually('a prediction', async () => ((await ask(authorization)) === 200 ? true : undefined));
}

async function ask(authorization: string): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization };
  const body = '{"features":[5.1,3.5,1.4,0.2]}';
  const answer = await fetch(`${stack.urls.http}/predict`, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

async function startPrometheus(token: string): Promise<string> {
  const port = await freePort();
  await writeFile(join(folder, 'token'), token);
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: classifier
    authorization: { credentials_file: ${join(folder, 'token')} }
    static_configs: [{ targets: ['${new URL(stack.urls.http).host}'] }]
`,
  );
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  await eventually('a scrape by Prometheus', async () => {
    const found = await query(url, 'up{job="classifier"}').catch(() => []);
    return found[0]?.value === 1 ? true : undefined;
  });
  console.log(spawnSync('prometheus', ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0]);
  return url;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Sends predictions at an even pace, and writes metrics with known durations to CloudWatch. @returns the time
 * of each answer
 */
async function load(authorization: string): Promise<number[]> {
  const client = new CloudWatchClient({ endpoint: stack.urls.cloudwatch });
  const answeredMs: number[] = [];
  const startedMs = Date.now();
  for (let sent = 0; Date.now() - startedMs < LOAD_SECONDS * 1000; sent++) {
    if ((await ask(authorization)) !== 200) throw new Error('a prediction was not answered');
    answeredMs.push(Date.now());
    if (sent % 10 === 0) await putTimes(client);
    await sleep(Math.max(0, startedMs + (sent + 1) * PAUSE_MS - Date.now()));
  }
  client.destroy();
  return answeredMs;
}

async function putTimes(client: CloudWatchClient): Promise<void> {
  const dimensions = { service: SERVICE, route: TIMED_ROUTE };
  await client.send(
    new PutMetricDataCommand({
      Namespace: METRICS_NAMESPACE,
      MetricData: [
        {
          MetricName: METRICS.predictionLatency.name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          Unit: 'Milliseconds',
          Values: TIMES_MS,
        },
      ],
    }),
  );
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @throws Error when Prometheus cannot run the query */
async function query(url: string, expr: string, atMs = Date.now()): Promise<Sample[]> {
  const parameters = new URLSearchParams({ query: expr, time: String(atMs / 1000) });
  const answer = await fetch(`${url}/api/v1/query?${parameters}`);
  const body = (await answer.json()) as {
    status: string;
    error?: string;
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  if (body.status !== 'success') throw new Error(`${expr}: ${body.error}`);
  return body.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

function hold(what: string, got: number | undefined, expected: number): void {
  const error = got === undefined ? Number.NaN : Math.abs(got - expected) / expected;
  console.log(`${what}: Prometheus says ${got}, true is ${expected}, off by ${(100 * error).toFixed(2)}%`);
  if (!(error <= TOLERANCE)) faults.push(`${what} is off by more than ${100 * TOLERANCE}%`);
}

async function holdRate(url: string, answeredMs: readonly number[], atMs: number): Promise<void> {
  const selector = 'classifier_requests_total{route="POST /predict",status="2xx"}';
  const [sample] = await query(url, `rate(${selector}[${WINDOW_SECONDS}s])`, atMs);
  const inside = answeredMs.filter((ms) => ms > atMs - WINDOW_SECONDS * 1000 && ms <= atMs);
  hold('predictions a second', sample?.value, inside.length / WINDOW_SECONDS);
}

async function holdQuantiles(url: string, atMs: number): Promise<void> {
  const selector = `classifier_prediction_duration_seconds_bucket{route="${TIMED_ROUTE}"}`;
  for (const quantile of [0.5, 0.9, 0.99]) {
    const expr = `histogram_quantile(${quantile}, sum by (le) (rate(${selector}[${WINDOW_SECONDS}s])))`;
    const [sample] = await query(url, expr, atMs);
    hold(`p${100 * quantile} in seconds`, sample?.value, trueQuantile(quantile) / 1000);
  }
}

/** The quantile, in milliseconds, of the continuous distribution that TIMES_MS samples. */
function trueQuantile(quantile: number): number {
  const place = quantile * LATENCY_BUCKETS_MS.length;
  const bucket = Math.min(Math.floor(place), LATENCY_BUCKETS_MS.length - 1);
  const lower = LATENCY_BUCKETS_MS[bucket - 1] ?? 0;
  return lower + (place - bucket) * (LATENCY_BUCKETS_MS[bucket]! - lower);
}

async function runPanels(url: string, atMs: number): Promise<void> {
  let [run, empty] = [0, 0];
  for (const { title, prometheus: queries } of panelRows().flatMap(({ panels }) => panels)) {
    for (const { expr } of queries) {
      try {
        const found = await query(url, expr.replaceAll('$__rate_interval', `${WINDOW_SECONDS}s`), atMs);
        run += 1;
        if (found.length === 0) {
          empty += 1;
          console.log(`no value yet: "${title}"`);
        }
      } catch (error) {
        faults.push(`the panel "${title}": ${(error as Error).message}`);
      }
    }
  }
  console.log(
    `${run} queries of the Grafana dashboard run, ${empty} of them without a value in this short time`,
  );
}

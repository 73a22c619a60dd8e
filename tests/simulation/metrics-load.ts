import { setTimeout as sleep } from 'node:timers/promises';
import { type Exposition, fallenSeries, parseExposition } from '../helpers/exposition.ts';
import type { TestStack } from '../helpers/stack.ts';

/** The answers that clients of the API received. */
export interface SeenAnswers {
  sent: number;
  /** Answers of the function, by route and status class. */
  readonly answered: Map<string, number>;
  /** Requests for which the gateway itself answered that the function failed. */
  failed: number;
}

/** How long it may take until the numbers of the open period are complete. */
const SETTLING_MS = 30_000;
const SINGLE = JSON.stringify({ features: [5.1, 3.5, 1.4, 0.2] });
const BATCH = JSON.stringify({ instances: Array.from({ length: 2000 }, () => [6.2, 2.9, 4.3, 1.3]) });

/** A few kinds of requests to predict: cheap ones, refused ones, expensive ones, and one to another route. */
const REQUESTS = [
  { route: 'POST /predict', path: '/predict', body: SINGLE },
  { route: 'POST /predict', path: '/predict', body: '{"features":"x"}' },
  { route: 'POST /predict', path: '/predict', body: BATCH },
  { route: 'POST /models/{model}/predict', path: '/models/default/predict', body: SINGLE },
  { route: 'POST /models/{model}/predict', path: '/models/nobody/predict', body: SINGLE },
] as const;

/** @param clients each sends its requests one after the other */
export async function sendRequests(stack: TestStack, clients: number, each: number): Promise<SeenAnswers> {
  const seen: SeenAnswers = { sent: 0, answered: new Map(), failed: 0 };
  const client = async (first: number) => {
    for (let i = 0; i < each; i++) await send(stack, REQUESTS[(first + i) % REQUESTS.length]!, seen);
  };
  await Promise.all(Array.from({ length: clients }, (_, first) => client(first)));
  return seen;
}

async function send(stack: TestStack, request: (typeof REQUESTS)[number], seen: SeenAnswers): Promise<void> {
  seen.sent += 1;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${stack.urls.http}${request.path}`, {
    method: 'POST',
    headers,
    body: request.body,
  });
  await answer.arrayBuffer();
  if (!answer.headers.has('x-request-id')) seen.failed += 1;
  else {
    const key = `${request.route} ${Math.floor(answer.status / 100)}xx`;
    seen.answered.set(key, (seen.answered.get(key) ?? 0) + 1);
  }
}

/**
 * Kills environments of predict while they work, until told to stop. Each is stopped first. It is killed when
 * all it had sent by then has arrived and its answer was not among it. An environment that is killed after
 * its answer has given it, and may or may not be counted.
 *
 * @returns how many were killed
 */
export async function killSome(stack: TestStack, maxKills: number, signal: AbortSignal): Promise<number> {
  const killed = new Set<number>();
  while (killed.size < maxKills && !signal.aborted) {
    await sleep(30);
    const pid = stack.lambda.busyProcesses('predict').find((each) => !killed.has(each));
    if (pid === undefined) continue;
    process.kill(pid, 'SIGSTOP');
    await sleep(50);
    if (stack.lambda.busyProcesses('predict').includes(pid)) {
      process.kill(pid, 'SIGKILL');
      killed.add(pid);
    } else process.kill(pid, 'SIGCONT');
  }
  return killed.size;
}

export async function scrape(stack: TestStack): Promise<Exposition> {
  const answer = await fetch(`${stack.urls.http}/metrics`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}: ${text}`);
  return parseExposition(text);
}

/**
 * Scrapes again and again, and collects the series that fell between two scrapes. A failed scrape is a gap,
 * as for Prometheus: on a busy machine an environment may not start in time.
 *
 * @param first a scrape from before the load
 */
export async function watchForFalls(
  stack: TestStack,
  first: Exposition,
  intervalMs: number,
  signal: AbortSignal,
): Promise<{ readonly scrapes: number; readonly gaps: number; readonly falls: string[] }> {
  const falls: string[] = [];
  let before = first;
  let [scrapes, gaps] = [0, 0];
  while (!signal.aborted) {
    await sleep(intervalMs);
    // Two at a time, so that more than one instance answers. Either of the two may be the later one.
    const pair = await answeredOf([scrape(stack), scrape(stack)]);
    const last = await answeredOf([scrape(stack)]);
    for (const each of pair) falls.push(...fallenSeries(before, each));
    for (const after of last) {
      for (const each of [before, ...pair]) falls.push(...fallenSeries(each, after));
      before = after;
    }
    scrapes += pair.length + last.length;
    gaps += 3 - pair.length - last.length;
  }
  return { scrapes, gaps, falls };
}

/** The scrapes that were answered. */
async function answeredOf(scrapes: readonly Promise<Exposition>[]): Promise<Exposition[]> {
  const settled = await Promise.allSettled(scrapes);
  return settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

/** A scrape that agrees with what clients saw, or the last one before the time is over. */
export async function settledScrape(stack: TestStack, seen: SeenAnswers): Promise<Exposition> {
  const untilMs = performance.now() + SETTLING_MS;
  for (;;) {
    const found = await scrape(stack);
    if (differences(found, seen).length === 0 || performance.now() > untilMs) return found;
    await sleep(200);
  }
}

/** How /metrics differs from what clients saw; empty when it does not. */
export function differences({ values }: Exposition, { sent, answered, failed }: SeenAnswers): string[] {
  const told = (series: string) => values.get(series) ?? 0;
  const found: string[] = [];
  const compare = (what: string, got: number, expected: number) => {
    if (got !== expected) found.push(`${what}: ${got}, clients saw ${expected}`);
  };
  let counted = 0;
  for (const route of ['POST /predict', 'POST /models/{model}/predict']) {
    for (const status of ['2xx', '3xx', '4xx', '5xx']) {
      const total = told(`classifier_requests_total{route="${route}",status="${status}"}`);
      compare(`${route} ${status}`, total, answered.get(`${route} ${status}`) ?? 0);
      counted += total;
    }
    const good = answered.get(`${route} 2xx`) ?? 0;
    compare(
      `latencies of ${route}`,
      told(`classifier_prediction_duration_seconds_count{route="${route}"}`),
      good,
    );
  }
  const failures = told('classifier_invocation_failures_total{function="predict"}');
  compare('failures', failures, failed);
  compare('answers and failures', counted + failures, sent);
  compare('refused calls', told('classifier_throttles_total{function="predict"}'), 0);
  return found;
}

import { parseArgs } from 'node:util';
import { seedRawBucket } from '../../lib/local/seed.ts';
import buildBundles from '../helpers/build-bundles.ts';
import { isFound } from '../helpers/seeded-stack.ts';
import { eventually, startTestStack } from '../helpers/stack.ts';
import {
  differences,
  killSome,
  scrape,
  sendRequests,
  settledScrape,
  watchForFalls,
} from '../simulation/metrics-load.ts';

/**
 * Compares /metrics with what clients saw, with 20 execution environments of which some are killed, while it
 * is scraped every second: `npm run test:deep -- metrics --clients 20 --requests 600 --kills 30 --seconds
 * 120`.
 */
const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '20' },
    requests: { type: 'string', default: '600' },
    kills: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '120' },
  },
});
const [clients, requests, kills, seconds] = [
  values.clients,
  values.requests,
  values.kills,
  values.seconds,
].map(Number) as [number, number, number, number];
process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_ACCESS_KEY_ID ??= 'local';
process.env.AWS_SECRET_ACCESS_KEY ??= 'local';

await buildBundles();
// The requests must use as many processes as there are clients.
const stack = await startTestStack(undefined, { maxWaitMs: 0 });
const faults: string[] = [];
try {
  await seedRawBucket(new URL('../../data/raw/', import.meta.url).pathname, stack.urls.s3, 'classifier-raw');
  await eventually('a champion', () => isFound(`${stack.urls.http}/health`));
  const [loaded, watched] = [new AbortController(), new AbortController()];
  const watching = watchForFalls(stack, await scrape(stack), 1000, watched.signal);
  const watchedFor = new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const killing = killSome(stack, kills, loaded.signal);
  const seen = await sendRequests(stack, clients, requests).finally(() => loaded.abort());
  const killed = await killing;
  await watchedFor;
  watched.abort();
  const { scrapes, gaps, falls } = await watching;
  faults.push(...falls);
  if (seen.failed !== killed)
    faults.push(`${seen.failed} requests failed, ${killed} environments were killed`);
  const settled = await settledScrape(stack, seen);
  faults.push(...differences(settled, seen));
  const environments = settled.values.get('classifier_cold_starts_total{function="predict"}');
  if (!(environments! >= clients)) faults.push(`expected ${clients} environments or more, ${environments}`);
  process.stdout.write(
    `${seen.sent} requests to ${environments} environments, ${killed} killed at work; ${scrapes} scrapes in ${seconds} s, ${gaps} without an answer\n` +
      `answers: ${JSON.stringify(Object.fromEntries(seen.answered))}, failures: ${seen.failed}\n`,
  );
} finally {
  await stack.dispose();
}
for (const fault of faults) process.stdout.write(`FAILED ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SERVICE_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { readConfiguration } from '../../lib/config.ts';
import { systemClock } from '../../lib/freshness.ts';
import { accessPolicy } from '../../lib/http/access.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { readQuery } from '../../lib/http/query.ts';
import { noQuery } from '../../lib/http/schemas/paging.ts';
import { type HttpAnswer, type HttpEvent, httpStack, json } from '../../lib/http/stack.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { PROMETHEUS_CONTENT_TYPE } from '../../lib/telemetry/prometheus.ts';
import { costSoFar } from './costs.ts';
import { CurrentSnapshot } from './current-snapshot.ts';
import { deadLetters } from './dead-letters.ts';
import { expose } from './expose.ts';
import { settings } from './settings.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { takeSnapshot } from './take-snapshot.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const functionPrefix = config.FUNCTION_PREFIX;
const cloudWatch = new CloudWatchClient(SERVICE_CALLS);
// A queue's address names the region's endpoint too, but not the one that the environment sets.
const sqs = new SQSClient({ ...SERVICE_CALLS, useQueueUrlAsEndpoint: false });
const table = new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE);
const snapshot = new CurrentSnapshot({
  store: new SnapshotStore(table),
  take: takeSnapshot.bind(undefined, { cloudWatch, table, functionPrefix }),
  refreshSeconds: config.METRICS_REFRESH_SECONDS,
  firstWaitMs: 10_000,
  logger,
  clock: systemClock,
});

export const handler = httpStack(
  {
    'GET /metrics': async () => ({
      statusCode: 200,
      headers: { 'content-type': PROMETHEUS_CONTENT_TYPE, 'cache-control': 'no-store' },
      body: expose(await snapshot.get(), functionPrefix, Date.now()),
    }),
    'GET /costs': async ({ event }) =>
      await answered(event, 'What the functions did', () =>
        costSoFar({ cloudWatch, functionPrefix }, Date.now()),
      ),
    'GET /dead-letters': async ({ event }) =>
      await answered(event, 'The dead-letter queues', () => deadLetters({ sqs, functionPrefix })),
  },
  { logger, metrics: createMetricBuffer('metrics'), access: accessPolicy(config) },
);

/** @throws HttpError 503 `unavailable` when AWS does not say what is asked for */
async function answered(event: HttpEvent, what: string, ask: () => Promise<unknown>): Promise<HttpAnswer> {
  readQuery(event.rawQueryString, noQuery.shape);
  try {
    return json(200, await ask(), { 'cache-control': 'no-store' });
  } catch (cause) {
    throw new HttpError(503, 'unavailable', `${what} cannot be read at the moment; ask again.`, {
      headers: { 'retry-after': '15' },
      cause,
    });
  }
}

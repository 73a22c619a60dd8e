import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SERVICE_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { readConfiguration } from '../../lib/config.ts';
import { systemClock } from '../../lib/freshness.ts';
import { accessPolicy } from '../../lib/http/access.ts';
import { httpStack } from '../../lib/http/stack.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { PROMETHEUS_CONTENT_TYPE } from '../../lib/telemetry/prometheus.ts';
import { CurrentSnapshot } from './current-snapshot.ts';
import { expose } from './expose.ts';
import { settings } from './settings.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { takeSnapshot } from './take-snapshot.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const functionPrefix = config.FUNCTION_PREFIX;
const cloudWatch = new CloudWatchClient(SERVICE_CALLS);
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
  },
  { logger, metrics: createMetricBuffer('metrics'), access: accessPolicy(config) },
);

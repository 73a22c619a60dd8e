import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { integerOr, readConfiguration, requiredText } from '../../lib/config.ts';
import { accessFields, accessPolicy } from '../../lib/http/access.ts';
import { httpStack } from '../../lib/http/stack.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { PROMETHEUS_CONTENT_TYPE } from '../../lib/telemetry/prometheus.ts';
import { expose } from './expose.ts';

const config = readConfiguration(
  {
    REGISTRY_TABLE: requiredText('the name of the registry table'),
    METRICS_REFRESH_SECONDS: integerOr(60, { min: 0, max: 3600 }),
    ...accessFields,
  },
  process.env,
);
const deps = {
  cloudWatch: new CloudWatchClient({}),
  table: new RegistryTable(new DynamoDBClient({}), config.REGISTRY_TABLE),
  now: Date.now,
};

let snapshot: { readonly text: Promise<string>; readonly atMs: number } | undefined;

/** One read of CloudWatch serves all scrapes for METRICS_REFRESH_SECONDS; a failed one is forgotten at once. */
function currentText(): Promise<string> {
  const atMs = deps.now();
  if (snapshot && atMs - snapshot.atMs < config.METRICS_REFRESH_SECONDS * 1000) return snapshot.text;
  const fresh = { text: expose(deps), atMs };
  fresh.text.catch(() => {
    if (snapshot === fresh) snapshot = undefined;
  });
  snapshot = fresh;
  return fresh.text;
}

export const handler = httpStack(
  {
    'GET /metrics': async () => ({
      statusCode: 200,
      headers: { 'content-type': PROMETHEUS_CONTENT_TYPE, 'cache-control': 'no-store' },
      body: await currentText(),
    }),
  },
  { logger: createLogger(), metrics: createMetricBuffer(), access: accessPolicy(config) },
);

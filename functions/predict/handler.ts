import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { integerOr, readConfiguration, requiredText, textOr } from '../../lib/config.ts';
import { accessFields, accessPolicy } from '../../lib/http/access.ts';
import { readJsonBody } from '../../lib/http/request.ts';
import { type HttpAnswer, type HttpEvent, httpStack, json } from '../../lib/http/stack.ts';
import { DEFAULT_MODEL } from '../../lib/names.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import type { PREDICTION_ROUTES } from '../../lib/telemetry/metric-names.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { ModelCache } from './model-cache.ts';
import { predict } from './predict.ts';

const config = readConfiguration(
  {
    MODELS_BUCKET: requiredText('the name of the bucket for models'),
    REGISTRY_TABLE: requiredText('the name of the registry table'),
    MODEL_REFRESH_SECONDS: integerOr(30, { min: 0, max: 3600 }),
    MAX_BODY_BYTES: integerOr(1024 ** 2, { min: 1, max: 6 * 1024 ** 2 }),
    CODE_VERSION: textOr('unknown'),
    ...accessFields,
  },
  process.env,
);
const logger = createLogger();
const metrics = createMetricBuffer();
const cache = new ModelCache({
  s3: new S3Client({}),
  table: new RegistryTable(new DynamoDBClient({}), config.REGISTRY_TABLE),
  modelsBucket: config.MODELS_BUCKET,
  refreshSeconds: config.MODEL_REFRESH_SECONDS,
  emit: metrics.emit,
  logger,
  now: Date.now,
});

export const handler = httpStack(
  {
    'POST /predict': ({ event }) => timed('POST /predict', () => answerPrediction(event)),
    'POST /models/{model}/predict': ({ event }) =>
      timed('POST /models/{model}/predict', () => answerPrediction(event)),
    'GET /health': answerHealth,
  },
  { logger, metrics, access: accessPolicy(config) },
);

async function timed(
  route: (typeof PREDICTION_ROUTES)[number],
  work: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const startedMs = performance.now();
  const answer = await work();
  metrics.emit('predictionLatency', { route }, performance.now() - startedMs);
  return answer;
}

async function answerPrediction(event: HttpEvent): Promise<HttpAnswer> {
  const body = readJsonBody(event, config.MAX_BODY_BYTES);
  const champion = await cache.champion(event.pathParameters?.model ?? DEFAULT_MODEL);
  return json(200, predict(body, champion), champion.stale ? { 'x-model-stale': 'true' } : {});
}

/** Ready when the default model can answer. */
async function answerHealth(): Promise<HttpAnswer> {
  const champion = await cache.champion(DEFAULT_MODEL);
  return json(200, {
    status: 'ready',
    model_version: `v${champion.version}`,
    code_version: config.CODE_VERSION,
  });
}

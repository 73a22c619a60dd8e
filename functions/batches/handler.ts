import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { ANSWERED_OBJECT_CALLS, SERVICE_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { executionsOf } from '../../lib/aws/executions.ts';
import { readConfiguration } from '../../lib/config.ts';
import { accessPolicy } from '../../lib/http/access.ts';
import { modelOf } from '../../lib/http/path-parameters.ts';
import { readQuery } from '../../lib/http/query.ts';
import { readJsonBody, validate } from '../../lib/http/request.ts';
import { batchRequest } from '../../lib/http/schemas/batches-api.ts';
import { noQuery, uploadsQuery } from '../../lib/http/schemas/paging.ts';
import { type HttpAnswer, type HttpEvent, type HttpRequest, httpStack, json } from '../../lib/http/stack.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { presigner } from '../../lib/storage/presigned.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { acceptBatch } from './accept-batch.ts';
import { batchState } from './batch-state.ts';
import { batchPage } from './list-batches.ts';
import { settings } from './settings.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const deps = {
  s3: new S3Client(ANSWERED_OBJECT_CALLS),
  table: new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE),
  executions: executionsOf(new SFNClient(SERVICE_CALLS), config.BATCH_STATE_MACHINE),
  batchesBucket: config.BATCHES_BUCKET,
  resultsBucket: config.RESULTS_BUCKET,
  presign: presigner(process.env, Date.now),
  now: Date.now,
};

/** Several times the size of the largest valid request: a key, escaped. */
const MAX_BODY_BYTES = 16 * 1024;

export const handler = httpStack(
  {
    'POST /models/{model}/batches': postBatch,
    'GET /models/{model}/batches': async ({ event }) =>
      fresh(
        200,
        await batchPage(modelOf(event), readQuery(event.rawQueryString, uploadsQuery.shape, ['limit']), deps),
      ),
    'GET /models/{model}/batches/{id}': async ({ event }) =>
      fresh(200, await batchState(plainModelOf(event), event.pathParameters?.id ?? '', deps)),
  },
  { logger, metrics: createMetricBuffer('batches'), access: accessPolicy(config) },
);

/** An answer that clients must not cache, because it may change at any time. */
const fresh = (status: number, value: unknown): HttpAnswer =>
  json(status, value, { 'cache-control': 'no-store' });

function plainModelOf(event: HttpEvent): string {
  readQuery(event.rawQueryString, noQuery.shape);
  return modelOf(event);
}

async function postBatch({ event, caller }: HttpRequest): Promise<HttpAnswer> {
  const model = plainModelOf(event);
  const request = validate(batchRequest, readJsonBody(event, MAX_BODY_BYTES));
  const accepted = await acceptBatch(model, request, deps);
  const key = accepted.batch?.input ?? accepted.upload?.key;
  logger.info('asked for a batch', { model, key, actor: caller.name });
  return fresh(202, accepted);
}

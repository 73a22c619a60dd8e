import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { OBJECT_CALLS, SERVICE_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { executionsOf } from '../../lib/aws/executions.ts';
import { readConfiguration } from '../../lib/config.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createdObjects } from '../../lib/storage/object-events.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { settings } from './settings.ts';
import { startDropped } from './start-dropped.ts';
import { isTask, runTask } from './tasks.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const deps = {
  s3: new S3Client(OBJECT_CALLS),
  table: new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE),
  executions: executionsOf(new SFNClient(SERVICE_CALLS), config.BATCH_STATE_MACHINE),
  batchesBucket: config.BATCHES_BUCKET,
  resultsBucket: config.RESULTS_BUCKET,
  modelsBucket: config.MODELS_BUCKET,
  models: { last: undefined },
  lotRows: config.BATCH_LOT_ROWS,
  concurrency: config.BATCH_CONCURRENCY,
  maxFileBytes: config.MAX_BATCH_BYTES,
  now: Date.now,
  logger,
};

/** Starts batches for the batches bucket, and does the tasks of the state machine that runs them. */
export const handler = middy<unknown, object, Error, Context>()
  .before(({ context }) => {
    logger.addContext(context);
  })
  .handler(async (event) => {
    if (isTask(event)) return await runTask(event, deps);
    const outcomes: unknown[] = [];
    for (const object of createdObjects(event)) outcomes.push(await startDropped(object, deps));
    return { outcomes };
  });

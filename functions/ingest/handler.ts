import { availableParallelism } from 'node:os';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import type { Context, S3Event, SQSEvent } from 'aws-lambda';
import { OBJECT_CALLS, SERVICE_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { executionsOf } from '../../lib/aws/executions.ts';
import { readConfiguration } from '../../lib/config.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createdObjects } from '../../lib/storage/object-events.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricEmitter } from '../../lib/telemetry/metrics.ts';
import { ingestObject } from './ingest.ts';
import { isSetTask, runSetTask } from './set/tasks.ts';
import { settings } from './settings.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const metrics = createMetricEmitter('ingest');
const deps = {
  s3: new S3Client(OBJECT_CALLS),
  table: new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE),
  processedBucket: config.PROCESSED_BUCKET,
  modelsBucket: config.MODELS_BUCKET,
  maxFileBytes: config.MAX_FILE_BYTES,
  executions: executionsOf(new SFNClient(SERVICE_CALLS), config.SET_STATE_MACHINE),
  maxSetParts: config.MAX_SET_PARTS,
  maxSetBytes: config.MAX_SET_BYTES,
  setConcurrency: config.SET_CONCURRENCY,
  codeVersion: config.CODE_VERSION,
  threads: availableParallelism(),
  now: Date.now,
  emit: metrics.emit,
  logger,
};

/**
 * Tries every created object of the event, also after one failed. Throws when any failed, so that the event
 * is retried. Or does a task of the state machine that reads sets.
 */
export const handler = middy<S3Event | SQSEvent, { outcomes?: unknown[] }, Error, Context>()
  .before(({ context }) => {
    logger.addContext(context);
    metrics.flush();
  })
  .handler(async (event) => {
    if (isSetTask(event)) return await runSetTask(event, deps);
    const outcomes: unknown[] = [];
    const faults: unknown[] = [];
    for (const object of createdObjects(event)) {
      try {
        outcomes.push({ key: object.key, ...(await ingestObject(object, deps)) });
      } catch (error) {
        logger.error('ingestion failed', { key: object.key, error: error as Error });
        faults.push(error);
      }
    }
    if (faults.length > 0)
      throw new AggregateError(faults, `${faults.length} object(s) could not be ingested`);
    return { outcomes };
  });

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import type { Context, S3Event, SQSEvent } from 'aws-lambda';
import { OBJECT_CALLS, SERVICE_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { executionsOf } from '../../lib/aws/executions.ts';
import { cacheLimitBytes } from '../../lib/cache-limit.ts';
import { readConfiguration } from '../../lib/config.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createdObjects } from '../../lib/storage/object-events.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricEmitter } from '../../lib/telemetry/metrics.ts';
import { boundsWithin } from '../../lib/training/training-limits.ts';
import { settings } from './settings.ts';
import { type TrainOutcome, trainFromManifest } from './train.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const metrics = createMetricEmitter('train');
const { TRAIN_STATE_MACHINE: stateMachine, PREDICT_MEMORY_MB: predictMb } = config;
const deps = {
  s3: new S3Client(OBJECT_CALLS),
  table: new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE),
  modelsBucket: config.MODELS_BUCKET,
  settings: config.TRAINING_SETTINGS,
  bounds: boundsWithin({
    seconds: config.TRAINING_SECONDS,
    memoryMb: config.TRAINING_MEMORY_MB,
    modelBytes: predictMb === undefined ? undefined : cacheLimitBytes(config.MODEL_CACHE_MB, predictMb),
  }),
  ...(stateMachine === undefined
    ? {}
    : { executions: executionsOf(new SFNClient(SERVICE_CALLS), stateMachine) }),
  codeVersion: config.CODE_VERSION,
  emit: metrics.emit,
  logger,
  now: Date.now,
};

/**
 * The processed bucket's notifications hold one committed data set per event. Several in one event are
 * handled in turn.
 */
export const handler = middy<S3Event | SQSEvent, { outcomes: TrainOutcome[] }, Error, Context>()
  .before(({ context }) => {
    logger.addContext(context);
    metrics.flush();
  })
  .handler(async (event) => {
    const outcomes: TrainOutcome[] = [];
    for (const object of createdObjects(event)) {
      const outcome = await trainFromManifest(object, deps);
      if (outcome.kind === 'promoted' || outcome.kind === 'kept') logger.info('trained', { ...outcome });
      outcomes.push(outcome);
    }
    return { outcomes };
  });

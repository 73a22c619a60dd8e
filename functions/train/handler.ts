import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { Context, S3Event } from 'aws-lambda';
import { jsonOr, readConfiguration, requiredText, textOr } from '../../lib/config.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createdObjects } from '../../lib/storage/object-events.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricEmitter } from '../../lib/telemetry/metrics.ts';
import { trainingSettings } from '../../lib/training/settings.ts';
import { type TrainOutcome, trainFromManifest } from './train.ts';

const config = readConfiguration(
  {
    MODELS_BUCKET: requiredText('the name of the bucket for models'),
    REGISTRY_TABLE: requiredText('the name of the registry table'),
    TRAINING_SETTINGS: jsonOr('{}', trainingSettings),
    CODE_VERSION: textOr('unknown'),
  },
  process.env,
);
const logger = createLogger();
const metrics = createMetricEmitter('train');
const deps = {
  s3: new S3Client({}),
  table: new RegistryTable(new DynamoDBClient({}), config.REGISTRY_TABLE),
  modelsBucket: config.MODELS_BUCKET,
  settings: config.TRAINING_SETTINGS,
  codeVersion: config.CODE_VERSION,
  emit: metrics.emit,
  logger,
  now: Date.now,
};

/** One committed data set per event, as the processed bucket's notifications are set up; more are taken in turn. */
export const handler = middy<S3Event, { outcomes: TrainOutcome[] }, Error, Context>()
  .before(({ context }) => {
    logger.addContext(context);
    metrics.flush();
  })
  .handler(async (event) => {
    const outcomes: TrainOutcome[] = [];
    for (const object of createdObjects(event)) {
      const outcome = await trainFromManifest(object, deps);
      if (outcome.kind !== 'failed') logger.info('trained', { ...outcome });
      outcomes.push(outcome);
    }
    return { outcomes };
  });

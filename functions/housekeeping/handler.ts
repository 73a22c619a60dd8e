import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { OBJECT_CALLS, SERVICE_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { executionsOf } from '../../lib/aws/executions.ts';
import { isTrainingRunning } from '../../lib/aws/training-executions.ts';
import { readConfiguration } from '../../lib/config.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricEmitter } from '../../lib/telemetry/metrics.ts';
import { type HousekeepingReport, keepHouse } from './keep-house.ts';
import { reconcile } from './reconcile.ts';
import { applyRetention } from './retention.ts';
import { settings } from './settings.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const metrics = createMetricEmitter('housekeeping');
const lambda = new LambdaClient(SERVICE_CALLS);
const trainings =
  config.TRAIN_STATE_MACHINE === undefined
    ? undefined
    : executionsOf(new SFNClient(SERVICE_CALLS), config.TRAIN_STATE_MACHINE);
const functionNames = { ingest: config.INGEST_FUNCTION, train: config.TRAIN_FUNCTION };
const shared = {
  s3: new S3Client(OBJECT_CALLS),
  table: new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE),
  logger,
  now: Date.now,
};
const reconcileDeps = {
  ...shared,
  rawBucket: config.RAW_BUCKET,
  processedBucket: config.PROCESSED_BUCKET,
  graceSeconds: config.RECONCILE_GRACE_SECONDS,
  emit: metrics.emit,
  ...(trainings && { isTrainingRunning: (uploadId: string) => isTrainingRunning(trainings, uploadId) }),
  invokeAsync: async (target: 'ingest' | 'train', event: unknown) => {
    const Payload = JSON.stringify(event);
    await lambda.send(
      new InvokeCommand({ FunctionName: functionNames[target], InvocationType: 'Event', Payload }),
    );
  },
};
const retentionDeps = {
  ...shared,
  modelsBucket: config.MODELS_BUCKET,
  policy: {
    versions: config.RETAIN_VERSIONS,
    champions: config.RETAIN_CHAMPIONS,
    days: config.RETAIN_DAYS,
  },
  graceSeconds: config.ARTIFACT_GRACE_SECONDS,
};

/** Runs on a schedule. To run it by hand, invoke it with any payload. */
export const handler = middy<unknown, HousekeepingReport, Error, Context>()
  .before(({ context }) => {
    logger.addContext(context);
    metrics.flush();
  })
  .handler(() =>
    keepHouse(
      () => reconcile(reconcileDeps),
      () => applyRetention(retentionDeps),
      logger,
    ),
  );

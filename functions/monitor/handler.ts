import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { integerOr, readConfiguration, requiredText, shareOr } from '../../lib/config.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricEmitter } from '../../lib/telemetry/metrics.ts';
import { type MonitorReport, monitor } from './monitor.ts';

const config = readConfiguration(
  {
    PREDICTIONS_BUCKET: requiredText('the name of the bucket for predictions'),
    MODELS_BUCKET: requiredText('the name of the bucket for models'),
    REGISTRY_TABLE: requiredText('the name of the registry table'),
    PREDICT_LOG_GROUP: requiredText('the name of the log group of the predict function'),
    DRIFT_WINDOW_HOURS: integerOr(24, { min: 1, max: 720 }),
    DRIFT_MIN_RECORDS: integerOr(100, { min: 20, max: 10_000 }),
    DRIFT_FAMILY_WISE_ERROR: shareOr(0.01, { min: 0.0001, max: 0.5 }),
    LIVE_ACCURACY_DAYS: integerOr(30, { min: 1, max: 365 }),
  },
  process.env,
);
const logger = createLogger();
const metrics = createMetricEmitter('monitor');
const deps = {
  s3: new S3Client({}),
  logs: new CloudWatchLogsClient({}),
  table: new RegistryTable(new DynamoDBClient({}), config.REGISTRY_TABLE),
  predictionsBucket: config.PREDICTIONS_BUCKET,
  modelsBucket: config.MODELS_BUCKET,
  logGroup: config.PREDICT_LOG_GROUP,
  rules: {
    windowHours: config.DRIFT_WINDOW_HOURS,
    minRecords: config.DRIFT_MIN_RECORDS,
    familyWiseError: config.DRIFT_FAMILY_WISE_ERROR,
    accuracyDays: config.LIVE_ACCURACY_DAYS,
  },
  emit: metrics.emit,
  logger,
  now: Date.now,
};

/** Runs on a schedule; by hand, invoke it with any payload. */
export const handler = middy<unknown, MonitorReport, Error, Context>()
  .before(({ context }) => {
    logger.addContext(context);
    metrics.flush();
  })
  .handler(() => monitor(deps));

import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { OBJECT_CALLS, SERVICE_CALLS, TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { readConfiguration } from '../../lib/config.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricEmitter } from '../../lib/telemetry/metrics.ts';
import { type MonitorReport, monitor } from './monitor.ts';
import { settings } from './settings.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const metrics = createMetricEmitter('monitor');
const deps = {
  s3: new S3Client(OBJECT_CALLS),
  logs: new CloudWatchLogsClient(SERVICE_CALLS),
  table: new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE),
  predictionsBucket: config.PREDICTIONS_BUCKET,
  modelsBucket: config.MODELS_BUCKET,
  logGroup: config.PREDICT_LOG_GROUP,
  logSettleMs: config.PREDICTION_LOG_SETTLE_SECONDS * 1000,
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

/** Runs on a schedule. To run it by hand, invoke it with any payload. */
export const handler = middy<unknown, MonitorReport, Error, Context>()
  .before(({ context }) => {
    logger.addContext(context);
    metrics.flush();
  })
  .handler(() => monitor(deps));

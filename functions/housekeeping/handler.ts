import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { integerOr, readConfiguration, requiredText } from '../../lib/config.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { type ReconcileReport, reconcile } from './reconcile.ts';

const config = readConfiguration(
  {
    RAW_BUCKET: requiredText('the name of the bucket for raw files'),
    PROCESSED_BUCKET: requiredText('the name of the bucket for processed data'),
    REGISTRY_TABLE: requiredText('the name of the registry table'),
    INGEST_FUNCTION: requiredText('the name or ARN of the ingest function'),
    TRAIN_FUNCTION: requiredText('the name or ARN of the train function'),
    RECONCILE_GRACE_SECONDS: integerOr(3600, { min: 0, max: 7 * 86_400 }),
  },
  process.env,
);
const logger = createLogger();
const lambda = new LambdaClient({});
const functionNames = { ingest: config.INGEST_FUNCTION, train: config.TRAIN_FUNCTION };
const deps = {
  s3: new S3Client({}),
  table: new RegistryTable(new DynamoDBClient({}), config.REGISTRY_TABLE),
  rawBucket: config.RAW_BUCKET,
  processedBucket: config.PROCESSED_BUCKET,
  graceSeconds: config.RECONCILE_GRACE_SECONDS,
  invokeAsync: async (target: 'ingest' | 'train', event: unknown) => {
    const Payload = JSON.stringify(event);
    await lambda.send(
      new InvokeCommand({ FunctionName: functionNames[target], InvocationType: 'Event', Payload }),
    );
  },
  logger,
  now: Date.now,
};

/** Runs on a schedule; by hand, invoke it with any payload. */
export const handler = middy<unknown, ReconcileReport, Error, Context>()
  .before(({ context }) => logger.addContext(context))
  .handler(() => reconcile(deps));

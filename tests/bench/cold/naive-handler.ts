/** A first draft of the predict function: all of zod, all clients created at once, all imports at the top. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { z } from 'zod';
import type { Model } from '../../../lib/classifier/model.ts';
import { openModel } from '../../../lib/classifier/model-file.ts';

const config = z.object({ MODELS_BUCKET: z.string(), REGISTRY_TABLE: z.string() }).parse(process.env);
const body = z.object({ features: z.array(z.number()) });
const logger = new Logger({ serviceName: 'naive' });
const metrics = new Metrics({ namespace: 'Naive', serviceName: 'naive' });
const s3 = new S3Client({});
const dynamodb = new DynamoDBClient({});

let loaded: { readonly model: Model; readonly version: number } | undefined;

async function champion() {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: config.REGISTRY_TABLE,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: marshall({ ':pk': 'MODEL#default', ':prefix': 'DECISION#' }),
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: 1,
    }),
  );
  const version = unmarshall(Items[0]!).champion as number;
  const sk = `VERSION#${String(version).padStart(12, '0')}`;
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName: config.REGISTRY_TABLE, Key: marshall({ pk: 'MODEL#default', sk }) }),
  );
  const { artifact_key, artifact_sha256 } = unmarshall(Item!);
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: config.MODELS_BUCKET, Key: artifact_key as string }),
  );
  const bytes = (await Body!.transformToByteArray()) as Uint8Array<ArrayBuffer>;
  return { model: openModel(bytes, artifact_sha256 as string), version };
}

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().handler(
  async (event) => {
    const { features } = body.parse(JSON.parse(event.body ?? ''));
    loaded ??= await champion();
    logger.debug('loaded', { version: loaded.version });
    metrics.addMetric('RequestCount', MetricUnit.Count, 1);
    metrics.publishStoredMetrics();
    const answer = { ...loaded.model.predict(features), model_version: `v${loaded.version}` };
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
  },
);

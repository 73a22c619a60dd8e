import { type LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import {
  GetBucketNotificationConfigurationCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  type QueueConfiguration,
  type S3Client,
} from '@aws-sdk/client-s3';
import { InfraTestError } from './processes.ts';

/** An event and the function to which Lambda would hand it on from the queue that S3 sends to. */
export interface Delivery {
  readonly functionArn: string;
  readonly event: unknown;
}

/** The clients that read what AWS stores. */
interface Stored {
  readonly s3: S3Client;
  readonly lambda: LambdaClient;
}

/** Objects of a bucket, by how their keys begin. */
interface Place {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
}

/**
 * The deliveries for these objects, according to the notifications and the event source mappings that AWS
 * stores.
 *
 * @throws InfraTestError for a notification past a queue, and for a queue that calls no function
 */
export async function deliveriesOf(
  { s3, lambda }: Stored,
  { bucket, prefix, region }: Place,
): Promise<Delivery[]> {
  const { QueueConfigurations = [], ...others } = await s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
  );
  if ((others.LambdaFunctionConfigurations ?? []).length > 0)
    throw new InfraTestError(
      `${bucket}: expected its events to wait in a queue, it calls a function at once`,
    );
  const queues = await Promise.all(
    QueueConfigurations.map(async (configuration) => ({
      configuration,
      functionArn: await functionOf(lambda, configuration.QueueArn!),
    })),
  );
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }));
  const inOrder = Versions.toSorted((a, b) => Number(a.LastModified) - Number(b.LastModified));
  return inOrder.flatMap((version) =>
    queues
      .filter(({ configuration }) => isWanted(version, configuration))
      .map(({ configuration, functionArn }) => ({
        functionArn,
        event: messageOf(configuration.QueueArn!, createdEvent(bucket, region, version, configuration)),
      })),
  );
}

async function functionOf(lambda: LambdaClient, EventSourceArn: string): Promise<string> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ EventSourceArn }),
  );
  const found = EventSourceMappings[0]?.FunctionArn;
  if (found !== undefined) return found;
  throw new InfraTestError(`${EventSourceArn}: expected an event source mapping, AWS holds none`);
}

/** Source: "Using Lambda with Amazon SQS", AWS Lambda Developer Guide. */
function messageOf(eventSourceARN: string, notification: unknown): unknown {
  return {
    Records: [
      {
        messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
        receiptHandle: 'any',
        body: JSON.stringify(notification),
        attributes: { ApproximateReceiveCount: '1' },
        messageAttributes: {},
        eventSource: 'aws:sqs',
        eventSourceARN,
      },
    ],
  };
}

/**
 * Source: "Filtering event notifications", S3 User Guide: the event's type, and the key's prefix and suffix.
 */
function isWanted({ Key = '' }: ObjectVersion, { Events = [], Filter }: QueueConfiguration): boolean {
  const types: readonly string[] = ['s3:ObjectCreated:*', 's3:ObjectCreated:Put'];
  if (!Events.some((type) => types.includes(type))) return false;
  return (Filter?.Key?.FilterRules ?? []).every(({ Name, Value = '' }) =>
    Name?.toLowerCase() === 'prefix' ? Key.startsWith(Value) : Key.endsWith(Value),
  );
}

/** Source: "Event message structure", S3 User Guide. Keys are form-encoded. */
function createdEvent(
  bucket: string,
  region: string,
  { Key = '', VersionId, Size = 0, ETag = '', LastModified = new Date(0) }: ObjectVersion,
  { Id = '' }: QueueConfiguration,
): unknown {
  const key = new URLSearchParams({ Key }).toString().slice('Key='.length).replaceAll('%2F', '/');
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: LastModified.toISOString(),
        eventName: 'ObjectCreated:Put',
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: Id,
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: {
            key,
            size: Size,
            eTag: ETag.replaceAll('"', ''),
            versionId: VersionId,
            sequencer: LastModified.getTime().toString(16).toUpperCase().padStart(16, '0'),
          },
        },
      },
    ],
  };
}

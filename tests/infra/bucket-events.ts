import {
  GetBucketNotificationConfigurationCommand,
  type LambdaFunctionConfiguration,
  ListObjectVersionsCommand,
  type ObjectVersion,
  type S3Client,
} from '@aws-sdk/client-s3';

/** An event and the function to which S3 would send it. */
export interface Delivery {
  readonly functionArn: string;
  readonly event: unknown;
}

/** The deliveries for all objects of a bucket, according to the notifications that AWS stores. */
export async function deliveriesOf(s3: S3Client, bucket: string, region: string): Promise<Delivery[]> {
  const { LambdaFunctionConfigurations = [] } = await s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
  );
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  const inOrder = Versions.toSorted((a, b) => Number(a.LastModified) - Number(b.LastModified));
  return inOrder.flatMap((version) =>
    LambdaFunctionConfigurations.filter((configuration) => isWanted(version, configuration)).map(
      (configuration) => ({
        functionArn: configuration.LambdaFunctionArn!,
        event: createdEvent(bucket, region, version, configuration),
      }),
    ),
  );
}

/**
 * Source: "Filtering event notifications", S3 User Guide: the event's type, and the key's prefix and suffix.
 */
function isWanted(
  { Key = '' }: ObjectVersion,
  { Events = [], Filter }: LambdaFunctionConfiguration,
): boolean {
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
  { Id = '' }: LambdaFunctionConfiguration,
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

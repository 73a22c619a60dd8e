import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import {
  GetBucketNotificationConfigurationCommand,
  ListObjectVersionsCommand,
  type QueueConfiguration,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { deliveriesOf } from '../../infra/bucket-events.ts';

const RAW = { bucket: 'raw', prefix: '', region: 'us-east-1' };

interface Created {
  readonly Records: readonly {
    readonly eventName: string;
    readonly s3: {
      readonly configurationId: string;
      readonly bucket: { readonly name: string };
      readonly object: { readonly key: string; readonly versionId: string; readonly sequencer: string };
    };
  }[];
}

/**
 * The deliveries of objects: they are named here in the order of a listing and put in the order of their
 * seconds.
 */
async function delivered(
  configurations: readonly Partial<QueueConfiguration>[],
  objects: Readonly<Record<string, number>>,
) {
  const s3 = new S3Client({});
  const mock = mockClient(s3);
  mock.on(GetBucketNotificationConfigurationCommand).resolves({
    QueueConfigurations: configurations.map((each) => ({
      Id: 'id',
      QueueArn: 'arn:q',
      Events: ['s3:ObjectCreated:*'],
      ...each,
    })),
  });
  mock.on(ListObjectVersionsCommand).resolves({
    Versions: Object.entries(objects).map(([Key, second]) => ({
      Key,
      VersionId: `version-${second}`,
      Size: 1,
      ETag: '"etag"',
      LastModified: new Date(second * 1000),
    })),
  });
  const lambda = new LambdaClient({});
  mockClient(lambda)
    .on(ListEventSourceMappingsCommand, { EventSourceArn: 'arn:q' })
    .resolves({ EventSourceMappings: [{ FunctionArn: 'arn:f:live' }] });
  const deliveries = await deliveriesOf({ s3, lambda }, RAW);
  return deliveries.map(({ functionArn, event }) => ({ functionArn, ...notificationIn(event) }));
}

function notificationIn(event: unknown): Created['Records'][number] {
  const [message] = (event as { Records: { eventSource: string; body: string }[] }).Records;
  expect(message?.eventSource).toBe('aws:sqs');
  return (JSON.parse(message!.body) as Created).Records[0]!;
}

const keys = async (...[configurations, objects]: Parameters<typeof delivered>) =>
  (await delivered(configurations, objects)).map(({ s3 }) => s3.object.key);

describe("the events of a bucket's notifications", () => {
  it('come in the order in which objects were put, with the version of each', async () => {
    const events = await delivered([{ Id: 'ingest' }], { 'a.csv': 2, 'b.csv': 1 });
    expect(events.map(({ s3 }) => [s3.object.key, s3.object.versionId])).toEqual([
      ['b.csv', 'version-1'],
      ['a.csv', 'version-2'],
    ]);
    expect(events[0]).toMatchObject({
      functionArn: 'arn:f:live',
      eventName: 'ObjectCreated:Put',
      s3: { configurationId: 'ingest', bucket: { name: 'raw' } },
    });
    expect(events[0]!.s3.object.sequencer < events[1]!.s3.object.sequencer).toBe(true);
  });

  it('have form-encoded keys', async () => {
    expect(await keys([{}], { 'm/a b+c (1).csv': 1 })).toEqual(['m/a+b%2Bc+%281%29.csv']);
  });

  it('are for the keys that match the filter, with rule names in any case', async () => {
    const rules = (...FilterRules: { Name: string; Value: string }[]) => ({
      Filter: { Key: { FilterRules: FilterRules as never } },
    });
    const objects = { 'm/x/manifest.json': 1, 'm/x/report.json': 2, 'n/x/manifest.json': 3 };
    const suffix = { Name: 'Suffix', Value: '/manifest.json' };
    expect(await keys([rules(suffix)], objects)).toEqual(['m/x/manifest.json', 'n/x/manifest.json']);
    expect(await keys([rules(suffix, { Name: 'prefix', Value: 'm/' })], objects)).toEqual([
      'm/x/manifest.json',
    ]);
  });

  it('are for the keys that were asked for', async () => {
    const s3 = new S3Client({});
    const mock = mockClient(s3);
    mock.on(GetBucketNotificationConfigurationCommand).resolves({});
    mock.on(ListObjectVersionsCommand).resolves({});
    await deliveriesOf({ s3, lambda: new LambdaClient({}) }, { ...RAW, prefix: 'm/' });
    const [listing] = mock.commandCalls(ListObjectVersionsCommand);
    expect(listing?.args[0].input).toEqual({ Bucket: 'raw', Prefix: 'm/' });
  });

  it('must not call a function past its queue', async () => {
    const s3 = new S3Client({});
    mockClient(s3)
      .on(GetBucketNotificationConfigurationCommand)
      .resolves({ LambdaFunctionConfigurations: [{ LambdaFunctionArn: 'arn:f:live', Events: [] }] });
    await expect(deliveriesOf({ s3, lambda: new LambdaClient({}) }, RAW)).rejects.toThrow(
      'expected its events to wait in a queue',
    );
  });

  it('exist only for events of putting objects', async () => {
    expect(await keys([{ Events: ['s3:ObjectRemoved:*'] }], { 'a.csv': 1 })).toEqual([]);
    expect(await keys([{ Events: ['s3:ObjectCreated:Put'] }], { 'a.csv': 1 })).toEqual(['a.csv']);
    expect(await keys([], { 'a.csv': 1 })).toEqual([]);
  });
});

import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3EventRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byCodeUnits } from '../../../../lib/code-units.ts';
import type { Notification } from '../../../../lib/local/s3/event-record.ts';
import { encodeKey } from '../../../../lib/local/s3/key-encoding.ts';
import { SequenceClock } from '../../../../lib/local/s3/sequence-clock.ts';
import type { BucketDefinition } from '../../../../lib/local/s3/server.ts';
import { openS3Fixture, type S3Fixture } from '../../../contract/s3-fixture.ts';

const BUCKETS: readonly BucketDefinition[] = [
  {
    name: 'watched',
    versioned: true,
    notifications: [
      { id: 'csv', functionName: 'ingest', events: ['s3:ObjectCreated:*'], prefix: 'in/', suffix: '.csv' },
      { id: 'removed', functionName: 'clean', events: ['s3:ObjectRemoved:*'] },
      { id: 'copies', functionName: 'audit', events: ['s3:ObjectCreated:Copy'] },
    ],
  },
  {
    name: 'unversioned',
    versioned: false,
    notifications: [
      { id: 'all', functionName: 'ingest', events: ['s3:ObjectCreated:Put', 's3:ObjectRemoved:Delete'] },
    ],
  },
];

let s3: S3Fixture;
let delivered: Notification[];
let failures: number;
beforeEach(async () => {
  delivered = [];
  failures = 0;
  s3 = await openS3Fixture({
    buckets: BUCKETS,
    deliver: async (notification) => {
      if (failures-- > 0) throw new Error('the function cannot be reached');
      delivered.push(notification);
    },
  });
});
afterEach(() => s3.remove());

const put = (Bucket: string, Key: string, Body = 'x') =>
  s3.client.send(new PutObjectCommand({ Bucket, Key, Body }));

async function records(count: number): Promise<S3EventRecord[]> {
  await expect.poll(() => delivered.length).toBe(count);
  return delivered.flatMap(({ event }) => event.Records);
}

describe('an event', () => {
  it('has exactly the form that S3 sends', async () => {
    const { VersionId, $metadata } = await put('watched', 'in/a b+ü(1).csv', 'hello');
    const [record] = await records(1);
    expect(record).toEqual({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'LOCAL' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: {
        'x-amz-request-id': $metadata.requestId,
        'x-amz-id-2': $metadata.extendedRequestId,
      },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'csv',
        bucket: { name: 'watched', ownerIdentity: { principalId: 'LOCAL' }, arn: 'arn:aws:s3:::watched' },
        object: {
          key: 'in/a+b%2B%C3%BC%281%29.csv',
          size: 5,
          eTag: '5d41402abc4b2a76b9719d911017c592',
          versionId: VersionId,
          sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
        },
      },
    });
    expect(delivered[0]).toMatchObject({ functionName: 'ingest', id: expect.stringContaining('csv') });
  });

  it("is sent for keys with the rule's prefix and suffix, decoded", async () => {
    for (const key of ['in/x.CSV', 'in.csv', 'out/in/x.csv', 'in/x.csv.gz', 'in/.csv'])
      await put('watched', key);
    expect((await records(1)).map(({ s3: { object } }) => object.key)).toEqual(['in/.csv']);
  });

  it('names the kind of change', async () => {
    await s3.client
      .send(new CopyObjectCommand({ Bucket: 'watched', Key: 'copied', CopySource: 'watched/in/a.csv' }))
      .catch(() => undefined);
    await put('watched', 'in/a.csv');
    await s3.client.send(
      new CopyObjectCommand({ Bucket: 'watched', Key: 'copied', CopySource: 'watched/in/a.csv' }),
    );
    const target = { Bucket: 'watched', Key: 'in/parts.csv' };
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(target));
    const { ETag } = await s3.client.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'part' }),
    );
    const Parts = [{ PartNumber: 1, ETag }];
    const done = await s3.client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
    );
    const named = (await records(3)).map(({ eventName, s3: { object } }) => [
      eventName,
      object.eTag,
      object.size,
    ]);
    expect(named).toEqual([
      ['ObjectCreated:Put', expect.any(String), 1],
      ['ObjectCreated:Copy', expect.any(String), 1],
      ['ObjectCreated:CompleteMultipartUpload', done.ETag?.replaceAll('"', ''), 4],
    ]);
  });

  it('distinguishes a delete marker from a removal, neither of which has a size', async () => {
    const { VersionId } = await put('watched', 'k');
    const marker = await s3.client.send(new DeleteObjectCommand({ Bucket: 'watched', Key: 'k' }));
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'watched', Key: 'k', VersionId }));
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'watched', Key: 'k', VersionId }));
    const removed = (await records(2)).map(({ eventName, s3: { object } }) => ({ eventName, ...object }));
    expect(removed).toEqual([
      {
        eventName: 'ObjectRemoved:DeleteMarkerCreated',
        key: 'k',
        eTag: 'd41d8cd98f00b204e9800998ecf8427e',
        versionId: marker.VersionId,
        sequencer: expect.any(String),
      },
      { eventName: 'ObjectRemoved:Delete', key: 'k', versionId: VersionId, sequencer: expect.any(String) },
    ]);
  });

  it('names no version in a bucket without versioning', async () => {
    await put('unversioned', 'k');
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'unversioned', Key: 'k' }));
    for (const {
      s3: { object },
    } of await records(2))
      expect(object).not.toHaveProperty('versionId');
  });

  it('carries a sequencer that grows with every change of a key', async () => {
    for (let n = 0; n < 20; n++) await put('unversioned', 'k', String(n));
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'unversioned', Key: 'k' }));
    const byTime = (await records(21)).sort((a, b) =>
      byCodeUnits(a.s3.object.sequencer, b.s3.object.sequencer),
    );
    expect(new Set(byTime.map(({ s3: { object } }) => object.sequencer)).size).toBe(21);
    expect(byTime.at(-1)?.eventName).toBe('ObjectRemoved:Delete');
  });

  it('is not sent for a refused change', async () => {
    await put('unversioned', 'once');
    const again = new PutObjectCommand({ Bucket: 'unversioned', Key: 'once', Body: 'y', IfNoneMatch: '*' });
    await expect(s3.client.send(again)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await put('unversioned', 'last');
    expect((await records(2)).map(({ s3: { object } }) => object.key)).toEqual(['once', 'last']);
  });
});

describe('a delivery', () => {
  it('that fails is reported and retried, with the same id', async () => {
    failures = 2;
    await put('watched', 'in/a.csv');
    await expect.poll(() => delivered.length, { timeout: 5000 }).toBe(1);
    expect(s3.faults.splice(0)).toHaveLength(2);
  });

  it('that always failed is made at the next start, and only once', async () => {
    failures = Number.POSITIVE_INFINITY;
    await put('watched', 'in/a.csv');
    await expect.poll(() => s3.faults.length).toBeGreaterThan(0);
    s3.faults.splice(0);
    await s3.close();
    failures = 0;
    const reopen = () =>
      openS3Fixture({
        directory: s3.directory,
        buckets: BUCKETS,
        deliver: async (notification) => void delivered.push(notification),
      });
    s3 = await reopen();
    expect((await records(1))[0]?.s3.object.key).toBe('in/a.csv');
    await s3.close();
    s3 = await reopen();
    await put('watched', 'in/b.csv');
    expect((await records(2)).map(({ s3: { object } }) => object.key)).toEqual(['in/a.csv', 'in/b.csv']);
  });
});

describe('the sequence of changes', () => {
  it('grows even when the clock stops, is set back, or restarts', () => {
    const times = [5000, 5000, 4000, 6000];
    const clock = new SequenceClock(() => times.shift() ?? 0, undefined);
    const drawn = [1, 2, 3, 4].map(() => clock.next().sequence);
    expect([...drawn].sort()).toEqual(drawn);
    expect(new Set(drawn).size).toBe(4);
    const restarted = new SequenceClock(() => 1000, drawn.at(-1)).next().sequence;
    expect(restarted > (drawn.at(-1) ?? '')).toBe(true);
  });
});

describe('the encoding of keys', () => {
  it.each([
    ['a b+c%20d.csv', 'a+b%2Bc%2520d.csv'],
    ['dir/x*~!().csv', 'dir/x*%7E%21%28%29.csv'],
    ['日.csv', '%E6%97%A5.csv'],
  ])('writes %s as %s, which a form decoder reads back', (key, encoded) => {
    expect(encodeKey(key)).toBe(encoded);
    expect(decodeURIComponent(encoded.replaceAll('+', ' '))).toBe(key);
  });
});

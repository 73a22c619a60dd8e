import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedStore } from '../../lib/storage/signed-objects.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;

/**
 * S3 as this project uses it, through the AWS SDK: the same assertions for any endpoint. The suite creates
 * buckets with unique names, and removes them.
 */
export function describeS3Contract(getEndpoint: () => string): void {
  describe('S3 contract', () => {
    let s3: S3Client;
    let plain: string;
    let versioned: string;

    beforeAll(async () => {
      s3 = createClient(getEndpoint());
      plain = await createBucket(s3);
      versioned = await createBucket(s3);
      await s3.send(
        new PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration: { Status: 'Enabled' } }),
      );
    });

    afterAll(async () => {
      for (const bucket of [plain, versioned]) await removeBucket(s3, bucket);
      s3.destroy();
    });

    const put = (Bucket: string, Key: string, Body: string | Uint8Array) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    const textOf = async (Bucket: string, Key: string, VersionId?: string) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(VersionId && { VersionId }) }));
      return Body?.transformToString();
    };

    it.each(['models/plain.knn', "models/a b+c(1)!'*é=%/x.knn"])(
      'is read by signed requests as by the SDK: %s',
      async (key) => {
        const open = signedStore({ ...process.env, AWS_ENDPOINT_URL: getEndpoint() });
        const bytes = randomBytes(2_000_000);
        await put(plain, key, bytes);
        const object = await open({ bucket: plain, key });
        expect(object!.sizeBytes).toBe(bytes.length);
        expect(bytes.equals(await object!.read())).toBe(true);
        expect(await open({ bucket: plain, key: `${key}/none` })).toBeUndefined();
        await expect(open({ bucket: `no-${plain}`, key })).rejects.toMatchObject({ name: 'NoSuchBucket' });
        (await open({ bucket: plain, key }))!.discard();
      },
    );

    describe('buckets', () => {
      it('lists, heads and describes a bucket', async () => {
        const { Buckets } = await s3.send(new ListBucketsCommand({}));
        expect(Buckets?.map(({ Name }) => Name)).toEqual(expect.arrayContaining([plain, versioned]));
        await s3.send(new HeadBucketCommand({ Bucket: plain }));
        expect((await s3.send(new GetBucketVersioningCommand({ Bucket: versioned }))).Status).toBe('Enabled');
        expect((await s3.send(new GetBucketVersioningCommand({ Bucket: plain }))).Status).toBeUndefined();
      });

      it('answers 404 for a bucket that does not exist', async () => {
        const Bucket = `missing-${randomUUID()}`;
        await expectFailure(s3.send(new HeadBucketCommand({ Bucket })), 404);
        await expectFailure(s3.send(new ListObjectsV2Command({ Bucket })), 404, 'NoSuchBucket');
        await expectFailure(put(Bucket, 'a', 'x'), 404, 'NoSuchBucket');
      });

      it('refuses to delete a bucket that holds an object', async () => {
        const Bucket = await createBucket(s3);
        await put(Bucket, 'a', 'x');
        await expectFailure(s3.send(new DeleteBucketCommand({ Bucket })), 409, 'BucketNotEmpty');
        await removeBucket(s3, Bucket);
      });
    });

    describe('objects', () => {
      it('returns the bytes, headers and metadata of an object', async () => {
        const Body = randomBytes(100_000);
        const { ETag } = await s3.send(
          new PutObjectCommand({
            Bucket: plain,
            Key: 'whole/a.bin',
            Body,
            ContentType: 'text/csv',
            CacheControl: 'no-store',
            ContentDisposition: 'attachment',
            Metadata: { 'upload-id': 'abc', source: 'iris' },
          }),
        );
        expect(ETag).toBe(`"${md5(Body)}"`);
        const head = await s3.send(new HeadObjectCommand({ Bucket: plain, Key: 'whole/a.bin' }));
        expect(head).toMatchObject({
          ContentLength: Body.length,
          ContentType: 'text/csv',
          CacheControl: 'no-store',
          ContentDisposition: 'attachment',
          ETag,
          Metadata: { 'upload-id': 'abc', source: 'iris' },
        });
        expect(Math.abs(Number(head.LastModified) - Date.now())).toBeLessThan(60_000);
        const got = await s3.send(new GetObjectCommand({ Bucket: plain, Key: 'whole/a.bin' }));
        expect(Buffer.compare((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0), Body)).toBe(0);
      });

      it('accepts a stream of known length as a body', async () => {
        const Body = randomBytes(300_000);
        const stream = Readable.from([Body.subarray(0, 100_001), Body.subarray(100_001)]);
        await s3.send(
          new PutObjectCommand({ Bucket: plain, Key: 'stream', Body: stream, ContentLength: Body.length }),
        );
        const got = await s3.send(new GetObjectCommand({ Bucket: plain, Key: 'stream' }));
        expect(md5((await got.Body?.transformToByteArray()) ?? '')).toBe(md5(Body));
        expect(got.ContentEncoding ?? '').not.toContain('aws-chunked');
      });

      it('keeps an empty object', async () => {
        await put(plain, 'empty', new Uint8Array(0));
        expect(await textOf(plain, 'empty')).toBe('');
        expect((await s3.send(new HeadObjectCommand({ Bucket: plain, Key: 'empty' }))).ContentLength).toBe(0);
      });

      it.each([
        'a b+c%d.csv',
        'ünïcödé/日本.csv',
        'dots/../and//slashes/./x',
        'quotes\'"<&>/x',
        'emoji 🌸',
        '~!*()',
      ])('keeps the key %j as it is', async (key) => {
        await put(plain, key, key);
        expect(await textOf(plain, key)).toBe(key);
        const listed = await s3.send(new ListObjectsV2Command({ Bucket: plain, Prefix: key }));
        expect(listed.Contents?.map(({ Key }) => Key)).toEqual([key]);
        await s3.send(new DeleteObjectsCommand({ Bucket: plain, Delete: { Objects: [{ Key: key }] } }));
        await expectFailure(textOf(plain, key), 404, 'NoSuchKey');
      });

      it('answers NoSuchKey for a key that does not exist, and a 404 without a body to HEAD', async () => {
        await expectFailure(textOf(plain, 'missing'), 404, 'NoSuchKey');
        await expectFailure(
          s3.send(new HeadObjectCommand({ Bucket: plain, Key: 'missing' })),
          404,
          'NotFound',
        );
      });

      it('deletes an object, and accepts the deletion of a missing one', async () => {
        await put(plain, 'gone', 'x');
        await s3.send(new DeleteObjectCommand({ Bucket: plain, Key: 'gone' }));
        await s3.send(new DeleteObjectCommand({ Bucket: plain, Key: 'gone' }));
        await expectFailure(textOf(plain, 'gone'), 404, 'NoSuchKey');
      });
    });

    describe('checksums', () => {
      it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
        'stores and returns a %s',
        async (ChecksumAlgorithm) => {
          const Key = `checksum/${ChecksumAlgorithm}`;
          const answer = await s3.send(
            new PutObjectCommand({ Bucket: plain, Key, Body: '123456789', ChecksumAlgorithm }),
          );
          expect(answer[`Checksum${ChecksumAlgorithm}`]).toBe(CHECKSUMS_OF_123456789[ChecksumAlgorithm]);
          const head = await s3.send(new HeadObjectCommand({ Bucket: plain, Key, ChecksumMode: 'ENABLED' }));
          expect(head[`Checksum${ChecksumAlgorithm}`]).toBe(CHECKSUMS_OF_123456789[ChecksumAlgorithm]);
          expect(await textOf(plain, Key)).toBe('123456789');
        },
      );
    });

    describe('ranges', () => {
      it.each([
        ['bytes=0-3', '0123', 'bytes 0-3/10'],
        ['bytes=4-', '456789', 'bytes 4-9/10'],
        ['bytes=-3', '789', 'bytes 7-9/10'],
        ['bytes=8-1000', '89', 'bytes 8-9/10'],
        ['bytes=9-9', '9', 'bytes 9-9/10'],
      ])('returns the bytes of %s', async (Range, expected, ContentRange) => {
        await put(plain, 'range', '0123456789');
        const got = await s3.send(new GetObjectCommand({ Bucket: plain, Key: 'range', Range }));
        expect(await got.Body?.transformToString()).toBe(expected);
        expect(got).toMatchObject({ ContentRange, ContentLength: expected.length });
        expect(got.$metadata.httpStatusCode).toBe(206);
      });

      it('refuses a range outside the object', async () => {
        await put(plain, 'range', '0123456789');
        const command = new GetObjectCommand({ Bucket: plain, Key: 'range', Range: 'bytes=10-' });
        await expectFailure(s3.send(command), 416, 'InvalidRange');
      });
    });

    describe('conditions', () => {
      it('puts an object only if there is none, with If-None-Match: *', async () => {
        const command = (Body: string) =>
          new PutObjectCommand({ Bucket: plain, Key: 'once', Body, IfNoneMatch: '*' });
        await s3.send(command('first'));
        await expectFailure(s3.send(command('second')), 412, 'PreconditionFailed');
        expect(await textOf(plain, 'once')).toBe('first');
      });

      it('replaces an object only if its ETag matches, with If-Match', async () => {
        const { ETag } = await put(plain, 'swap', 'first');
        const command = (Body: string, IfMatch?: string) =>
          new PutObjectCommand({ Bucket: plain, Key: 'swap', Body, IfMatch });
        await s3.send(command('second', ETag));
        await expectFailure(s3.send(command('third', ETag)), 412, 'PreconditionFailed');
        expect(await textOf(plain, 'swap')).toBe('second');
      });

      it('reads an object only if its ETag matches, or does not match', async () => {
        const { ETag } = await put(plain, 'known', 'x');
        const get = (conditions: { IfMatch?: string | undefined; IfNoneMatch?: string | undefined }) =>
          s3.send(new GetObjectCommand({ Bucket: plain, Key: 'known', ...conditions }));
        expect(await (await get({ IfMatch: ETag })).Body?.transformToString()).toBe('x');
        await expectFailure(get({ IfMatch: '"0123"' }), 412, 'PreconditionFailed');
        await expectFailure(get({ IfNoneMatch: ETag }), 304);
      });
    });

    describe('listing', () => {
      const KEYS = [
        'a.csv',
        'b/1.csv',
        'b/2.csv',
        'b/c/3.csv',
        'd.csv',
        'e/4.csv',
        'ä.csv',
        '日.csv',
        '🌸.csv',
      ];
      let Bucket: string;

      beforeAll(async () => {
        Bucket = await createBucket(s3);
        for (const key of [...KEYS].reverse()) await put(Bucket, key, key);
      });
      afterAll(() => removeBucket(s3, Bucket));

      it('lists keys with their sizes and ETags', async () => {
        const listed = await s3.send(new ListObjectsV2Command({ Bucket }));
        expect(listed.Contents?.map(({ Key }) => Key).sort()).toEqual([...KEYS].sort());
        expect(listed).toMatchObject({ KeyCount: KEYS.length, IsTruncated: false, Name: Bucket });
        expect(listed.Contents?.[0]).toMatchObject({
          Size: 5,
          ETag: `"${md5('a.csv')}"`,
          StorageClass: 'STANDARD',
        });
      });

      it('rolls keys up into common prefixes', async () => {
        const top = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
        expect(top.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['b/', 'e/']);
        expect(top.Contents?.map(({ Key }) => Key)).toEqual(['a.csv', 'd.csv', 'ä.csv', '日.csv', '🌸.csv']);
        const inner = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'b/' }));
        expect(inner.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['b/c/']);
        expect(inner.Contents?.map(({ Key }) => Key)).toEqual(['b/1.csv', 'b/2.csv']);
      });

      it.each([1, 2, 3, 5])('lists everything once in pages of %i', async (MaxKeys) => {
        const keys = await collectPages((ContinuationToken) =>
          s3.send(new ListObjectsV2Command({ Bucket, MaxKeys, ContinuationToken })),
        );
        expect(keys).toEqual(KEYS);
      });

      it('starts after a key', async () => {
        const listed = await s3.send(
          new ListObjectsV2Command({ Bucket, StartAfter: 'b/2.csv', Prefix: 'b/' }),
        );
        expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['b/c/3.csv']);
      });
    });

    describe('versions', () => {
      it('keeps every version, and reads each by its id', async () => {
        const first = await put(versioned, 'v', 'first');
        const second = await put(versioned, 'v', 'second');
        expect(first.VersionId).not.toBe(second.VersionId);
        expect(await textOf(versioned, 'v')).toBe('second');
        expect(await textOf(versioned, 'v', first.VersionId)).toBe('first');
        const head = await s3.send(
          new HeadObjectCommand({ Bucket: versioned, Key: 'v', VersionId: first.VersionId }),
        );
        expect(head).toMatchObject({ VersionId: first.VersionId, ContentLength: 5 });
      });

      it('hides an object behind a delete marker, and shows it again when the marker is deleted', async () => {
        const { VersionId } = await put(versioned, 'marked', 'x');
        const marker = await s3.send(new DeleteObjectCommand({ Bucket: versioned, Key: 'marked' }));
        expect(marker.DeleteMarker).toBe(true);
        await expectFailure(textOf(versioned, 'marked'), 404, 'NoSuchKey');
        expect(await textOf(versioned, 'marked', VersionId)).toBe('x');
        await s3.send(
          new DeleteObjectCommand({ Bucket: versioned, Key: 'marked', VersionId: marker.VersionId }),
        );
        expect(await textOf(versioned, 'marked')).toBe('x');
      });

      it('deletes one version for good', async () => {
        const first = await put(versioned, 'one', 'first');
        const second = await put(versioned, 'one', 'second');
        await s3.send(
          new DeleteObjectCommand({ Bucket: versioned, Key: 'one', VersionId: second.VersionId }),
        );
        expect(await textOf(versioned, 'one')).toBe('first');
        await expectFailure(textOf(versioned, 'one', second.VersionId), 404, 'NoSuchVersion');
        expect(await textOf(versioned, 'one', first.VersionId)).toBe('first');
      });

      it('lets If-None-Match: * succeed over a delete marker', async () => {
        await put(versioned, 'again', 'first');
        await s3.send(new DeleteObjectCommand({ Bucket: versioned, Key: 'again' }));
        await s3.send(
          new PutObjectCommand({ Bucket: versioned, Key: 'again', Body: 'second', IfNoneMatch: '*' }),
        );
        expect(await textOf(versioned, 'again')).toBe('second');
      });

      it('lists versions and delete markers, the newest of a key first', async () => {
        const Prefix = 'list/';
        const ids = [];
        for (const body of ['1', '2', '3']) ids.unshift((await put(versioned, 'list/a', body)).VersionId);
        await put(versioned, 'list/b', 'x');
        const marker = await s3.send(new DeleteObjectCommand({ Bucket: versioned, Key: 'list/b' }));
        const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: versioned, Prefix }));
        const ofA = listed.Versions?.filter(({ Key }) => Key === 'list/a');
        expect(ofA?.map(({ VersionId }) => VersionId)).toEqual(ids);
        expect(ofA?.map(({ IsLatest }) => IsLatest)).toEqual([true, false, false]);
        expect(listed.DeleteMarkers).toMatchObject([
          { Key: 'list/b', VersionId: marker.VersionId, IsLatest: true },
        ]);
        const current = await s3.send(new ListObjectsV2Command({ Bucket: versioned, Prefix }));
        expect(current.Contents?.map(({ Key }) => Key)).toEqual(['list/a']);
      });
    });

    describe('copies', () => {
      it('copies an object with its own metadata, or with new metadata', async () => {
        await s3.send(
          new PutObjectCommand({
            Bucket: plain,
            Key: 'from/a b',
            Body: 'x',
            Metadata: { kind: 'old' },
            ContentType: 'text/csv',
          }),
        );
        const CopySource = `${plain}/${encodeURIComponent('from/a b')}`;
        const { CopyObjectResult } = await s3.send(
          new CopyObjectCommand({ Bucket: versioned, Key: 'to', CopySource }),
        );
        expect(CopyObjectResult?.ETag).toBe(`"${md5('x')}"`);
        const copied = await s3.send(new HeadObjectCommand({ Bucket: versioned, Key: 'to' }));
        expect(copied).toMatchObject({ Metadata: { kind: 'old' }, ContentType: 'text/csv' });
        await s3.send(
          new CopyObjectCommand({
            Bucket: plain,
            Key: 'from/a b',
            CopySource,
            MetadataDirective: 'REPLACE',
            Metadata: { kind: 'new' },
          }),
        );
        const replaced = await s3.send(new HeadObjectCommand({ Bucket: plain, Key: 'from/a b' }));
        expect(replaced.Metadata).toEqual({ kind: 'new' });
      });

      it('copies a version by its id', async () => {
        const { VersionId } = await put(versioned, 'old', 'first');
        await put(versioned, 'old', 'second');
        const CopySource = `${versioned}/old?versionId=${VersionId}`;
        await s3.send(new CopyObjectCommand({ Bucket: versioned, Key: 'old', CopySource }));
        expect(await textOf(versioned, 'old')).toBe('first');
      });

      it('answers NoSuchKey for a source that does not exist', async () => {
        const command = new CopyObjectCommand({ Bucket: plain, Key: 'x', CopySource: `${plain}/missing` });
        await expectFailure(s3.send(command), 404, 'NoSuchKey');
      });
    });

    describe('deletion of many objects', () => {
      it('deletes the given keys, whether they exist or not', async () => {
        for (const key of ['many/1', 'many/2', 'many/3']) await put(plain, key, 'x');
        const Objects = ['many/1', 'many/3', 'many/none'].map((Key) => ({ Key }));
        const answer = await s3.send(new DeleteObjectsCommand({ Bucket: plain, Delete: { Objects } }));
        expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(Objects.map(({ Key }) => Key));
        const left = await s3.send(new ListObjectsV2Command({ Bucket: plain, Prefix: 'many/' }));
        expect(left.Contents?.map(({ Key }) => Key)).toEqual(['many/2']);
      });
    });

    describe('multipart uploads', () => {
      const begin = async (Bucket: string, Key: string) => {
        const { UploadId } = await s3.send(
          new CreateMultipartUploadCommand({
            Bucket,
            Key,
            ContentType: 'text/csv',
            Metadata: { kind: 'parts' },
          }),
        );
        return { Bucket, Key, UploadId };
      };
      type Upload = Awaited<ReturnType<typeof begin>>;
      const uploadPart = async (upload: Upload, PartNumber: number, Body: Uint8Array | string) => {
        const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
        return { PartNumber, ETag };
      };

      it('joins its parts into one object', async () => {
        const bodies = [randomBytes(MIN_PART_BYTES), randomBytes(1000)] as const;
        const upload = await begin(versioned, 'parts');
        // Parts arrive in any order, and one may be sent again.
        const second = await uploadPart(upload, 2, bodies[1]);
        await uploadPart(upload, 1, 'discarded');
        const first = await uploadPart(upload, 1, bodies[0]);
        const listed = await s3.send(new ListPartsCommand(upload));
        expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
          [1, MIN_PART_BYTES],
          [2, 1000],
        ]);
        const done = await s3.send(
          new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [first, second] } }),
        );
        expect(done.ETag).toBe(`"${md5(Buffer.from(md5(bodies[0]) + md5(bodies[1]), 'hex'))}-2"`);
        const got = await s3.send(new GetObjectCommand({ Bucket: versioned, Key: 'parts' }));
        expect(got).toMatchObject({ ContentType: 'text/csv', Metadata: { kind: 'parts' } });
        expect(md5((await got.Body?.transformToByteArray()) ?? '')).toBe(md5(Buffer.concat(bodies)));
        const Range = `bytes=${MIN_PART_BYTES - 2}-${MIN_PART_BYTES + 1}`;
        const boundary = await s3.send(new GetObjectCommand({ Bucket: versioned, Key: 'parts', Range }));
        const expected = Buffer.concat([bodies[0].subarray(-2), bodies[1].subarray(0, 2)]);
        expect(Buffer.from((await boundary.Body?.transformToByteArray()) ?? [])).toEqual(expected);
      });

      it('copies a range of another object into a part', async () => {
        await put(plain, 'source', '0123456789');
        const upload = await begin(plain, 'part-copy');
        const { CopyPartResult } = await s3.send(
          new UploadPartCopyCommand({
            ...upload,
            PartNumber: 1,
            CopySource: `${plain}/source`,
            CopySourceRange: 'bytes=2-5',
          }),
        );
        const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
        await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
        expect(await textOf(plain, 'part-copy')).toBe('2345');
      });

      it('shows nothing before it is complete, nor after it is aborted', async () => {
        const upload = await begin(plain, 'aborted');
        await uploadPart(upload, 1, 'x');
        await expectFailure(textOf(plain, 'aborted'), 404, 'NoSuchKey');
        const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket: plain }));
        expect(Uploads?.map(({ UploadId }) => UploadId)).toContain(upload.UploadId);
        await s3.send(new AbortMultipartUploadCommand(upload));
        await expectFailure(s3.send(new ListPartsCommand(upload)), 404, 'NoSuchUpload');
        const after = await s3.send(new ListMultipartUploadsCommand({ Bucket: plain }));
        expect((after.Uploads ?? []).map(({ UploadId }) => UploadId)).not.toContain(upload.UploadId);
      });

      it('completes only if there is no object, with If-None-Match: *', async () => {
        await put(plain, 'taken', 'first');
        const upload = await begin(plain, 'taken');
        const Parts = [await uploadPart(upload, 1, 'second')];
        const command = new CompleteMultipartUploadCommand({
          ...upload,
          MultipartUpload: { Parts },
          IfNoneMatch: '*',
        });
        await expectFailure(s3.send(command), 412, 'PreconditionFailed');
        expect(await textOf(plain, 'taken')).toBe('first');
        await s3.send(new AbortMultipartUploadCommand(upload));
      });

      it('refuses unknown parts, and small parts except the last', async () => {
        const upload = await begin(plain, 'refused');
        const first = await uploadPart(upload, 1, 'small');
        const second = await uploadPart(upload, 2, 'last');
        const complete = (...Parts: { PartNumber: number; ETag: string | undefined }[]) =>
          s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
        await expectFailure(complete(first, second), 400, 'EntityTooSmall');
        await expectFailure(complete({ PartNumber: 2, ETag: `"${md5('other')}"` }), 400, 'InvalidPart');
        await s3.send(new AbortMultipartUploadCommand(upload));
      });
    });
  });
}

/** Check values of the algorithms: the CRC catalogue's values for "123456789", and its hashes. */
const CHECKSUMS_OF_123456789 = {
  CRC32: Buffer.from('cbf43926', 'hex').toString('base64'),
  CRC32C: Buffer.from('e3069283', 'hex').toString('base64'),
  CRC64NVME: Buffer.from('ae8b14860a799888', 'hex').toString('base64'),
  SHA1: createHash('sha1').update('123456789').digest('base64'),
  SHA256: createHash('sha256').update('123456789').digest('base64'),
} as const;

/** Region and credentials come from the environment: the endpoint may be AWS itself. */
function createClient(endpoint: string): S3Client {
  return new S3Client({ endpoint, forcePathStyle: true });
}

async function createBucket(s3: S3Client): Promise<string> {
  const Bucket = `contract-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

/** Empties a bucket, also of old versions and uploads, and deletes it. */
async function removeBucket(s3: S3Client, Bucket: string): Promise<void> {
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId } of Uploads)
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
}

/** The keys of all pages of a listing. */
async function collectPages(
  read: (token: string | undefined) => Promise<{
    Contents?: { Key?: string | undefined }[] | undefined;
    NextContinuationToken?: string | undefined;
  }>,
): Promise<(string | undefined)[]> {
  const keys: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const page = await read(token);
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

async function expectFailure(request: Promise<unknown>, status: number, name?: string): Promise<void> {
  const outcome = await request.then(
    () => 'success',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(S3ServiceException);
  const { name: actualName, $metadata } = outcome as S3ServiceException;
  expect({ name: name && actualName, status: $metadata.httpStatusCode }).toEqual({ name, status });
}

function md5(bytes: string | Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

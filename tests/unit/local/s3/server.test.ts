import { request } from 'node:http';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3Fixture, type S3Fixture } from '../../../contract/s3-fixture.ts';

let s3: S3Fixture;
beforeAll(async () => {
  s3 = await openS3Fixture({ buckets: [{ name: 'versioned', versioned: true, notifications: [] }] });
  await s3.client.send(new CreateBucketCommand({ Bucket: 'plain' }));
});
afterAll(() => s3.remove());

const put = (Bucket: string, Key: string, Body: string, options: Partial<PutObjectCommandInput> = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket, Key, Body, ...options }));

async function call(
  path: string,
  options: RequestInit = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(s3.endpoint + path, options);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** The text of every element of that name. */
function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
}

describe('buckets', () => {
  it('lists them in pages and by prefix', async () => {
    for (const Bucket of ['page-c', 'page-a', 'page-b'])
      await s3.client.send(new CreateBucketCommand({ Bucket }));
    const first = await s3.client.send(new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2 }));
    expect(first.Buckets?.map(({ Name }) => Name)).toEqual(['page-a', 'page-b']);
    const ContinuationToken = first.ContinuationToken;
    const second = await s3.client.send(
      new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2, ContinuationToken }),
    );
    expect(second.Buckets?.map(({ Name }) => Name)).toEqual(['page-c']);
    expect(second.ContinuationToken).toBeUndefined();
  });

  it.each(['ab', 'Upper', '-a-', 'a..b', '127.0.0.1', 'a_b', 'x'.repeat(64)])(
    'refuses the name %s',
    async (name) => {
      expect(await call(`/${name}`, { method: 'PUT' })).toMatchObject({
        status: 400,
        text: expect.stringContaining('InvalidBucketName'),
      });
    },
  );

  it('accepts only its own region as a location', async () => {
    const fixture = await openS3Fixture({ region: 'eu-central-1' });
    const create = (LocationConstraint: 'eu-central-1' | 'eu-west-1') =>
      fixture.client.send(
        new CreateBucketCommand({ Bucket: 'located', CreateBucketConfiguration: { LocationConstraint } }),
      );
    await expect(create('eu-west-1')).rejects.toMatchObject({ name: 'IllegalLocationConstraintException' });
    await create('eu-central-1');
    await expect(create('eu-central-1')).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
    const { LocationConstraint } = await fixture.client.send(
      new GetBucketLocationCommand({ Bucket: 'located' }),
    );
    expect(LocationConstraint).toBe('eu-central-1');
    await fixture.remove();
  });

  it('keep their objects over a restart', async () => {
    const first = await openS3Fixture();
    await first.client.send(new CreateBucketCommand({ Bucket: 'kept' }));
    await first.client.send(new PutObjectCommand({ Bucket: 'kept', Key: 'a', Body: 'x' }));
    await first.close();
    const second = await openS3Fixture({
      directory: first.directory,
      buckets: [{ name: 'kept', versioned: true, notifications: [] }],
    });
    const got = await second.client.send(new GetObjectCommand({ Bucket: 'kept', Key: 'a' }));
    expect(await got.Body?.transformToString()).toBe('x');
    // The definition enabled versioning: the earlier object is the null version.
    expect(got.VersionId).toBe('null');
    expect((await second.client.send(new GetBucketVersioningCommand({ Bucket: 'kept' }))).Status).toBe(
      'Enabled',
    );
    await second.remove();
  });
});

describe('versions', () => {
  it('has one null version beside the others when versioning is off or suspended', async () => {
    const Bucket = 'suspended';
    await s3.client.send(new CreateBucketCommand({ Bucket }));
    const setVersioning = (Status: 'Enabled' | 'Suspended') =>
      s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
    const list = async () => {
      const { Versions = [], DeleteMarkers = [] } = await s3.client.send(
        new ListObjectVersionsCommand({ Bucket }),
      );
      return [
        ...DeleteMarkers.map(({ VersionId }) => `marker ${VersionId}`),
        ...Versions.map(({ VersionId }) => VersionId),
      ];
    };
    expect((await put(Bucket, 'k', 'unversioned')).VersionId).toBeUndefined();
    await setVersioning('Enabled');
    const { VersionId } = await put(Bucket, 'k', 'enabled');
    expect(await list()).toEqual([VersionId, 'null']);
    await setVersioning('Suspended');
    expect((await put(Bucket, 'k', 'suspended')).VersionId).toBe('null');
    expect(await list()).toEqual(['null', VersionId]);
    const marker = await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    expect(await list()).toEqual(['marker null', VersionId]);
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: 'null' }));
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(await got.Body?.transformToString()).toBe('enabled');
  });

  it('distinguishes a delete marker from a key that never existed', async () => {
    await put('versioned', 'marked', 'x');
    const { VersionId } = await s3.client.send(
      new DeleteObjectCommand({ Bucket: 'versioned', Key: 'marked' }),
    );
    const latest = await call('/versioned/marked');
    expect(latest.status).toBe(404);
    expect(latest.headers.get('x-amz-delete-marker')).toBe('true');
    const named = await call(`/versioned/marked?versionId=${VersionId}`, { method: 'HEAD' });
    expect(named.status).toBe(405);
    expect(named.headers.get('allow')).toBe('DELETE');
    expect((await call('/versioned/never')).headers.get('x-amz-delete-marker')).toBeNull();
    expect(await call('/versioned/marked?versionId=nonsense')).toMatchObject({
      status: 400,
      text: expect.stringContaining('InvalidArgument'),
    });
  });

  it.each([1, 2, 3, 7])(
    'lists them in pages of %i, each once and in order, with the right ones marked as latest',
    async (MaxKeys) => {
      const Bucket = `version-pages-${MaxKeys}`;
      await s3.client.send(new CreateBucketCommand({ Bucket }));
      await put(Bucket, 'b/2', 'null version');
      await s3.client.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      );
      for (const key of ['a', 'b/1', 'a', 'b/2', 'c', 'a\u0001', 'b/1']) await put(Bucket, key, key);
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'c' }));
      const list = async (options: object) => {
        const found: string[] = [];
        let markers: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined =
          {};
        while (markers !== undefined) {
          const page: Awaited<ReturnType<typeof listOnce>> = await listOnce({ ...options, ...markers });
          const rows = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(
            ({ Key, IsLatest }) => `${Key} ${IsLatest}`,
          );
          found.push(...rows, ...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}`));
          markers = page.IsTruncated
            ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
            : undefined;
        }
        return found.sort();
      };
      const listOnce = (options: object) =>
        s3.client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys, EncodingType: 'url', ...options }));
      const all = [
        'a true',
        'a false',
        'a%01 true',
        'b/1 true',
        'b/1 false',
        'b/2 true',
        'b/2 false',
        'c true',
        'c false',
      ];
      expect(await list({})).toEqual(all.sort());
      expect(await list({ Delimiter: '/' })).toEqual(
        ['a true', 'a false', 'a%01 true', 'b/', 'c true', 'c false'].sort(),
      );
    },
  );
});

describe('reading', () => {
  it('returns a checksum of the whole object only with the whole object', async () => {
    await put('plain', 'sum', '0123456789', { ChecksumAlgorithm: 'SHA256' });
    const head = (headers: Record<string, string>) => call('/plain/sum', { method: 'HEAD', headers });
    const enabled = { 'x-amz-checksum-mode': 'ENABLED' };
    expect((await head(enabled)).headers.get('x-amz-checksum-sha256')).not.toBeNull();
    expect((await head({})).headers.get('x-amz-checksum-sha256')).toBeNull();
    expect((await head({ ...enabled, range: 'bytes=0-1' })).headers.get('x-amz-checksum-sha256')).toBeNull();
  });

  it.each([
    ['bytes=0-1,3-4', 200],
    ['bytes=5-2', 200],
    ['lines=0-1', 200],
    ['bytes=-', 200],
    ['bytes=-0', 416],
    ['bytes=10-', 416],
    ['bytes=-20', 206],
  ])('answers the range %s as S3 does', async (range, status) => {
    await put('plain', 'ranges', '0123456789');
    const answer = await call('/plain/ranges', { headers: { range } });
    expect(answer.status).toBe(status);
    if (status !== 416) expect(answer.text).toBe('0123456789');
    else expect(elements(answer.text, 'ActualObjectSize')).toEqual(['10']);
  });

  it('applies date conditions, unless there is an ETag condition', async () => {
    const { ETag = '' } = await put('plain', 'dates', 'x');
    const status = async (headers: Record<string, string>) =>
      (await call('/plain/dates', { headers })).status;
    const past = new Date(Date.now() - 100_000).toUTCString();
    const future = new Date(Date.now() + 100_000).toUTCString();
    expect(await status({ 'if-modified-since': future })).toBe(304);
    expect(await status({ 'if-modified-since': past })).toBe(200);
    expect(await status({ 'if-unmodified-since': past })).toBe(412);
    expect(await status({ 'if-unmodified-since': future })).toBe(200);
    expect(await status({ 'if-match': ETag, 'if-unmodified-since': past })).toBe(200);
    expect(await status({ 'if-none-match': '"other"', 'if-modified-since': future })).toBe(200);
    expect(await status({ 'if-none-match': '"other", *' })).toBe(304);
  });

  it('serves an object with the headers that a link asks for', async () => {
    await put('plain', 'link', 'x', { ContentType: 'text/plain' });
    const answer = await call('/plain/link?response-content-type=text%2Fcsv');
    expect(answer.headers.get('content-type')).toBe('text/csv');
    expect(await call('/plain/link?response-content-type=a%0Ab')).toMatchObject({
      status: 400,
      text: expect.stringContaining('InvalidArgument'),
    });
  });

  it('finds a bucket in the host name', async () => {
    await put('plain', 'a/b', 'by host');
    const { port } = new URL(s3.endpoint);
    const text = await new Promise<string>((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1',
        port,
        path: '/a/b',
        headers: { host: `plain.localhost:${port}` },
      });
      sent.on('response', async (response) =>
        resolve((await response.setEncoding('utf8').toArray()).join('')),
      );
      sent.on('error', reject);
      sent.end();
    });
    expect(text).toBe('by host');
  });
});

describe('listing', () => {
  it('encodes keys on request as S3 does', async () => {
    await put('plain', 'enc/ä b+c*(1)~.csv', 'x');
    const { text } = await call('/plain?list-type=2&prefix=enc/&encoding-type=url&delimiter=%20');
    expect(elements(text, 'Prefix')).toEqual(['enc/', 'enc/%C3%A4+']);
    const all = await call('/plain?list-type=2&prefix=enc/&encoding-type=url');
    expect(elements(all.text, 'Key')).toEqual(['enc/%C3%A4+b%2Bc*%281%29%7E.csv']);
  });

  it('continues from a marker in its first version', async () => {
    const Bucket = 'markers';
    await s3.client.send(new CreateBucketCommand({ Bucket }));
    for (const key of ['a', 'b/1', 'b/2', 'c/1', 'd']) await put(Bucket, key, key);
    const first = await s3.client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b/' });
    const second = await s3.client.send(
      new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: first.NextMarker }),
    );
    expect(second.CommonPrefixes).toEqual([{ Prefix: 'c/' }]);
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['d']);
  });

  it('skips any number of deleted keys and old versions', async () => {
    for (let n = 0; n < 40; n++) await put('versioned', 'many/a', String(n));
    await put('versioned', 'many/gone/1', 'x');
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'many/gone/1' }));
    await put('versioned', 'many/z', 'x');
    const listed = await s3.client.send(
      new ListObjectsV2Command({ Bucket: 'versioned', Prefix: 'many/', Delimiter: '/', MaxKeys: 2 }),
    );
    expect(listed).toMatchObject({ KeyCount: 2, IsTruncated: false });
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['many/a', 'many/z']);
    expect(listed.CommonPrefixes).toBeUndefined();
  });

  it.each(['max-keys=-1', 'max-keys=x', 'continuation-token=nonsense', 'encoding-type=base64'])(
    'refuses %s',
    async (parameter) => {
      const answer = await call(`/plain?list-type=2&${parameter}`);
      expect(answer).toMatchObject({
        status: 400,
        text: expect.stringContaining('<Code>InvalidArgument</Code>'),
      });
    },
  );

  it('returns an empty, complete page with max-keys=0', async () => {
    const answer = await s3.client.send(new ListObjectsV2Command({ Bucket: 'versioned', MaxKeys: 0 }));
    expect(answer).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });

  it('keeps keys with control characters, also NUL, in order', async () => {
    const Bucket = 'controls';
    await s3.client.send(new CreateBucketCommand({ Bucket }));
    const keys = ['a', 'a%00', 'a%00%00', 'a%00%01', 'a%01', 'a%0D', 'ab'];
    for (const key of [...keys].reverse())
      expect((await call(`/${Bucket}/${key}`, { method: 'PUT', body: key })).status).toBe(200);
    const { text } = await call(`/${Bucket}?list-type=2&encoding-type=url`);
    expect(elements(text, 'Key')).toEqual(keys);
    for (const key of keys) expect((await call(`/${Bucket}/${key}`)).text).toBe(key);
    // The SDK writes a carriage return in a key as a character reference.
    await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a\r' }] } }));
    expect((await call(`/${Bucket}/a%0D`)).status).toBe(404);
  });
});

describe('deletion', () => {
  it('applies a condition, and is quiet on request', async () => {
    await put('plain', 'conditional', 'x');
    await expect(
      s3.client.send(new DeleteObjectCommand({ Bucket: 'plain', Key: 'conditional', IfMatch: '"00"' })),
    ).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    const Objects = [{ Key: 'conditional', ETag: '"00"' }, { Key: 'absent' }];
    const answer = await s3.client.send(
      new DeleteObjectsCommand({ Bucket: 'plain', Delete: { Objects, Quiet: true } }),
    );
    expect(answer.Deleted).toBeUndefined();
    expect(answer.Errors).toMatchObject([{ Key: 'conditional', Code: 'PreconditionFailed' }]);
    expect((await call('/plain/conditional')).text).toBe('x');
  });

  it('deletes versions and delete markers, and reports which', async () => {
    const { VersionId } = await put('versioned', 'batch', 'x');
    const first = await s3.client.send(
      new DeleteObjectsCommand({ Bucket: 'versioned', Delete: { Objects: [{ Key: 'batch' }] } }),
    );
    const marker = first.Deleted?.[0]?.DeleteMarkerVersionId;
    expect(first.Deleted).toEqual([
      { Key: 'batch', DeleteMarker: true, DeleteMarkerVersionId: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
    const Objects = [VersionId, marker].map((id) => ({ Key: 'batch', VersionId: id }));
    const second = await s3.client.send(
      new DeleteObjectsCommand({ Bucket: 'versioned', Delete: { Objects } }),
    );
    expect(second.Deleted).toEqual([
      { Key: 'batch', VersionId },
      { Key: 'batch', VersionId: marker, DeleteMarker: true, DeleteMarkerVersionId: marker },
    ]);
    const { Versions, DeleteMarkers } = await s3.client.send(
      new ListObjectVersionsCommand({ Bucket: 'versioned', Prefix: 'batch' }),
    );
    expect([Versions, DeleteMarkers]).toEqual([undefined, undefined]);
  });

  it('refuses to delete a bucket that holds only a delete marker', async () => {
    const Bucket = 'only-marker';
    await s3.client.send(new CreateBucketCommand({ Bucket }));
    await s3.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const { VersionId } = await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'never' }));
    await expect(s3.client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
    });
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'never', VersionId }));
    await s3.client.send(new DeleteBucketCommand({ Bucket }));
  });
});

describe('copying', () => {
  it('applies the conditions of the source and of the target', async () => {
    const { ETag } = await put('plain', 'copy/from', 'x');
    const copy = (options: object) =>
      s3.client.send(
        new CopyObjectCommand({ Bucket: 'plain', Key: 'copy/to', CopySource: 'plain/copy/from', ...options }),
      );
    await expect(copy({ CopySourceIfMatch: '"00"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(copy({ CopySourceIfNoneMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await copy({ CopySourceIfMatch: ETag, IfNoneMatch: '*' });
    await expect(copy({ IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('refuses a copy of an object to itself without a change, and an invalid source', async () => {
    await put('plain', 'self', 'x');
    const copy = (CopySource: string) =>
      s3.client.send(new CopyObjectCommand({ Bucket: 'plain', Key: 'self', CopySource }));
    await expect(copy('plain/self')).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(copy('plain')).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(copy('none-such/self')).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('keeps the kind of checksum, or computes the requested one', async () => {
    await put('plain', 'sums', '123456789', { ChecksumAlgorithm: 'SHA1' });
    const copy = (options: object) =>
      s3.client.send(
        new CopyObjectCommand({ Bucket: 'plain', Key: 'sums2', CopySource: 'plain/sums', ...options }),
      );
    expect((await copy({})).CopyObjectResult?.ChecksumSHA1).toBeDefined();
    expect((await copy({ ChecksumAlgorithm: 'CRC32' })).CopyObjectResult?.ChecksumCRC32).toBe('y/Q5Jg==');
    const head = await s3.client.send(
      new HeadObjectCommand({ Bucket: 'plain', Key: 'sums2', ChecksumMode: 'ENABLED' }),
    );
    expect(head.ChecksumCRC32).toBe('y/Q5Jg==');
  });
});

describe('errors', () => {
  it('are in S3’s XML, with the ids of the request', async () => {
    const { status, text, headers } = await call('/plain/no%20such%3Ckey%3E');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/xml');
    expect(text).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>/,
    );
    expect(elements(text, 'Key')).toEqual(['no such&lt;key&gt;']);
    expect(elements(text, 'RequestId')).toEqual([headers.get('x-amz-request-id')]);
  });

  it.each([
    ['GET', '/plain?acl', '', 501, 'NotImplemented'],
    ['GET', '/plain/a?tagging', '', 501, 'NotImplemented'],
    ['PUT', '/plain?lifecycle', '<x/>', 501, 'NotImplemented'],
    ['POST', '/plain', 'form', 400, 'MalformedPOSTRequest'],
    ['PATCH', '/plain/a', 'x', 405, 'MethodNotAllowed'],
    ['GET', '/plain/%ff', '', 400, 'InvalidURI'],
    ['GET', '/plain/%zz', '', 400, 'InvalidURI'],
    [
      'PUT',
      '/plain?versioning',
      '<VersioningConfiguration><Status>On</Status></VersioningConfiguration>',
      400,
      'MalformedXML',
    ],
    ['PUT', '/plain?versioning', '<VersioningConfiguration><Status>Enabled</Status>', 400, 'MalformedXML'],
    ['PUT', '/plain?versioning', '<Other><Status>Enabled</Status></Other>', 400, 'MalformedXML'],
    ['PUT', '/plain?versioning', '', 400, 'MalformedXML'],
    ['POST', '/plain?delete', '<Delete></Delete>', 400, 'MalformedXML'],
    ['POST', '/plain?delete', '<Delete><Object><Other/></Object></Delete>', 400, 'MalformedXML'],
    [
      'POST',
      '/plain?delete',
      '<!DOCTYPE a [<!ENTITY b "c">]><Delete><Object><Key>&b;</Key></Object></Delete>',
      400,
      'MalformedXML',
    ],
    [
      'POST',
      '/plain?delete',
      `<Delete>${'<Object><Key>k</Key></Object>'.repeat(1001)}</Delete>`,
      400,
      'MalformedXML',
    ],
    ['POST', '/plain?delete', ' '.repeat(9_000_000), 400, 'EntityTooLarge'],
    ['PUT', '/plain/a?partNumber=0&uploadId=x', 'x', 400, 'InvalidArgument'],
    ['PUT', '/plain/a?partNumber=1&uploadId=x', 'x', 404, 'NoSuchUpload'],
    ['PUT', '/none-such/a', 'x', 404, 'NoSuchBucket'],
    ['DELETE', '/none-such/a', '', 404, 'NoSuchBucket'],
  ])('%s %s, case %#, is answered as S3 does', async (method, path, body, status, code) => {
    const answer = await call(path, { method, ...(body !== '' && { body }) });
    expect({ status: answer.status, code: elements(answer.text, 'Code')[0] }).toEqual({ status, code });
  });

  it('keep the connection usable, and do not change the prototype of objects', async () => {
    const body =
      '<Delete><Object><Key>k</Key><__proto__><polluted>1</polluted></__proto__></Object></Delete>';
    const answer = await call('/plain?delete', { method: 'POST', body });
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('MalformedXML') });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((await call('/plain?list-type=2&max-keys=1')).status).toBe(200);
  });
});

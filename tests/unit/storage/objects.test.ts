import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { replaceTagged } from '../../../lib/storage/conditional-objects.ts';
import { startUpload } from '../../../lib/storage/object-upload.ts';
import {
  headObject,
  openObject,
  openRanged,
  putObjectIfAbsent,
  readObject,
} from '../../../lib/storage/objects.ts';

const client = new S3Client({ maxAttempts: 1 });
const s3 = mockClient(client);
beforeEach(() => s3.reset());

const at = { bucket: 'b', key: 'k', versionId: 'v' };
const fault = (name: string, httpStatusCode: number) =>
  new S3ServiceException({
    name,
    $fault: httpStatusCode < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode },
  });
const SLOW_DOWN = fault('SlowDown', 503);

describe('reading', () => {
  it('returns undefined for a missing object, version or bucket entry', async () => {
    s3.on(HeadObjectCommand)
      .rejectsOnce(new NotFound({ message: 'x', $metadata: {} }))
      .rejects(fault('MethodNotAllowed', 405));
    s3.on(GetObjectCommand)
      .rejectsOnce(new NoSuchKey({ message: 'x', $metadata: {} }))
      .rejects(fault('NoSuchVersion', 404));
    expect(await headObject(client, at)).toBeUndefined();
    expect(await headObject(client, at)).toBeUndefined();
    expect(await readObject(client, at)).toBeUndefined();
    expect(await openObject(client, at)).toBeUndefined();
  });

  it('passes throttling, refusals and broken connections on', async () => {
    s3.on(HeadObjectCommand).rejects(SLOW_DOWN);
    s3.on(GetObjectCommand).rejectsOnce(fault('AccessDenied', 403)).rejects(new Error('socket hang up'));
    await expect(headObject(client, at)).rejects.toThrow(SLOW_DOWN);
    await expect(readObject(client, at)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(openObject(client, at)).rejects.toThrow('socket hang up');
  });

  it('reads a large object into one buffer, and rejects an incomplete one', async () => {
    const whole = Uint8Array.from({ length: 3 * 1024 * 1024 }, (_, i) => i % 251);
    const bodyOf = (...pieces: Uint8Array[]) => ({
      Body: Readable.from(pieces) as never,
      ContentLength: whole.length,
    });
    s3.on(GetObjectCommand)
      .resolvesOnce(bodyOf(whole.subarray(0, 1_000_001), whole.subarray(1_000_001)))
      .resolvesOnce(bodyOf(whole.subarray(1)))
      .resolvesOnce(bodyOf(whole, Uint8Array.of(1)));
    expect(Buffer.compare((await readObject(client, at))!, whole)).toBe(0);
    await expect(readObject(client, at)).rejects.toThrow(
      'b/k: expected 3145728 bytes, got 3145727; try again',
    );
    await expect(readObject(client, at)).rejects.toThrow('got 3145729');
  });

  it('reads the named version', async () => {
    s3.on(HeadObjectCommand).resolves({ ContentLength: 3 });
    await headObject(client, at);
    expect(s3.commandCalls(HeadObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'b',
      Key: 'k',
      VersionId: 'v',
    });
  });

  it('reads ranges with both ends as HTTP counts them, and nothing for an empty range', async () => {
    s3.on(HeadObjectCommand).resolves({ ContentLength: 10 });
    s3.on(GetObjectCommand).resolves({
      Body: { transformToByteArray: async () => new Uint8Array(4) } as never,
    });
    const file = (await openRanged(client, { bucket: 'b', key: 'k' }))!;
    expect((await file.slice(3, 7)).byteLength).toBe(4);
    await file.slice(6);
    expect((await file.slice(5, 5)).byteLength).toBe(0);
    expect(s3.commandCalls(GetObjectCommand).map((call) => call.args[0].input.Range)).toEqual([
      'bytes=3-6',
      'bytes=6-9',
    ]);
  });
});

describe('putObjectIfAbsent', () => {
  it('says whether it wrote or found one, and sends the condition', async () => {
    s3.on(PutObjectCommand).resolvesOnce({}).rejects(fault('PreconditionFailed', 412));
    expect(await putObjectIfAbsent(client, at, 'x', 'text/plain')).toBe('written');
    expect(await putObjectIfAbsent(client, at, 'x', 'text/plain')).toBe('present');
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input.IfNoneMatch).toBe('*');
  });

  it('tries again while another write is in progress, which may turn out to be first', async () => {
    const conflict = fault('ConditionalRequestConflict', 409);
    s3.on(PutObjectCommand).rejectsOnce(conflict).rejectsOnce(conflict).resolvesOnce({});
    expect(await putObjectIfAbsent(client, at, 'x', 'text/plain')).toBe('written');
    s3.on(PutObjectCommand).rejectsOnce(conflict).rejects(fault('PreconditionFailed', 412));
    expect(await putObjectIfAbsent(client, at, 'x', 'text/plain')).toBe('present');
  });

  it('gives up a conflict that does not end, so that the event is retried', async () => {
    s3.on(PutObjectCommand).rejects(fault('ConditionalRequestConflict', 409));
    await expect(putObjectIfAbsent(client, at, 'x', 'text/plain')).rejects.toMatchObject({
      name: 'ConditionalRequestConflict',
    });
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(6);
  });
});

describe('replaceTagged', () => {
  const read = { text: 'a', etag: '"1"' };
  const replace = () => replaceTagged(client, at, read, 'b', 'text/plain');

  it('tries again while another write is in progress', async () => {
    s3.on(PutObjectCommand).rejectsOnce(fault('ConditionalRequestConflict', 409)).resolves({});
    expect(await replace()).toBe('written');
    expect(s3.commandCalls(PutObjectCommand).map((call) => call.args[0].input.IfMatch)).toEqual([
      '"1"',
      '"1"',
    ]);
  });

  it('leaves a conflict that does not end to its caller, who reads again', async () => {
    s3.on(PutObjectCommand).rejects(fault('ConditionalRequestConflict', 409));
    expect(await replace()).toBe('changed');
  });
});

describe('startUpload', () => {
  const MIB = 1024 * 1024;

  it('sends a small object in one request and a large one in parts', async () => {
    s3.on(PutObjectCommand).resolves({});
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3.on(UploadPartCommand).resolves({ ETag: 'e' });
    s3.on(CompleteMultipartUploadCommand).resolves({ Location: 'x' });
    const small = startUpload(client, at, 'text/csv');
    await small.write(Buffer.alloc(10));
    await small.finish();
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(1);
    const large = startUpload(client, at, 'text/csv');
    for (let i = 0; i < 40; i++) await large.write(Buffer.alloc(MIB));
    await large.finish();
    expect(s3.commandCalls(UploadPartCommand)).toHaveLength(5);
    expect(s3.commandCalls(CompleteMultipartUploadCommand)).toHaveLength(1);
  });

  it('rejects a write after a part has failed, and frees the other parts', async () => {
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3.on(UploadPartCommand).rejects(SLOW_DOWN);
    s3.on(AbortMultipartUploadCommand).resolves({});
    const upload = startUpload(client, at, 'text/csv');
    const writeAll = async () => {
      for (let i = 0; i < 200; i++) await upload.write(Buffer.alloc(MIB));
    };
    await expect(writeAll()).rejects.toThrow(SLOW_DOWN);
    await upload.abort();
    expect(s3.commandCalls(AbortMultipartUploadCommand).length).toBeGreaterThan(0);
  });

  it('leaves nothing when it is aborted', async () => {
    s3.on(PutObjectCommand).resolves({});
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3.on(UploadPartCommand).resolves({ ETag: 'e' });
    s3.on(AbortMultipartUploadCommand).resolves({});
    for (const mib of [0, 1, 20]) {
      const upload = startUpload(client, at, 'text/csv');
      for (let i = 0; i < mib; i++) await upload.write(Buffer.alloc(MIB));
      await upload.abort();
    }
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
    expect(s3.commandCalls(CompleteMultipartUploadCommand)).toHaveLength(0);
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byCodeUnits } from '../../../../lib/code-units.ts';
import { CRC_PARAMETERS, combineCrcs } from '../../../../lib/local/s3/crc-combine.ts';
import { type ChecksumAlgorithm, digestOf } from '../../../../lib/local/s3/running-digest.ts';
import { openS3Fixture, type S3Fixture } from '../../../contract/s3-fixture.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const Bucket = 'multipart';
const BODIES = [randomBytes(MIN_PART_BYTES + 1), randomBytes(MIN_PART_BYTES), randomBytes(777)] as const;
const WHOLE = Buffer.concat(BODIES);

let s3: S3Fixture;
beforeAll(async () => {
  s3 = await openS3Fixture();
  await s3.client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => s3.remove());

type Upload = { Bucket: string; Key: string; UploadId: string | undefined };

async function begin(Key: string, options: Partial<CreateMultipartUploadCommandInput> = {}): Promise<Upload> {
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...options }));
  return { Bucket, Key, UploadId };
}

async function upload(
  target: Upload,
  PartNumber: number,
  Body: Uint8Array | string,
  ChecksumAlgorithm?: ChecksumAlgorithm,
): Promise<CompletedPart> {
  const command = new UploadPartCommand({
    ...target,
    PartNumber,
    Body,
    ...(ChecksumAlgorithm && { ChecksumAlgorithm }),
  });
  const { $metadata: _, ...part } = await s3.client.send(command);
  return { PartNumber, ...part };
}

const complete = (target: Upload, Parts: CompletedPart[], options = {}) =>
  s3.client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts }, ...options }));

async function base64(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<string> {
  return (await digestOf(algorithm, bytes)).toString('base64');
}

async function countBlobs(): Promise<number> {
  const blobs = join(s3.directory, 'objects', 'blobs');
  return (await Promise.all((await readdir(blobs)).map((shard) => readdir(join(blobs, shard))))).flat()
    .length;
}

describe('combining CRCs', () => {
  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    'computes the %s of the whole from those of any pieces',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), async (pieces) => {
          const crcOf = async (bytes: Uint8Array) =>
            BigInt(`0x${(await digestOf(name, bytes)).toString('hex')}`);
          const crcs = await Promise.all(
            pieces.map(async (piece) => ({ crc: await crcOf(piece), sizeBytes: piece.length })),
          );
          expect(combineCrcs(CRC_PARAMETERS[name], crcs)).toBe(await crcOf(Buffer.concat(pieces)));
        }),
        { seed: 20261123, numRuns: 200 },
      );
    },
  );
});

describe('the checksum of a multipart object', () => {
  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    'covers the whole object with FULL_OBJECT %s',
    async (algorithm) => {
      const target = await begin(`full/${algorithm}`, {
        ChecksumAlgorithm: algorithm,
        ChecksumType: 'FULL_OBJECT',
      });
      const parts = await Promise.all(
        BODIES.map((body, index) => upload(target, index + 1, body, algorithm)),
      );
      const expected = await base64(algorithm, WHOLE);
      const wrong = await base64(algorithm, BODIES[0]);
      await expect(complete(target, parts, { [`Checksum${algorithm}`]: wrong })).rejects.toMatchObject({
        name: 'BadDigest',
      });
      const done = await complete(target, parts, { [`Checksum${algorithm}`]: expected });
      expect(done).toMatchObject({ [`Checksum${algorithm}`]: expected, ChecksumType: 'FULL_OBJECT' });
      // The SDK checks the checksum itself when it reads the object.
      const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: target.Key }));
      expect(Buffer.compare((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0), WHOLE)).toBe(0);
    },
  );

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
    'is a checksum of the parts’ checksums with COMPOSITE %s',
    async (algorithm) => {
      const target = await begin(`composite/${algorithm}`, { ChecksumAlgorithm: algorithm });
      const parts = await Promise.all(
        BODIES.map((body, index) => upload(target, index + 1, body, algorithm)),
      );
      const ofParts = Buffer.concat(await Promise.all(BODIES.map((body) => digestOf(algorithm, body))));
      const done = await complete(target, parts);
      expect(done[`Checksum${algorithm}`]).toBe(`${await base64(algorithm, ofParts)}-3`);
    },
  );

  it('is the CRC64NVME of the whole by default', async () => {
    const target = await begin('full/default');
    const parts = await Promise.all(BODIES.map((body, index) => upload(target, index + 1, body)));
    expect((await complete(target, parts)).ChecksumCRC64NVME).toBe(await base64('CRC64NVME', WHOLE));
  });

  it('must be of the declared type, and of a type that its algorithm allows', async () => {
    await expect(
      begin('type', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(
      begin('type', { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
    const target = await begin('type', { ChecksumAlgorithm: 'SHA256' });
    await expect(upload(target, 1, 'x', 'CRC32')).rejects.toMatchObject({ name: 'InvalidRequest' });
    const part = await upload(target, 1, 'x', 'SHA256');
    await expect(complete(target, [{ PartNumber: 1, ETag: part.ETag }])).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    await s3.client.send(new AbortMultipartUploadCommand(target));
  });
});

describe('a multipart upload', () => {
  it('can still be completed after a refusal for wrong order, a wrong size, or no parts', async () => {
    const target = await begin('refused');
    const parts = [await upload(target, 1, BODIES[0]), await upload(target, 2, 'last')];
    await expect(complete(target, [...parts].reverse())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(target, parts, { MpuObjectSize: 5 })).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    await expect(complete(target, [])).rejects.toMatchObject({ name: 'MalformedXML' });
    await complete(target, parts);
    await expect(upload(target, 3, 'x')).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  it('leaves no file of parts that are replaced, not listed, or aborted', async () => {
    const before = await countBlobs();
    const target = await begin('files');
    await upload(target, 1, 'replaced');
    await upload(target, 2, 'not listed');
    const part = await upload(target, 1, 'kept');
    await complete(target, [part]);
    expect(await countBlobs()).toBe(before + 1);
    const aborted = await begin('files');
    await upload(aborted, 1, 'x');
    await s3.client.send(new AbortMultipartUploadCommand(aborted));
    expect(await countBlobs()).toBe(before + 1);
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'files' }));
    expect(await countBlobs()).toBe(before);
  });

  it('lets exactly one of many concurrent completions win with If-None-Match: *', async () => {
    const targets = await Promise.all(Array.from({ length: 5 }, () => begin('race')));
    const outcomes = await Promise.allSettled(
      targets.map(async (target, index) => {
        const part = await upload(target, 1, `body ${index}`);
        return complete(target, [part], { IfNoneMatch: '*' });
      }),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'PreconditionFailed' });
    }
    const { Uploads } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'race' }));
    expect(Uploads).toHaveLength(4);
  });

  it('is read part by part, and to the end even when it is deleted in the meantime', async () => {
    const target = await begin('read');
    const parts = await Promise.all(BODIES.map((body, index) => upload(target, index + 1, body)));
    await complete(target, parts);
    const second = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'read', PartNumber: 2 }));
    expect(second).toMatchObject({ PartsCount: 3, ContentLength: MIN_PART_BYTES });
    expect(Buffer.compare((await second.Body?.transformToByteArray()) ?? Buffer.alloc(0), BODIES[1])).toBe(0);
    const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'read', PartNumber: 3 }));
    expect(head).toMatchObject({ ContentLength: 777 });
    await expect(
      s3.client.send(new GetObjectCommand({ Bucket, Key: 'read', PartNumber: 4 })),
    ).rejects.toMatchObject({
      name: 'InvalidPartNumber',
    });
    const before = await countBlobs();
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'read' }));
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'read' }));
    // The files of later parts are not open yet: they are kept for this reader.
    expect(await countBlobs()).toBe(before);
    expect(Buffer.compare((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0), WHOLE)).toBe(0);
    await expect.poll(countBlobs).toBe(before - 3);
  });

  it('refuses a source range that is invalid or outside the source', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'source', Body: '0123456789' }));
    const target = await begin('ranges');
    const copy = (CopySourceRange: string) =>
      s3.client.send(
        new UploadPartCopyCommand({
          ...target,
          PartNumber: 1,
          CopySource: `${Bucket}/source`,
          CopySourceRange,
        }),
      );
    await expect(copy('bytes=5-10')).rejects.toMatchObject({ name: 'InvalidRange' });
    await expect(copy('bytes=-3')).rejects.toMatchObject({ name: 'InvalidArgument' });
    expect((await copy('bytes=5-9')).CopyPartResult?.ETag).toBe(
      `"${createHash('md5').update('56789').digest('hex')}"`,
    );
  });

  it('lists its parts in pages', async () => {
    const target = await begin('pages');
    for (const number of [10_000, 3, 20, 1]) await upload(target, number, `part ${number}`);
    const numbers: (number | undefined)[] = [];
    let marker: string | undefined;
    let isTruncated: boolean | undefined = true;
    while (isTruncated) {
      const page = await s3.client.send(
        new ListPartsCommand({ ...target, MaxParts: 3, PartNumberMarker: marker }),
      );
      numbers.push(...(page.Parts ?? []).map(({ PartNumber }) => PartNumber));
      marker = page.NextPartNumberMarker;
      isTruncated = page.IsTruncated;
    }
    expect(numbers).toEqual([1, 3, 20, 10_000]);
    await expect(upload(target, 10_001, 'x')).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});

describe('uploads in progress', () => {
  it('are listed in pages, by key and then by start time, and are deleted with their bucket', async () => {
    const own = 'uploads-in-progress';
    await s3.client.send(new CreateBucketCommand({ Bucket: own }));
    const before = await countBlobs();
    const expected: (string | undefined)[][] = [];
    for (const key of ['a', 'a', 'a', 'b/1', 'b/2', 'c']) {
      const target = await begin(key, { Bucket: own });
      await s3.client.send(new UploadPartCommand({ ...target, Bucket: own, PartNumber: 1, Body: 'x' }));
      expected.push([key, target.UploadId]);
    }
    const list = async (options: { Delimiter?: string; Prefix?: string }) => {
      const found: (string | undefined)[][] = [];
      let page: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
      while (page !== undefined) {
        const answer: Awaited<ReturnType<typeof listOnce>> = await listOnce({ ...options, ...page });
        found.push(...(answer.Uploads ?? []).map(({ Key, UploadId }) => [Key, UploadId]));
        found.push(...(answer.CommonPrefixes ?? []).map(({ Prefix }) => [Prefix]));
        page = answer.IsTruncated
          ? { KeyMarker: answer.NextKeyMarker, UploadIdMarker: answer.NextUploadIdMarker }
          : undefined;
      }
      return found;
    };
    const listOnce = (options: object) =>
      s3.client.send(new ListMultipartUploadsCommand({ Bucket: own, MaxUploads: 2, ...options }));
    expect(await list({})).toEqual(expected);
    expect(await list({ Prefix: 'a' })).toEqual(expected.slice(0, 3));
    expect(await list({ Delimiter: '/' })).toEqual(
      [...expected.slice(0, 3), ['b/'], ...expected.slice(5)].sort(byKey),
    );
    await s3.client.send(new DeleteBucketCommand({ Bucket: own }));
    expect(await countBlobs()).toBe(before);
  });
});

/** Within one page the SDK gives uploads before common prefixes. */
function byKey(a: (string | undefined)[], b: (string | undefined)[]): number {
  return byCodeUnits(String(a[0]), String(b[0]));
}

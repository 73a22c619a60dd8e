import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinObjects, partsOf } from '../../../lib/storage/join-objects.ts';
import { readObject } from '../../../lib/storage/objects.ts';
import { openS3Fixture, type S3Fixture } from '../../contract/s3-fixture.ts';

const MIB = 1024 ** 2;
const bucket = 'results';

let s3: S3Fixture;
beforeAll(async () => {
  s3 = await openS3Fixture();
  await s3.client.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterAll(() => s3.remove());

async function put(key: string, sizeBytes: number) {
  const bytes = randomBytes(sizeBytes);
  await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
  return { key, sizeBytes, bytes };
}

describe('joining objects', () => {
  it.each([
    ['none', []],
    ['small ones', [10, 0, 20]],
    ['a large one', [6 * MIB]],
    ['large and small ones', [3, 6 * MIB, 1, 0, 2 * MIB, 5 * MIB, 4 * MIB, 100]],
  ])('puts %s one after the other', async (name, sizes) => {
    const pieces = await Promise.all(sizes.map((size, i) => put(`${name} ${i}+é.csv`, size)));
    const at = { bucket, key: `${name}/joined.csv` };
    await joinObjects(s3.client, at, pieces, 'text/csv');
    const joined = Buffer.from((await readObject(s3.client, at))!);
    expect(joined.equals(Buffer.concat(pieces.map(({ bytes }) => bytes)))).toBe(true);
  });

  it('takes ranges of objects', async () => {
    const sizes = [
      [2, 6 * MIB],
      [4, 3],
      [7, 2 * MIB],
      [0, 5 * MIB],
      [1, 9],
    ] as const;
    const pieces = await Promise.all(
      sizes.map(async ([from, sizeBytes], i) => ({
        ...(await put(`range ${i}`, from + sizeBytes + 5)),
        from,
        sizeBytes,
      })),
    );
    const at = { bucket, key: 'ranges' };
    await joinObjects(s3.client, at, pieces, 'text/csv');
    const joined = Buffer.from((await readObject(s3.client, at))!);
    const expected = pieces.map(({ bytes, from, sizeBytes }) => bytes.subarray(from, from + sizeBytes));
    expect(joined.equals(Buffer.concat(expected))).toBe(true);
  });

  it('leaves neither an object nor parts when a piece is missing', async () => {
    const pieces = [await put('there', 6 * MIB), { key: 'missing', sizeBytes: 6 * MIB }];
    const at = { bucket, key: 'never' };
    await expect(joinObjects(s3.client, at, pieces, 'text/csv')).rejects.toThrow();
    expect(await readObject(s3.client, at)).toBeUndefined();
    const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toEqual([]);
  });

  it('makes parts that S3 takes, of pieces of any sizes', () => {
    const size = fc.oneof(
      fc.nat(100),
      fc.nat(12 * MIB),
      fc.constantFrom(5 * MIB, 5 * MIB - 1, 11 * 1024 ** 3),
    );
    fc.assert(
      fc.property(fc.array(size, { maxLength: 30 }), fc.nat(9), (sizes, begin) => {
        const pieces = sizes.map((sizeBytes, i) => ({ key: String(i), from: begin, sizeBytes }));
        const parts = partsOf(pieces);
        const partSizes = parts.map((ranges) => ranges.reduce((sum, { from, to }) => sum + to - from, 0));
        for (const bytes of partSizes.slice(0, -1)) expect(bytes).toBeGreaterThanOrEqual(5 * MIB);
        for (const bytes of partSizes) expect(bytes).toBeLessThanOrEqual(5 * 1024 ** 3);
        const at = new Map<string, number>();
        for (const { key, from, to } of parts.flat()) {
          expect(from).toBe(at.get(key) ?? begin);
          at.set(key, to);
        }
        for (const { key, sizeBytes } of pieces) expect(at.get(key) ?? begin).toBe(begin + sizeBytes);
      }),
    );
  });
});

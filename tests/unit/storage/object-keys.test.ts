import { HeadObjectCommand, ListObjectsV2Command, NotFound, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { newestObject } from '../../../lib/storage/object-keys.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

function bucketOf(...pages: readonly (readonly (readonly [key: string, second: number])[])[]) {
  const client = new S3Client({});
  const s3 = mockClient(client);
  pages.forEach((page, i) => {
    const listed = page.map(([Key, second]) => ({ Key, LastModified: at(second) }));
    const next = i + 1 < pages.length ? { NextContinuationToken: String(i + 1) } : {};
    const token = i === 0 ? undefined : String(i);
    s3.on(ListObjectsV2Command, { Prefix: 'wine/', ContinuationToken: token }).resolves({
      Contents: listed,
      ...next,
    });
  });
  s3.on(HeadObjectCommand).resolves({ VersionId: 'v7' });
  return { client, s3 };
}

const isCsv = (name: string) => name.endsWith('.csv');

describe('newestObject', () => {
  it('is the one that was written last, on whichever page, of those that are wanted', async () => {
    const { client } = bucketOf(
      [
        ['wine/a.csv', 3],
        ['wine/b.csv', 1],
      ],
      [
        ['wine/c.csv', 2],
        ['wine/schema.json', 9],
      ],
    );
    expect(await newestObject(client, 'raw', 'wine/', isCsv)).toEqual({ key: 'wine/a.csv', versionId: 'v7' });
  });

  it('is the one whose key is last, of several in one second', async () => {
    const { client } = bucketOf([
      ['wine/a.csv', 1],
      ['wine/b.csv', 1],
    ]);
    expect(await newestObject(client, 'raw', 'wine/', isCsv)).toMatchObject({ key: 'wine/b.csv' });
  });

  it('is another one when it is deleted meanwhile, and none when none is left', async () => {
    const { client, s3 } = bucketOf([['wine/a.csv', 1]]);
    s3.on(HeadObjectCommand).callsFake(() => {
      s3.on(ListObjectsV2Command).resolves({});
      throw new NotFound({ message: 'gone', $metadata: {} });
    });
    expect(await newestObject(client, 'raw', 'wine/', isCsv)).toBeUndefined();
  });
});

import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** The keys that begin with a prefix, in the order of their UTF-8 bytes. */
export async function* listKeys(s3: S3Client, bucket: string, prefix: string): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    for (const { Key } of page.Contents ?? []) yield Key!;
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

import { type _Object, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { byCodeUnits } from '../code-units.ts';
import { headObject } from './objects.ts';

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

/**
 * The object that was written last, of those in a folder and in the folders of that whose names are wanted;
 * undefined when there is none. S3 tells the time to the second: of several objects of one second, the one
 * whose key is last.
 *
 * @param folder with its slash; empty for the bucket's root, of which folders are not looked into
 * @param isWanted gets the key without the folder
 */
export async function newestObject(
  s3: S3Client,
  bucket: string,
  folder: string,
  isWanted: (name: string) => boolean,
): Promise<{ readonly key: string; readonly versionId: string | undefined } | undefined> {
  for (;;) {
    let newest: _Object | undefined;
    for await (const object of objectsIn(s3, bucket, folder)) {
      if (isWanted(object.Key!.slice(folder.length)) && (!newest || isNewer(object, newest))) newest = object;
    }
    if (!newest) return undefined;
    const key = newest.Key!;
    const facts = await headObject(s3, { bucket, key });
    // Deleted since: another one is the newest now.
    if (facts) return { key, versionId: facts.versionId };
  }
}

function isNewer(a: _Object, b: _Object): boolean {
  const apart = (a.LastModified?.getTime() ?? 0) - (b.LastModified?.getTime() ?? 0);
  return apart > 0 || (apart === 0 && byCodeUnits(a.Key!, b.Key!) > 0);
}

/**
 * The keys directly in a folder that were written in the same second as another one, as far as they are among
 * the first ones.
 */
export async function keysOfSecond(
  s3: S3Client,
  bucket: string,
  folder: string,
  { key, lastModified }: { readonly key: string; readonly lastModified: string },
): Promise<string[]> {
  const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, Delimiter: '/' }));
  const secondOf = (time: Date) => Math.floor(time.getTime() / 1000);
  return (page.Contents ?? [])
    .filter(({ LastModified }) => LastModified && secondOf(LastModified) === secondOf(new Date(lastModified)))
    .map(({ Key }) => Key!)
    .filter((other) => other !== key);
}

async function* objectsIn(s3: S3Client, bucket: string, folder: string): AsyncGenerator<_Object> {
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: folder,
        ...(folder === '' ? { Delimiter: '/' } : {}),
        ContinuationToken: token,
      }),
    );
    yield* page.Contents ?? [];
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

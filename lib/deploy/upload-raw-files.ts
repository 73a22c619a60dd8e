import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type RawFile, rawFilesBelow } from '../storage/raw-files.ts';

/**
 * Uploads the files below a folder to the raw bucket. S3 verifies and stores the sha256 of each. A file that
 * is there with the same sha256 is left alone. A file that was uploaded without it is uploaded again, and
 * training finds that the rows are the same.
 *
 * @returns the uploaded keys, in order
 * @throws S3's error. Files that were uploaded before it stay, and a second run leaves them alone
 */
export async function uploadRawFiles(
  s3: S3Client,
  folder: string,
  bucket: string,
  say: (line: string) => void,
): Promise<string[]> {
  const uploaded: string[] = [];
  for (const file of await rawFilesBelow(folder)) {
    const sha256 = await sha256Of(file.path);
    if ((await presentSha256(s3, bucket, file.key)) === sha256) {
      say(`${file.key} is in ${bucket} already`);
      continue;
    }
    await put(s3, bucket, file, sha256);
    say(`Uploaded ${file.key} to ${bucket}`);
    uploaded.push(file.key);
  }
  return uploaded;
}

/** In base64, as S3 stores it. */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('base64');
}

async function presentSha256(s3: S3Client, bucket: string, key: string): Promise<string | undefined> {
  try {
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
    return head.ChecksumSHA256;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

async function put(s3: S3Client, bucket: string, file: RawFile, sha256: string): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: file.key,
      Body: createReadStream(file.path),
      ContentLength: (await stat(file.path)).size,
      ContentType: file.contentType,
      ChecksumSHA256: sha256,
    }),
  );
}

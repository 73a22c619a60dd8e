import { readFile } from 'node:fs/promises';
import { rawFilesBelow } from '../storage/raw-files.ts';

/**
 * Uploads the files below a folder to the raw bucket. A file that is there with the same bytes is left alone,
 * so that a restart causes no new uploads.
 *
 * @returns the uploaded keys, in order
 * @throws Error with S3's answer when it refuses one
 */
export async function seedRawBucket(folder: string, s3Endpoint: string, bucket: string): Promise<string[]> {
  const uploaded: string[] = [];
  for (const { path, key, contentType } of await rawFilesBelow(folder)) {
    const url = `${s3Endpoint}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    const content = await readFile(path);
    const present = await fetch(url);
    const same = present.ok && Buffer.from(await present.arrayBuffer()).equals(content);
    if (!present.ok) await present.body?.cancel();
    if (same) continue;
    const answer = await fetch(url, {
      method: 'PUT',
      body: content,
      headers: { 'content-type': contentType },
    });
    if (!answer.ok) throw new Error(`S3 refused ${key}: ${await answer.text()}`);
    uploaded.push(key);
  }
  return uploaded;
}

import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';

/**
 * Uploads the CSV files below a folder to the raw bucket, each under its path: a file at the top belongs to the default
 * model, one in a folder to that model. What is there already with the same bytes is left alone, so that a restart
 * makes no new uploads.
 *
 * @returns the keys that were uploaded, in order.
 * @throws Error with S3's answer when it refuses one.
 */
export async function seedRawBucket(folder: string, s3Endpoint: string, bucket: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((path) => /\.(csv|json)$/i.test(path))
    .sort();
  const uploaded: string[] = [];
  for (const path of contractsFirst(files)) {
    const key = path.split(sep).join('/');
    const url = `${s3Endpoint}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    const content = await readFile(join(folder, path));
    const present = await fetch(url);
    const same = present.ok && Buffer.from(await present.arrayBuffer()).equals(content);
    if (!present.ok) await present.body?.cancel();
    if (same) continue;
    const answer = await fetch(url, {
      method: 'PUT',
      body: content,
      headers: { 'content-type': contentType(path) },
    });
    if (!answer.ok) throw new Error(`S3 refused ${key}: ${await answer.text()}`);
    uploaded.push(key);
  }
  return uploaded;
}

/** A contract must lie in the bucket before the file that it is about. */
function contractsFirst(paths: readonly string[]): string[] {
  const isContract = (path: string) => path.endsWith('schema.json');
  return [...paths.filter(isContract), ...paths.filter((path) => !isContract(path))];
}

const contentType = (path: string) => (path.endsWith('.json') ? 'application/json' : 'text/csv');

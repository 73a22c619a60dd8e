import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** A file that belongs in the raw bucket. */
export interface RawFile {
  readonly path: string;
  readonly key: string;
  readonly contentType: string;
}

/**
 * The CSV files and contracts below a folder, each with its key: a file at the top belongs to the default model, one in a folder to
 * that model. In the order in which to upload them: a contract must lie in the bucket before the file that it is about.
 */
export async function rawFilesBelow(folder: string): Promise<RawFile[]> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((path) => /\.(csv|json)$/i.test(path))
    .sort()
    .map((path) => ({
      path: join(folder, path),
      key: path.split(sep).join('/'),
      contentType: path.endsWith('.json') ? 'application/json' : 'text/csv',
    }));
  const isContract = ({ key }: RawFile) => key.endsWith('schema.json');
  return [...files.filter(isContract), ...files.filter((file) => !isContract(file))];
}

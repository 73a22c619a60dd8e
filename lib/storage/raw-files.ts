import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** A file that belongs in the raw bucket. */
export interface RawFile {
  readonly path: string;
  readonly key: string;
  readonly contentType: string;
}

/**
 * The CSV files and contracts below a folder, each with its key. A file at the top belongs to the default
 * model; a file in a subfolder belongs to the model of that name. They are in upload order: a contract must
 * be in the bucket before the file that it describes.
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

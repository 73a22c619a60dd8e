import { readdir } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { CONTRACT_NAME, isSetMarker, isTableName } from '../names.ts';

/** A file that belongs in the raw bucket. */
export interface RawFile {
  readonly path: string;
  readonly key: string;
  readonly contentType: string;
}

const CONTENT_TYPES: readonly (readonly [ending: string, contentType: string])[] = [
  ['.json', 'application/json'],
  ['.csv', 'text/csv'],
  ['.tsv', 'text/tab-separated-values'],
  ['.gz', 'application/gzip'],
  ['.parquet', 'application/vnd.apache.parquet'],
];

/**
 * The tables and contracts below a folder, each with its key. A file at the top belongs to the default model;
 * a file in a subfolder belongs to the model of that name. They are in upload order: a contract must be in
 * the bucket before the file that it describes, and what completes a set comes after its parts.
 */
export async function rawFilesBelow(folder: string): Promise<RawFile[]> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((path) => [isTableName, isSetMarker, isContractName].some((is) => is(basename(path))))
    .sort()
    .map((path) => ({
      path: join(folder, path),
      key: path.split(sep).join('/'),
      contentType: contentTypeOf(path),
    }));
  const place = ({ path }: RawFile) =>
    isContractName(basename(path)) ? 0 : isSetMarker(basename(path)) ? 2 : 1;
  return files.sort((a, b) => place(a) - place(b));
}

const isContractName = (name: string) => name === CONTRACT_NAME;

/** The media type by a name. Never a Content-Encoding: a compressed file is taken as it is. */
export function contentTypeOf(path: string): string {
  const lower = path.toLowerCase();
  return CONTENT_TYPES.find(([ending]) => lower.endsWith(ending))?.[1] ?? 'text/plain';
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawFilesBelow } from '../../../lib/storage/raw-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raw-files-'));
  await mkdir(join(folder, 'wine'));
  const names = [
    'a.csv',
    'b.CSV.GZ',
    'c.parquet',
    'd.tsv',
    'e.data',
    'notes.md',
    'wine/schema.json',
    'wine/x.txt',
  ];
  for (const name of [...names, 'wine/other.json']) await writeFile(join(folder, name), '');
});
afterAll(() => rm(folder, { recursive: true }));

describe('rawFilesBelow', () => {
  it('lists tables and contracts, contracts first, each with its key and content type', async () => {
    const files = await rawFilesBelow(folder);
    expect(files.map(({ key, contentType }) => [key, contentType])).toEqual([
      ['wine/schema.json', 'application/json'],
      ['a.csv', 'text/csv'],
      ['b.CSV.GZ', 'application/gzip'],
      ['c.parquet', 'application/vnd.apache.parquet'],
      ['d.tsv', 'text/tab-separated-values'],
      ['e.data', 'text/plain'],
      ['wine/x.txt', 'text/plain'],
    ]);
  });
});

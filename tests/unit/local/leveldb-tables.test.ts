import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { damagedTables } from '../../../lib/local/leveldb-tables.ts';

let folder: string;
let path: string;
let whole: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leveldb-tables-'));
  const database = new Level<string, string>(folder);
  // More than one block of 4 KB, of text that snappy compresses and of text that it does not.
  for (let i = 0; i < 400; i++)
    await database.put(`k${i}`, i % 2 ? 'v'.repeat(200) : Math.sin(i).toString(36));
  await database.close();
  // The next start makes a table of the log.
  await database.open();
  await database.close();
  const tables = (await readdir(folder)).filter((name) => name.endsWith('.ldb'));
  expect(tables).toHaveLength(1);
  path = join(folder, tables[0]!);
  whole = await readFile(path);
});
afterAll(() => rm(folder, { recursive: true }));

describe('the tables of a LevelDB', () => {
  it('are whole as they were written', async () => {
    await writeFile(path, whole);
    expect(await damagedTables(folder)).toEqual([]);
  });

  it('are damaged by a flip of any bit of a block, and by a cut anywhere', async () => {
    const missed: string[] = [];
    // The footer is padded: a flip there may change nothing.
    for (let at = 0; at < whole.length - 48; at += 31) {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ (1 << (at % 8));
      await writeFile(path, bytes);
      if ((await damagedTables(folder)).length === 0) missed.push(`bit at ${at}`);
    }
    for (let size = 0; size < whole.length; size += 397) {
      await writeFile(path, whole.subarray(0, size));
      if ((await damagedTables(folder)).length === 0) missed.push(`cut at ${size}`);
    }
    expect(missed).toEqual([]);
  });
});

import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipFolder } from '../../../lib/deploy/zip-folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-zip-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('zipFolder', () => {
  it('does not depend on the order, times and modes of its files, and finds those below', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    await mkdir(join(first, 'b'), { recursive: true });
    await writeFile(join(first, 'a.txt'), 'a');
    await writeFile(join(first, 'b', 'c.txt'), 'c');
    await mkdir(join(second, 'b'), { recursive: true });
    await writeFile(join(second, 'b', 'c.txt'), 'c');
    await writeFile(join(second, 'a.txt'), 'a');
    await chmod(join(second, 'a.txt'), 0o700);
    await utimes(join(second, 'a.txt'), new Date(0), new Date(0));
    const zip = await zipFolder(first, () => true);
    expect(Buffer.from(zip).equals(await zipFolder(second, () => true))).toBe(true);
    expect(Object.keys(unzipSync(zip))).toEqual(['a.txt', 'b/c.txt']);
  });

  it('refuses to make an empty package', async () => {
    await mkdir(join(folder, 'empty'));
    await expect(zipFolder(join(folder, 'empty'), () => true)).rejects.toThrow(
      'expected files to zip, found none',
    );
  });
});

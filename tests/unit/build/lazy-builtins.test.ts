import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LAZY_BUILTINS } from '../../../lib/build/lazy-builtins.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-build-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it.each([
  ['an import', 'main.mjs', `import { basename } from 'node:path'; export const name = basename('/a/b');`],
  ['a late import', 'main.mjs', `export const name = (await import('path')).basename('/a/b');`],
  ['a require', 'main.cjs', `exports.name = require('path').basename('/a/b');`],
])("gives an ES module Node's own modules by %s", async (_, file, text) => {
  await writeFile(join(folder, file), text);
  await build({
    absWorkingDir: folder,
    entryPoints: [file],
    outfile: join(folder, 'built.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    plugins: [LAZY_BUILTINS],
  });
  const built = await import(pathToFileURL(join(folder, 'built.mjs')).href);
  expect(built.name ?? built.default.name).toBe('b');
});

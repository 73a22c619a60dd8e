import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildFunctions } from '../../../lib/build/function-bundles.ts';

const FUNCTIONS = fileURLToPath(new URL('../../../functions/', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-bundles-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('leaves nothing of functions and chunks that no longer exist, and one folder per function', async () => {
  const output = join(folder, 'functions');
  for (const path of ['deleted/docs', 'predict']) await mkdir(join(output, path), { recursive: true });
  await writeFile(join(output, 'deleted/handler.mjs'), 'export const handler = () => 1;');
  await writeFile(join(output, 'predict/chunk-OLD.mjs'), 'export {};');

  const bundles = await buildFunctions(output);

  const sources = (await readdir(FUNCTIONS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = sources.map(({ name }) => name).sort();
  expect((await readdir(output)).sort()).toEqual(names);
  expect(bundles.map(({ name }) => name)).toEqual(names);
  const files = await readdir(join(output, 'predict'));
  expect(files).toContain('handler.mjs');
  expect(files).not.toContain('chunk-OLD.mjs');
});

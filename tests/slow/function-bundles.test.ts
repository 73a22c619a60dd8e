import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildFunctions } from '../../lib/build/function-bundles.ts';

const FUNCTIONS = fileURLToPath(new URL('../../functions/', import.meta.url));

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

/** The names of the files that a module imports at its start, and of those that these do. */
async function startOf(file: string, seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(file)) return seen;
  const text = await readFile(file, 'utf8');
  seen.set(file, text);
  for (const [, name] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g))
    await startOf(join(dirname(file), name!), seen);
  return seen;
}

it('loads no protocol at the start of predict, and all else in few files', async () => {
  const file = join(folder, 'functions', 'predict', 'handler.mjs');
  const start = await startOf(file);
  const all = await readdir(dirname(file));
  expect(start.size).toBeLessThanOrEqual(4);
  expect(all.filter((name) => name.endsWith('.mjs')).length).toBeGreaterThan(start.size);
  const loaded = [...start.values()].join('');
  for (const word of ['binary_tensor_data', 'dataframe_split', 'OriginalStatusCode', 'novelty_percentile'])
    expect({ word, isLoaded: loaded.includes(word) }).toEqual({ word, isLoaded: false });
  expect(loaded.length).toBeLessThan(160_000);
});

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../lib/build/bundle-options.ts';
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

/** The project's sources and packages that the code of some files was made from, by their source maps. */
async function sourcesOf(files: Iterable<string>): Promise<string[]> {
  const maps = [...files].map(async (file) => {
    const { sources } = JSON.parse(await readFile(`${file}.map`, 'utf8')) as { sources: string[] };
    return sources.map((source) => relative(ROOT, resolve(dirname(file), source)));
  });
  return (await Promise.all(maps)).flat();
}

/** The file of a bundle that a source's code is in. */
async function fileOf(source: string, bundle: string): Promise<string> {
  for (const name of await readdir(bundle)) {
    const file = join(bundle, name);
    if (name.endsWith('.mjs') && (await sourcesOf([file])).includes(source)) return file;
  }
  throw new Error(`${bundle}: expected a file with the code of ${source}, found none`);
}

/** What only some requests ask for: protocols, tables, readers of files, why there is no model. */
const ASKED_FOR =
  /^functions\/predict\/faces\/.+\/|^lib\/(?:batch|dataset|http\/openapi)\/|^lib\/registry\/(?:newest-refusal|no-champion|uploads)\.ts$|^lib\/columns\/(?:file-kinds|\w+\/(?:cells|reading|judge-\w+))\.ts$/;
/** What loads a model. */
const LOADS_MODELS = /^lib\/(?:aws|classifier|registry|storage|wasm)\/|^node_modules\/@(?:aws-sdk|smithy)\//;

describe('the start of predict', () => {
  const bundle = () => join(folder, 'functions', 'predict');

  it('contains nothing that only some requests ask for, and nothing that loads a model', async () => {
    const sources = await sourcesOf((await startOf(join(bundle(), 'handler.mjs'))).keys());
    expect(sources).toContain('functions/predict/handler.ts');
    expect(sources.filter((source) => ASKED_FOR.test(source) || LOADS_MODELS.test(source))).toEqual([]);
  });

  it('is a chunk with its helpers, and what loads a model is another, whatever else is imported late', async () => {
    const start = await startOf(join(bundle(), 'handler.mjs'));
    expect(start.size).toBeLessThanOrEqual(3);
    expect([...start.values()].join('').length).toBeLessThan(150_000);
    const connect = await fileOf('functions/predict/connect.ts', bundle());
    const added = [...(await startOf(connect)).keys()].filter((file) => !start.has(file));
    expect(added).toEqual([connect]);
    expect((await sourcesOf(added)).filter((source) => ASKED_FOR.test(source))).toEqual([]);
  });

  it('leaves what only some requests ask for to files that are loaded late', async () => {
    for (const source of ['faces/open-inference/face.ts', 'faces/tables/answer-table.ts'])
      expect(await fileOf(`functions/predict/${source}`, bundle())).toMatch(/chunk-\w+\.mjs$/);
    expect(ASKED_FOR.test('functions/predict/faces/tables/answer-table.ts')).toBe(true);
    expect(await fileOf('lib/columns/numeric/reading.ts', bundle())).toMatch(/chunk-\w+\.mjs$/);
  });
});

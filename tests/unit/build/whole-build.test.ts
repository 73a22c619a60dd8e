import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildIfChanged } from '../../../lib/build/whole-build.ts';

let root: string;
const write = (path: string, text: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};
/** Stands in for the real one, which takes seconds. */
const build = async () => {
  write('dist/functions/predict/handler.mjs', 'built');
  write('dist/local/main.mjs', 'built');
};

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'classifier-whole-build-'));
  write('lib/one.ts', 'export const one = 1;');
  write('functions/predict/handler.ts', 'export const handler = 1;');
  write('package-lock.json', '{}');
  expect(await buildIfChanged(root, build)).toBe(true);
  expect(await buildIfChanged(root, build)).toBe(false);
});
afterEach(() => rmSync(root, { recursive: true }));

it.each<[what: string, change: () => void]>([
  ['a source is another', () => write('lib/one.ts', 'export const one = 12;')],
  ['a source is new', () => write('lib/new/two.ts', '')],
  ['a source is gone', () => rmSync(join(root, 'lib/one.ts'))],
  ['a package changes', () => write('package-lock.json', '{"a":1}')],
  ['npm has put another package there', () => write('node_modules/.package-lock.json', '{}')],
  ['what was built is another', () => write('dist/local/main.mjs', 'broken')],
  ['what was built is gone', () => rmSync(join(root, 'dist/functions'), { recursive: true })],
  ['a function was left there that is none', () => write('dist/functions/old/handler.mjs', '')],
])('builds again when %s, and then no more', async (_, change) => {
  change();
  expect(await buildIfChanged(root, build)).toBe(true);
  expect(await buildIfChanged(root, build)).toBe(false);
});

it('builds again after a build that failed or was overtaken by a change', async () => {
  write('lib/one.ts', 'export const one = 3;');
  const failing = () => Promise.reject(new Error('no esbuild'));
  await expect(buildIfChanged(root, failing)).rejects.toThrow('no esbuild');
  expect(
    await buildIfChanged(root, async () => {
      await build();
      write('lib/one.ts', 'export const one = 45;');
    }),
  ).toBe(true);
  expect(await buildIfChanged(root, build)).toBe(true);
  expect(await buildIfChanged(root, build)).toBe(false);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { oneStartChunk } from '../../../lib/build/one-start-chunk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-build-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Three late imports, each of which shares other modules with the handler and with the others. */
const SOURCES = {
  'a.ts': 'export const a = (): number => Math.random();',
  'b.ts': 'export const b = (): number => Math.random();',
  'c.ts': 'export const c = (): number => Math.random();',
  'handler.ts': `import { a } from './a.ts'; import { b } from './b.ts';
    export const handler = async (name: string) => {
      const { connect } = await import('./connect.ts');
      const late = name === 'x' ? await import('./x.ts') : await import('./y.js');
      return [a(), b(), connect(), late.answer()];
    };`,
  'connect.ts': `import { a } from './a.ts'; import { c } from './c.ts'; export const connect = () => a() + c();`,
  'x.ts': `import { b } from './b.ts'; import { c } from './c.ts'; export const answer = () => b() + c();`,
  'y.js': `import { a } from './a.ts'; export const answer = () => a();`,
};

/** The files that a handler imports at its start, and those that its first late import adds. */
async function loadedFiles(plugins: Plugin[]): Promise<{ atStart: number; toConnect: number }> {
  for (const [name, text] of Object.entries(SOURCES)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, 'package.json'), '{"type":"module","sideEffects":false}');
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['handler.ts'],
    outdir: 'built',
    bundle: true,
    splitting: true,
    format: 'esm',
    metafile: true,
    logLevel: 'silent',
    plugins,
  });
  const closure = (path: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const { kind, path: next } of metafile.outputs[path]!.imports)
      if (kind === 'import-statement') closure(next, seen);
    return seen;
  };
  const start = closure('built/handler.js');
  const [connect] = Object.entries(metafile.outputs).find(([, { inputs }]) => 'connect.ts' in inputs)!;
  return { atStart: start.size, toConnect: closure(connect, new Set(start)).size - start.size };
}

it('puts all of the start into one chunk, and all that is loaded next into another', async () => {
  expect(await loadedFiles([])).toEqual({ atStart: 3, toConnect: 2 });
  const loaded = ['handler.ts', 'connect.ts'].map((name) => join(folder, name));
  // The bundler leaves the handler itself a file of its own, which exports from the chunk.
  expect(await loadedFiles([oneStartChunk(loaded)])).toEqual({ atStart: 2, toConnect: 1 });
});

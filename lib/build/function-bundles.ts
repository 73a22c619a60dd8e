import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { FUNCTION_NAMES } from '../functions.ts';
import { BUNDLE_OPTIONS, ROOT } from './bundle-options.ts';
import { writeConsolePage } from './console-page.ts';
import { writeDocsPage } from './docs-page.ts';
import { LAZY_BUILTINS } from './lazy-builtins.ts';
import { oneStartChunk } from './one-start-chunk.ts';
import { UNUSED_OPERATIONS } from './unused-operations.ts';

/** One bundled function. */
export interface FunctionBundle {
  readonly name: string;
  /** Absolute path of its `handler.mjs`. */
  readonly file: string;
  /** The size of all its code: the handler, its threads and their chunks. */
  readonly sizeBytes: number;
  readonly gzipBytes: number;
}

/** Threads that a function starts. Each is a bundle of its own beside its handler. */
const THREADS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ingest: { 'content-worker': 'lib/dataset/content/content-worker.ts' },
};

/**
 * Functions that import much late, and whose cold start people wait for: what they import late before they
 * answer anything.
 */
const BEFORE_ANSWERS: Readonly<Record<string, readonly string[]>> = {
  predict: ['functions/predict/connect.ts'],
};

/**
 * Bundles every function for the Lambda runtime, each into its own folder: `<name>/handler.mjs`, its threads,
 * the chunks that these share or import later, named by their content, a source map for each, and the other
 * files that it reads. Deletes everything else in the output folder, because the laptop starts, and a package
 * contains, all of it.
 *
 * @param outputFolder absolute path; created if it is missing
 */
export async function buildFunctions(outputFolder: string): Promise<FunctionBundle[]> {
  mkdirSync(outputFolder, { recursive: true });
  removeAllBut(FUNCTION_NAMES, outputFolder);
  const bundles: FunctionBundle[] = [];
  // One by one: the bundler uses all processors for each, and took 2.5 GB for all at once, 0.5 GB for one.
  for (const name of FUNCTION_NAMES) bundles.push(await buildFunction(name, join(outputFolder, name)));
  return bundles;
}

async function buildFunction(name: string, folder: string): Promise<FunctionBundle> {
  const handler = `functions/${name}/handler.ts`;
  const beforeAnswers = BEFORE_ANSWERS[name];
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [
      { in: handler, out: 'handler' },
      ...Object.entries(THREADS[name] ?? {}).map(([out, file]) => ({ in: file, out })),
    ],
    outdir: folder,
    // Code that is imported by `import()` is not loaded at the start.
    splitting: true,
    chunkNames: 'chunk-[hash]',
    plugins: [
      LAZY_BUILTINS,
      UNUSED_OPERATIONS,
      ...(beforeAnswers ? [oneStartChunk([handler, ...beforeAnswers].map((file) => join(ROOT, file)))] : []),
    ],
    metafile: true,
    // The import of oneStartChunk is bare on purpose.
    logOverride: { 'ignored-bare-import': 'silent' },
    minify: true,
    // Error and class names reach logs and clients: minifying must not change them.
    keepNames: true,
    sourcesContent: false,
    mainFields: ['module', 'main'],
  });
  const built = Object.keys(metafile.outputs).map((path) => basename(path));
  // Chunks of earlier builds have other names.
  removeAllBut(built, folder);
  if (name === 'models') writeDocsPage(join(folder, 'docs'));
  if (name === 'console') await writeConsolePage(join(folder, 'page'));
  return { name, file: join(folder, 'handler.mjs'), ...sizesOf(built, folder) };
}

function removeAllBut(names: readonly string[], folder: string): void {
  for (const name of readdirSync(folder))
    if (!names.includes(name)) rmSync(join(folder, name), { recursive: true });
}

function sizesOf(files: readonly string[], folder: string): { sizeBytes: number; gzipBytes: number } {
  const code = files.filter((file) => file.endsWith('.mjs')).map((file) => readFileSync(join(folder, file)));
  return {
    sizeBytes: sum(code.map(({ length }) => length)),
    gzipBytes: sum(code.map((bytes) => gzipSync(bytes, { level: 9 }).length)),
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

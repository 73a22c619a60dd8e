import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = dirname(fileURLToPath(import.meta.url));

const SHARED = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
};

/** Threads that a function starts: bundles of their own, beside its handler. */
const THREADS = { ingest: { 'content-worker': 'lib/dataset/content-worker.ts' } };

/**
 * Bundles every folder below functions/ for the Lambda runtime, each into a folder of its own: `<name>/handler.mjs`, its
 * threads, the chunks that these share or import later, named by their content, and a source map for each.
 *
 * @param {string} outputFolder absolute path.
 * @returns {Promise<{ name: string, file: string, sizeBytes: number, gzipBytes: number }[]>} one row per function, the
 *   sizes of all its code together.
 */
export async function buildFunctions(outputFolder) {
  const names = readdirSync(join(ROOT, 'functions')).sort();
  return await Promise.all(names.map((name) => buildFunction(name, join(outputFolder, name))));
}

async function buildFunction(name, folder) {
  const { metafile } = await build({
    ...SHARED,
    entryPoints: [
      { in: `functions/${name}/handler.ts`, out: 'handler' },
      ...Object.entries(THREADS[name] ?? {}).map(([out, file]) => ({ in: file, out })),
    ],
    outdir: folder,
    // What is imported by `import()` stays out of the start.
    splitting: true,
    chunkNames: 'chunk-[hash]',
    metafile: true,
    minify: true,
    // Error and class names reach logs and clients: minifying must not change them.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    mainFields: ['module', 'main'],
    // Some dependencies are CommonJS and ask for Node's own modules by `require`, which an ES module lacks.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  const built = Object.keys(metafile.outputs).map((path) => basename(path));
  removeAllBut(built, folder);
  const code = built.filter((file) => file.endsWith('.mjs')).map((file) => readFileSync(join(folder, file)));
  return {
    name,
    file: join(folder, 'handler.mjs'),
    sizeBytes: sum(code.map(({ length }) => length)),
    gzipBytes: sum(code.map((bytes) => gzipSync(bytes, { level: 9 }).length)),
  };
}

/** Chunks of earlier builds have other names: they would stay, and be deployed. */
function removeAllBut(files, folder) {
  for (const file of readdirSync(folder))
    if (!files.includes(file)) rmSync(join(folder, file), { recursive: true });
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/**
 * Bundles the laptop's supervisor, its packages left outside. Stripping types while running would cost it some 30 MB.
 *
 * @param {string} outputFolder absolute path.
 */
async function buildLocal(outputFolder) {
  await build({
    ...SHARED,
    entryPoints: ['lib/local/main.ts', 'lib/local/lambda/runtime-client.mjs'],
    entryNames: '[name]',
    outdir: outputFolder,
    packages: 'external',
    sourcemap: 'linked',
  });
}

function printTable(rows) {
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  console.log('function          bundle         gzip');
  for (const { name, sizeBytes, gzipBytes } of rows) {
    console.log(`${name.padEnd(12)} ${kib(sizeBytes).padStart(12)} ${kib(gzipBytes).padStart(12)}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await buildFunctions(join(ROOT, 'dist', 'functions'));
  await buildLocal(join(ROOT, 'dist', 'local'));
  if (!process.argv.includes('--quiet')) printTable(rows);
}

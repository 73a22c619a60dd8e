import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = dirname(fileURLToPath(import.meta.url));

/** The functions: each folder below functions/ with a handler. */
export const FUNCTION_NAMES = readdirSync(join(ROOT, 'functions')).sort();

/**
 * Bundles every function for the Lambda runtime: one `<name>/handler.mjs` and its source map each.
 *
 * @param {string} outputFolder absolute path.
 * @returns {Promise<{ name: string, file: string, sizeBytes: number, gzipBytes: number }[]>} one row per function.
 */
export async function buildFunctions(outputFolder) {
  rmSync(outputFolder, { recursive: true, force: true });
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: FUNCTION_NAMES.map((name) => ({
      in: `functions/${name}/handler.ts`,
      out: `${name}/handler`,
    })),
    outdir: outputFolder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    // Error and class names reach logs and clients: minifying must not change them.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Some dependencies are CommonJS and ask for Node's own modules by `require`, which an ES module lacks.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    metafile: true,
    logLevel: 'warning',
  }).then((result) => ({ outputFiles: Object.keys(result.metafile.outputs) }));
  return outputFiles
    .filter((path) => path.endsWith('.mjs'))
    .map((path) => {
      const file = join(ROOT, path);
      return { name: path.split('/').at(-2), file, ...sizes(file) };
    });
}

function sizes(file) {
  return { sizeBytes: statSync(file).size, gzipBytes: gzipSync(readFileSync(file), { level: 9 }).length };
}

function printTable(rows) {
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  console.log('function      bundle        gzip');
  for (const { name, sizeBytes, gzipBytes } of rows) {
    console.log(`${name.padEnd(13)} ${kib(sizeBytes).padStart(10)} ${kib(gzipBytes).padStart(10)}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) printTable(await buildFunctions(join(ROOT, 'dist')));

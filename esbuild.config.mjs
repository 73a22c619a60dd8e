import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import * as fflate from 'fflate';

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

/**
 * Takes Node's own modules from `process.getBuiltinModule`. An `import` of one reads all that it exports, and `node:http` loads an HTTP
 * client, a WebSocket and more for that: a tenth of a cold start.
 *
 * @type {import('esbuild').Plugin}
 */
const BUILTINS_UNREAD = {
  name: 'builtins-unread',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z]/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      if (kind === 'require-call' || !builtinModules.includes(name)) return undefined;
      const namespace = kind === 'dynamic-import' ? 'whole-builtin' : 'builtin';
      return { path: name, namespace, sideEffects: false };
    });
    // CommonJS: what is imported late is read property by property, too.
    onLoad({ filter: /./, namespace: 'whole-builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => {
      const names = Object.keys(Object.getOwnPropertyDescriptors(process.getBuiltinModule(path)));
      const exported = names
        .filter((name) => /^[a-z_]\w*$/i.test(name) && name !== 'default')
        .map(
          (name) =>
            `const _${name} = /* @__PURE__ */ (() => module.${name})(); export { _${name} as ${name} };`,
        );
      const module = `/* @__PURE__ */ process.getBuiltinModule('node:${path}')`;
      return { contents: `const module = ${module};\n${exported.join('\n')}\nexport default module;` };
    });
  },
};

/**
 * Leaves out what the AWS SDK says of operations that nobody calls: its descriptions have computed names in them, for which esbuild keeps all of them.
 * They are lists of constants, and read only by the operations that name them.
 *
 * @type {import('esbuild').Plugin}
 */
const UNUSED_OPERATIONS = {
  name: 'unused-operations',
  setup({ onLoad }) {
    onLoad({ filter: /client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        /^(export )?var ([\w$]+) = (\[.*\]|\[[\s\S]*?^\]);$/gm,
        '$1var $2 = /* @__PURE__ */ (() => $3)();',
      ),
    }));
  },
};

/** Threads that a function starts: bundles of their own, beside its handler. */
const THREADS = { ingest: { 'content-worker': 'lib/dataset/content/content-worker.ts' } };

/** What the page at /docs consists of, beside its HTML: its own files, and those of swagger-ui with their licence. */
const PAGE_FILES = ['page.css', 'page.js'];
const SWAGGER_UI_FILES = [
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'swagger-ui.css',
  'favicon-32x32.png',
  'LICENSE',
  'NOTICE',
];

/**
 * Puts the page at /docs beside the models function, every file compressed. The HTML names each file with a piece of its hash, so that
 * browsers may keep it for good and still see a new one.
 */
function writeDocsPage(folder) {
  mkdirSync(folder, { recursive: true });
  const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const page = join(ROOT, 'functions', 'models', 'docs-page');
  let html = readFileSync(join(page, 'page.html'), 'utf8');
  // Not zlib's: its bytes differ between x64 and arm64, and a package must be the same on both.
  const put = (name, content) =>
    writeFileSync(join(folder, `${name}.gz`), fflate.gzipSync(Buffer.from(content), { level: 9, mtime: 0 }));
  for (const [from, names] of [
    [page, PAGE_FILES],
    [swaggerUi, SWAGGER_UI_FILES],
  ]) {
    for (const name of names) {
      const content = readFileSync(join(from, name));
      const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
      html = html.replace(`"docs/${name}"`, `"docs/${name}?v=${hash}"`);
      put(name, content);
    }
  }
  put('page.html', html);
}

/**
 * Bundles every folder below functions/ for the Lambda runtime, each into a folder of its own: `<name>/handler.mjs`, its
 * threads, the chunks that these share or import later, named by their content, a source map for each, and what it reads beside itself.
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
    plugins: [BUILTINS_UNREAD, UNUSED_OPERATIONS],
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
  if (name === 'models') writeDocsPage(join(folder, 'docs'));
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
export async function buildLocal(outputFolder) {
  await build({
    ...SHARED,
    entryPoints: [
      'lib/local/main.ts',
      'lib/local/cloudwatch-worker.ts',
      'lib/local/lambda/runtime-client.mjs',
    ],
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

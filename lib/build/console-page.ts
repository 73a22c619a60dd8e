import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './bundle-options.ts';
import { writeCompressed } from './compressed-file.ts';

const PAGE_FOLDER = join(ROOT, 'functions', 'console', 'page');

/** What the page imports from npm. */
const PACKAGES = ['preact', 'udsv'];

/**
 * Bundles the console into a folder, every file compressed and named by its content, so that browsers may
 * cache it forever and still load a new one. Only the HTML keeps its name.
 *
 * @param folder absolute path; created if it is missing
 */
export async function writeConsolePage(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { outputFiles } = await build({
    absWorkingDir: PAGE_FOLDER,
    entryPoints: ['app.tsx', 'app.css', 'icon.svg'],
    bundle: true,
    minify: true,
    write: false,
    outdir: folder,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'file', '.csv': 'file' },
    // What the scripts load is named from the page's address.
    publicPath: 'console',
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const files = outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
  // A file that is copied has a script beside it that only says its name.
  const isNameOnly = (name: string) => name.startsWith('icon-') && name.endsWith('.js');
  for (const { name, contents } of files)
    if (!isNameOnly(name)) writeCompressed(join(folder, name), contents);
  writeCompressed(join(folder, 'licences.txt'), Buffer.from(licences()));
  writeCompressed(join(folder, 'index.html'), Buffer.from(pageOf(files.map(({ name }) => name))));
}

/** The HTML with the names that the build gave. @throws Error when it made no such file */
function pageOf(names: readonly string[]): string {
  const html = readFileSync(join(PAGE_FOLDER, 'index.html'), 'utf8');
  return html.replace(/"console\/(\w+)\.(\w+)"/g, (_, stem: string, ending: string) => {
    const built = names.find((name) => name.startsWith(`${stem}-`) && name.endsWith(`.${ending}`));
    if (built === undefined) throw new Error(`index.html: expected the build to make ${stem}.${ending}`);
    return `"console/${built}"`;
  });
}

/** The licences of the packages in the script, which ask to be handed on with it. */
function licences(): string {
  return PACKAGES.map((name) => {
    const folder = join(ROOT, 'node_modules', name);
    return `${name}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`;
  }).join('\n\n');
}

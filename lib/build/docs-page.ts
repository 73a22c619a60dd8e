import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../sha256.ts';
import { ROOT } from './bundle-options.ts';
import { writeCompressed } from './compressed-file.ts';

/** The files of the page at /docs beside its HTML: its own, and those of swagger-ui with their licence. */
const PAGE_FOLDER = join(ROOT, 'functions', 'models', 'docs-page');
const SWAGGER_UI_FOLDER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const FILES = [
  ...['page.css', 'page.js'].map((name) => ({ name, from: PAGE_FOLDER })),
  ...[
    'swagger-ui-bundle.js',
    'swagger-ui-bundle.js.LICENSE.txt',
    'swagger-ui.css',
    'favicon-32x32.png',
    'LICENSE',
    'NOTICE',
  ].map((name) => ({ name, from: SWAGGER_UI_FOLDER })),
];

/**
 * Writes the page at /docs into a folder, every file compressed. The HTML refers to each file with a part of
 * its hash, so that browsers may cache it forever and still load a new one.
 *
 * @param folder absolute path; created if it is missing
 */
export function writeDocsPage(folder: string): void {
  mkdirSync(folder, { recursive: true });
  let html = readFileSync(join(PAGE_FOLDER, 'page.html'), 'utf8');
  for (const { name, from } of FILES) {
    const content = readFileSync(join(from, name));
    const hash = sha256Hex(content).slice(0, 12);
    html = html.replace(`"docs/${name}"`, `"docs/${name}?v=${hash}"`);
    writeCompressed(join(folder, name), content);
  }
  writeCompressed(join(folder, 'page.html'), Buffer.from(html));
}

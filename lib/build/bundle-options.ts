import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/** The project's folder, absolute. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The common options of the functions' bundles and the laptop's. */
export const BUNDLE_OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  sourcemap: 'linked',
  logLevel: 'warning',
} as const satisfies BuildOptions;

import { fileURLToPath } from 'node:url';
import { buildFunctions } from '../../esbuild.config.mjs';

/** Tests that start the system run the same bundles as Lambda: built once, before the first test. */
export default async function setup(): Promise<void> {
  await buildFunctions(fileURLToPath(new URL('../../dist/functions/', import.meta.url)));
}

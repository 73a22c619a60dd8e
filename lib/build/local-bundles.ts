import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle-options.ts';

/**
 * Bundles the laptop's supervisor, its packages left outside. Stripping types while running would cost it
 * some 30 MB.
 *
 * @param outputFolder absolute path.
 */
export async function buildLocal(outputFolder: string): Promise<void> {
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [
      'lib/local/main.ts',
      'lib/local/cloudwatch-worker.ts',
      'lib/local/lambda/runtime-client.mjs',
    ],
    entryNames: '[name]',
    outdir: outputFolder,
    packages: 'external',
  });
}

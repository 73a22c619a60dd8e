import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle-options.ts';

/** Bundles the server of a container, with all that it needs. @param outputFolder absolute path */
export async function buildServe(outputFolder: string): Promise<void> {
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: ['lib/local/serve.ts'],
    entryNames: '[name]',
    outdir: outputFolder,
  });
}

/** Bundles the command of a container that trains. @param outputFolder absolute path */
export async function buildTrainJob(outputFolder: string): Promise<void> {
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [
      { in: 'lib/local/train-job/main.ts', out: 'train' },
      { in: 'lib/local/train-job/process.ts', out: 'train-process' },
    ],
    outdir: outputFolder,
  });
}

/**
 * Bundles the laptop's supervisor without its packages. Stripping types at run time would cost it about 30
 * MB.
 *
 * @param outputFolder absolute path
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

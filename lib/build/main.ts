import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { standardOutput } from '../terminal.ts';
import { ROOT } from './bundle-options.ts';
import { buildFunctions, type FunctionBundle } from './function-bundles.ts';
import { buildLocal, buildServe, buildTrainJob } from './local-bundles.ts';

/**
 * Builds everything into dist/ and prints the size of each function.
 *
 * @param args command-line arguments; `--quiet` prints nothing
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { quiet: { type: 'boolean', default: false } } });
  const bundles = await buildFunctions(join(ROOT, 'dist', 'functions'));
  await buildLocal(join(ROOT, 'dist', 'local'));
  await buildServe(join(ROOT, 'dist', 'serve'));
  await buildTrainJob(join(ROOT, 'dist', 'train-job'));
  if (!values.quiet) printTable(bundles);
}

function printTable(bundles: readonly FunctionBundle[]): void {
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  standardOutput.line('function          bundle         gzip');
  for (const { name, sizeBytes, gzipBytes } of bundles)
    standardOutput.line(`${name.padEnd(12)} ${kib(sizeBytes).padStart(12)} ${kib(gzipBytes).padStart(12)}`);
}

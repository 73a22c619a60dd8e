import { parseArgs } from 'node:util';
import { standardOutput } from '../terminal.ts';
import { ROOT } from './bundle-options.ts';
import type { FunctionBundle } from './function-bundles.ts';
import { buildAll, buildIfChanged } from './whole-build.ts';

/**
 * Builds everything into dist/ and prints the size of each function.
 *
 * @param args command-line arguments; `--quiet` prints nothing, and builds only what changed
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { quiet: { type: 'boolean', default: false } } });
  if (values.quiet) await buildIfChanged(ROOT);
  else printTable(await buildAll(ROOT));
}

function printTable(bundles: readonly FunctionBundle[]): void {
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  standardOutput.line('function          bundle         gzip');
  for (const { name, sizeBytes, gzipBytes } of bundles)
    standardOutput.line(`${name.padEnd(12)} ${kib(sizeBytes).padStart(12)} ${kib(gzipBytes).padStart(12)}`);
}

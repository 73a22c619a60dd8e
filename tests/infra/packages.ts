import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFunctions } from '../../esbuild.config.mjs';
import { InfraTestError, runCommand } from './terraform.ts';

/** Where the unpacked bundles and their zips lie. */
export interface Packages {
  readonly bundleFolder: string;
  readonly packageFolder: string;
}

/** Bundles the functions below functions/, and zips each to `<name>.zip`. */
export async function makePackages(folder: string): Promise<Packages> {
  const [bundleFolder, packageFolder] = [join(folder, 'functions'), join(folder, 'packages')];
  const functions = await buildFunctions(bundleFolder);
  await mkdir(packageFolder, { recursive: true });
  for (const { name } of functions) await zip(join(bundleFolder, name), join(packageFolder, `${name}.zip`));
  return { bundleFolder, packageFolder };
}

/** moto needs Python, so that Python's own zip command is there. */
async function zip(folder: string, file: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.map')).sort();
  const outcome = await runCommand('python3', ['-m', 'zipfile', '-c', file, ...names], { cwd: folder });
  if (outcome.code !== 0) throw new InfraTestError(`zip of ${folder}: ${outcome.stderr}`);
}

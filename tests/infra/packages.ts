import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFunctions } from '../../esbuild.config.mjs';
import { InfraTestError, runCommand } from './terraform.ts';

/** Where the unpacked bundles and their zips lie, and which functions have no code of their own yet. */
export interface Packages {
  readonly bundleFolder: string;
  readonly packageFolder: string;
  readonly withoutCode: readonly string[];
}

/**
 * Bundles the functions and zips each. A function that Terraform deploys and that is not in functions/ gets a handler that throws, so that
 * nothing can be taken for tested that is not there.
 */
export async function makePackages(folder: string, deployed: readonly string[]): Promise<Packages> {
  const [bundleFolder, packageFolder] = [join(folder, 'functions'), join(folder, 'packages')];
  const built = (await buildFunctions(bundleFolder)).map(({ name }) => name);
  const withoutCode = deployed.filter((name) => !built.includes(name));
  for (const name of withoutCode) {
    await mkdir(join(bundleFolder, name), { recursive: true });
    await writeFile(join(bundleFolder, name, 'handler.mjs'), "throw new Error('no code yet');\n");
  }
  await mkdir(packageFolder, { recursive: true });
  for (const name of deployed) await zip(join(bundleFolder, name), join(packageFolder, `${name}.zip`));
  return { bundleFolder, packageFolder, withoutCode };
}

/** moto needs Python, so that Python's own zip command is there. */
async function zip(folder: string, file: string): Promise<void> {
  await rm(file, { force: true });
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.map')).sort();
  const outcome = await runCommand('python3', ['-m', 'zipfile', '-c', file, ...names], { cwd: folder });
  if (outcome.code !== 0) throw new InfraTestError(`zip of ${folder}: ${outcome.stderr}`);
}

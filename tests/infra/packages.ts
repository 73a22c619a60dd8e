import { join } from 'node:path';
import { packageFunctions } from '../../lib/deploy/package-functions.ts';

/** The folders of the unpacked bundles and their zips. */
export interface Packages {
  readonly bundleFolder: string;
  readonly packageFolder: string;
}

/** Packages every function as `npm run package` does, in the test's own folder. */
export async function makePackages(folder: string): Promise<Packages> {
  const packages = { bundleFolder: join(folder, 'functions'), packageFolder: join(folder, 'packages') };
  await packageFunctions({ bundles: packages.bundleFolder, packages: packages.packageFolder });
  return packages;
}

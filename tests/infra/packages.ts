import { join } from 'node:path';
import { packageFunctions } from '../../lib/deploy/package-functions.ts';

/** Where the unpacked bundles and their zips lie. */
export interface Packages {
  readonly bundleFolder: string;
  readonly packageFolder: string;
}

/** Every function as `npm run package` makes it, in a folder of the test's own. */
export async function makePackages(folder: string): Promise<Packages> {
  const packages = { bundleFolder: join(folder, 'functions'), packageFolder: join(folder, 'packages') };
  await packageFunctions({ bundles: packages.bundleFolder, packages: packages.packageFolder });
  return packages;
}

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFunctions } from '../build/function-bundles.ts';
import { sha256Hex } from '../sha256.ts';
import { zipFolder } from './zip-folder.ts';

/** One function, packaged for deployment. */
export interface FunctionPackage {
  readonly name: string;
  /** Absolute path of `<name>.zip`. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Lambda does not use source maps, and a map is larger than its bundle: unpacking it would slow each start.
 */
const belongsInPackage = (path: string) => !path.endsWith('.map');

/**
 * Bundles every function and zips each bundle into `<name>.zip`. Equal sources and dependencies give equal
 * bytes. The checksums are written to `sha256sums.txt`, for `sha256sum -c`. Both folders are emptied first,
 * so that files of an earlier build are not deployed.
 *
 * @param folders absolute paths
 */
export async function packageFunctions(folders: {
  readonly bundles: string;
  readonly packages: string;
}): Promise<FunctionPackage[]> {
  for (const folder of [folders.bundles, folders.packages]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  const functions = await buildFunctions(folders.bundles);
  const packages: FunctionPackage[] = [];
  for (const { name } of functions) {
    const zip = await zipFolder(join(folders.bundles, name), belongsInPackage);
    const file = join(folders.packages, `${name}.zip`);
    await writeFile(file, zip);
    const sha256 = sha256Hex(zip);
    packages.push({ name, file, sizeBytes: zip.length, sha256 });
  }
  const sums = packages.map(({ name, sha256 }) => `${sha256}  ${name}.zip\n`);
  await writeFile(join(folders.packages, 'sha256sums.txt'), sums.join(''));
  return packages;
}

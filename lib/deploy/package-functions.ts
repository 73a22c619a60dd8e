import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFunctions } from '../build/function-bundles.ts';
import { sha256Hex } from '../sha256.ts';
import { zipFolder } from './zip-folder.ts';

/** One function as it is deployed. */
export interface FunctionPackage {
  readonly name: string;
  /** Absolute path of `<name>.zip`. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Traces are not mapped in Lambda, and a map is larger than its bundle: it would only be unpacked at each
 * start.
 */
const belongsInPackage = (path: string) => !path.endsWith('.map');

/**
 * Bundles every function and zips each into `<name>.zip`, byte-identical for equal sources and dependencies,
 * with their sums in `sha256sums.txt` for `sha256sum -c`. Both folders are emptied first: what a former build
 * left would be deployed too.
 *
 * @param folders absolute paths.
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

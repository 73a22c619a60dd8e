import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { byCodeUnits } from '../code-units.ts';

/** Unix: then attributes are read as a file mode. */
const UNIX = 3;
/** A plain file that everyone may read: Lambda unpacks and runs a handler as different users. */
const FILE_MODE = (0o100644 << 16) >>> 0;
/**
 * Zip stores local time without a zone, from 1980 on. fflate reads these fields in local time, so every time
 * zone writes the same bytes.
 */
const FIXED_TIME = [1980, 0, 1, 12] as const;

/**
 * Zips the files below a folder so that equal files give equal bytes on every machine: entries in code-unit
 * order of their paths, one time, one mode, no extra fields, no folder entries, and a compressor written in
 * JavaScript. zlib does not give equal bytes: Node's zlib searches for matches differently on x64 and on
 * arm64, and changes with Node.
 *
 * @param accepts whether a file belongs in the zip, by its path below the folder with `/`
 * @throws Error when no file is left: the package would deploy a function that cannot start
 */
export async function zipFolder(
  folder: string,
  accepts: (path: string) => boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const paths = (await filesBelow(folder)).filter(accepts).sort(byCodeUnits);
  if (paths.length === 0)
    throw new Error(`${folder}: expected files to zip, found none; build the functions first`);
  const mtime = new Date(...FIXED_TIME);
  const entries: Zippable = {};
  for (const path of paths) {
    entries[path] = [await readFile(join(folder, path)), { level: 9, os: UNIX, attrs: FILE_MODE, mtime }];
  }
  return zipSync(entries);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

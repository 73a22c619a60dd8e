import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { sha256Hex } from '../sha256.ts';
import { buildFunctions, type FunctionBundle } from './function-bundles.ts';
import { buildLocal, buildServe, buildTrainJob } from './local-bundles.ts';

/** What the bundles are made of: folders with all their files, and files. */
const SOURCES = [
  'functions',
  'lib',
  'data/raw',
  'terraform/state-machines',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  // npm writes it when it changes a package.
  'node_modules/.package-lock.json',
];
const OUTPUTS = ['functions', 'local', 'serve', 'train-job'];

/**
 * Builds everything below dist/: functions, the laptop's system, the commands of containers.
 *
 * @param root the project's folder, absolute
 */
export async function buildAll(root: string): Promise<FunctionBundle[]> {
  let bundles: FunctionBundle[] = [];
  await recorded(root, async () => {
    bundles = await bundlesOf(root);
  });
  return bundles;
}

/**
 * Builds everything, unless no source and nothing that was built has changed since: it takes some ten
 * seconds, and whoever starts the system or a test waits for it.
 *
 * @param build what builds
 * @returns whether it was built
 */
export async function buildIfChanged(
  root: string,
  build: (root: string) => Promise<unknown> = bundlesOf,
): Promise<boolean> {
  const record = recordOf(root);
  if (existsSync(record) && readFileSync(record, 'utf8') === stateOf(root)) return false;
  await recorded(root, () => build(root));
  return true;
}

async function bundlesOf(root: string): Promise<FunctionBundle[]> {
  const bundles = await buildFunctions(join(root, 'dist', 'functions'));
  await buildLocal(join(root, 'dist', 'local'));
  await buildServe(join(root, 'dist', 'serve'));
  await buildTrainJob(join(root, 'dist', 'train-job'));
  return bundles;
}

/** Writes down of what, and to what, something is built. A build that is broken off leaves no record. */
async function recorded(root: string, build: () => Promise<unknown>): Promise<void> {
  const record = recordOf(root);
  rmSync(record, { force: true });
  const sources = sha256Hex(traces(root, SOURCES));
  await build();
  mkdirSync(dirname(record), { recursive: true });
  // What changed while it was built is not in it.
  if (sha256Hex(traces(root, SOURCES)) === sources) writeFileSync(record, stateOf(root));
}

const stateOf = (root: string) => sha256Hex(traces(root, SOURCES) + traces(join(root, 'dist'), OUTPUTS));

const recordOf = (root: string) => join(root, 'dist', 'build.sha256');

/** The path, size and time of change of each file, a line each. What is not there has none. */
function traces(root: string, places: readonly string[]): string {
  return places
    .flatMap((place) => filesOf(join(root, place)))
    .map((file) => {
      const { size, mtimeMs } = statSync(file);
      return `${relative(root, file)} ${size} ${mtimeMs}\n`;
    })
    .join('');
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

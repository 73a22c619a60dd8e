import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Rooms that only compute. */
const PURE_ROOMS = [
  'lib/wasm',
  'lib/html',
  'lib/json',
  'lib/columns',
  'lib/dataset',
  'lib/classifier',
  'lib/training',
  'lib/drift',
  'lib/batch',
];
/** Files at lib's root that the pure rooms may use. */
const PURE_FILES = [
  'lib/errors.ts',
  'lib/canonical-json.ts',
  'lib/code-units.ts',
  'lib/sha256.ts',
  'lib/text-safety.ts',
  'lib/byte-sink.ts',
];
/**
 * Packages and Node modules that the pure rooms may use: small, and without clock, network or environment.
 */
const PURE_PACKAGES =
  /^(zod(\/mini)?|pure-rand\/.+|hyparquet(\/src\/(column|convert|delta)\.js)?|hyparquet-writer|ml-knn|node:(crypto|buffer|worker_threads|zlib))$/;

/** Commands that talk to AWS from a person's or a workflow's machine. */
const COMMANDS_ON_AWS = [
  'lib/cli/token.ts',
  'lib/deploy/rollout-command.ts',
  'lib/deploy/sandbox-command.ts',
  'lib/deploy/upload-data.ts',
];

/** Reads the variable that Powertools reads by itself too, so that no function can forget to pass it on. */
const READS_POWERTOOLS_VARIABLE = 'lib/telemetry/service.ts';

interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => {
    const target = (match[1] ?? match[2])!;
    const to = target.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), target)) : target;
    return { from: file, to };
  });
}

const files = [...sourceFiles('functions'), ...sourceFiles('lib')];
const imports = files.flatMap(importsOf);
const inside = (path: string, folder: string) => path.startsWith(`${folder}/`);
const shown = (found: readonly Import[]) => found.map(({ from, to }) => `${from} -> ${to}`);

describe('imports run one way', () => {
  it('finds the imports at all', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(shown(imports)).toContain('functions/predict/handler.ts -> functions/predict/routes.ts');
  });

  it('lib never imports functions', () => {
    expect(shown(imports.filter(({ from, to }) => inside(from, 'lib') && inside(to, 'functions')))).toEqual(
      [],
    );
  });

  it('no function imports another function', () => {
    const crossing = imports.filter(({ from, to }) => {
      const [, own] = from.split('/');
      return inside(from, 'functions') && inside(to, 'functions') && to.split('/')[1] !== own;
    });
    expect(shown(crossing)).toEqual([]);
  });

  it('production code never imports lib/local', () => {
    expect(
      shown(imports.filter(({ from, to }) => !inside(from, 'lib/local') && inside(to, 'lib/local'))),
    ).toEqual([]);
  });

  it('what is deployed never imports lib/deploy', () => {
    expect(
      shown(imports.filter(({ from, to }) => !inside(from, 'lib/deploy') && inside(to, 'lib/deploy'))),
    ).toEqual([]);
  });

  it('only lib/deploy imports lib/build', () => {
    const builders = ['lib/build', 'lib/deploy'];
    const builds = imports.filter(({ to }) => inside(to, 'lib/build'));
    expect(builds.length).toBeGreaterThan(0);
    expect(shown(builds.filter(({ from }) => !builders.some((room) => inside(from, room))))).toEqual([]);
  });

  it('the ground floor imports nothing from lib except itself', () => {
    const isGround = (path: string) => /^lib\/[^/]+\.ts$/.test(path);
    const ground = imports.filter(({ from }) => isGround(from));
    expect(shown(ground)).toContain('lib/routes.ts -> lib/functions.ts');
    // This imports only a type, from a list without imports: dataset defines which codes a refusal may have.
    const allowed = 'lib/errors.ts -> lib/dataset/csv/codes.ts';
    const upwards = shown(ground.filter(({ to }) => inside(to, 'lib') && !isGround(to)));
    expect(upwards.filter((found) => found !== allowed)).toEqual([]);
  });

  it('the pure rooms import each other, errors.ts and small libraries only', () => {
    const allowed = (to: string) =>
      PURE_ROOMS.some((room) => inside(to, room)) || PURE_FILES.includes(to) || PURE_PACKAGES.test(to);
    const pure = (from: string) => PURE_ROOMS.some((room) => inside(from, room)) || PURE_FILES.includes(from);
    expect(shown(imports.filter(({ from, to }) => pure(from) && !allowed(to)))).toEqual([]);
  });

  it('the pure rooms read no clock, no environment and no unseeded randomness', () => {
    const impure =
      /\bDate\.now\(|\bnew Date\(\)|\bprocess\.(env|hrtime)|\bperformance\.now\(|\bMath\.random\(|\brandomUUID\b|\brandomBytes\b/;
    const pureFiles = files.filter((file) => PURE_ROOMS.some((room) => inside(file, room)));
    expect(pureFiles.length).toBeGreaterThan(10);
    expect(pureFiles.filter((file) => impure.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });

  it('only handlers, and the commands that talk to AWS, build AWS clients and read the environment of functions', () => {
    const impure = /new (S3|DynamoDB|CloudWatch)Client\(|process\.env/;
    const isRoot = (file: string) =>
      file.endsWith('/handler.ts') || [...COMMANDS_ON_AWS, READS_POWERTOOLS_VARIABLE].includes(file);
    const others = files.filter((file) => !inside(file, 'lib/local') && !isRoot(file));
    expect(others.filter((file) => impure.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });

  it('a handler exports nothing but `handler`', () => {
    const handlers = files.filter((file) => file.endsWith('/handler.ts'));
    expect(handlers.length).toBeGreaterThanOrEqual(4);
    for (const file of handlers) {
      const exported = [
        ...readFileSync(join(ROOT, file), 'utf8').matchAll(
          /^export\s+(?:const|function|async function|class|default)?\s*(\w+)/gm,
        ),
      ];
      expect(exported.map((match) => match[1])).toEqual(['handler']);
    }
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../lib/functions.ts';
import { sha256Hex } from '../../lib/sha256.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Handlers read these variables when they load. Nothing listens there. */
const FUNCTION_ENVIRONMENT = {
  PATH: process.env.PATH,
  AWS_REGION: 'us-east-1',
  RAW_BUCKET: 'raw',
  PROCESSED_BUCKET: 'processed',
  MODELS_BUCKET: 'models',
  PREDICTIONS_BUCKET: 'predictions',
  BATCHES_BUCKET: 'batches',
  RESULTS_BUCKET: 'results',
  BATCH_STATE_MACHINE: 'arn:aws:states:us-east-1:123456789012:stateMachine:batch',
  SET_STATE_MACHINE: 'arn:aws:states:us-east-1:123456789012:stateMachine:ingest-set',
  REGISTRY_TABLE: 'registry',
  INGEST_FUNCTION: 'ingest',
  TRAIN_FUNCTION: 'train',
  PREDICT_LOG_GROUP: '/aws/lambda/predict',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-package-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

interface Machine {
  readonly environment: Readonly<Record<string, string>>;
  readonly umask: string;
  readonly nodeOptions: readonly string[];
}

/** Copies the sources to a new folder and runs `npm run package`'s command there, as on another machine. */
async function packagedOn(name: string, { environment, umask, nodeOptions }: Machine): Promise<string> {
  const project = join(folder, name, 'a folder of its own', name);
  await mkdir(project, { recursive: true });
  for (const source of ['functions', 'lib', 'data', 'package.json', 'tsconfig.json'])
    await cp(join(ROOT, source), join(project, source), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  const command = `umask ${umask}; exec "$0" "$@"`;
  execFileSync('sh', ['-c', command, process.execPath, ...nodeOptions, 'lib/deploy/package.ts'], {
    cwd: project,
    env: { PATH: process.env.PATH, ...environment },
  });
  return join(project, 'dist', 'packages');
}

async function sumsIn(packages: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const file of (await readdir(packages)).sort())
    sums[file] = sha256Hex(await readFile(join(packages, file)));
  return sums;
}

describe('npm run package', () => {
  let packages: string;
  beforeAll(async () => {
    packages = await packagedOn('here', {
      environment: { TZ: 'UTC', LANG: 'C', HOME: '/nonexistent' },
      umask: '022',
      nodeOptions: [],
    });
  });

  it('gives the same bytes in another folder, time zone, language, year, and under another umask', async () => {
    const elsewhere = await packagedOn('elsewhere and deeper', {
      environment: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', HOME: folder },
      umask: '077',
      nodeOptions: ['--import', pathToFileURL(join(ROOT, 'tests/helpers/shifted-clock.mjs')).href],
    });
    const sums = await sumsIn(packages);
    expect(Object.keys(sums)).toEqual(expect.arrayContaining(FUNCTION_NAMES.map((name) => `${name}.zip`)));
    expect(await sumsIn(elsewhere)).toEqual(sums);
  });

  it('writes checksums that reveal a changed package', async () => {
    const lines = (await readFile(join(packages, 'sha256sums.txt'), 'utf8')).trimEnd().split('\n');
    const sums = await sumsIn(packages);
    expect(lines).toEqual(
      Object.entries(sums)
        .filter(([file]) => file.endsWith('.zip'))
        .map(([file, sum]) => `${sum}  ${file}`),
    );
  });

  it.each(FUNCTION_NAMES)(
    'makes a package of %s that loads after unpacking, with no map and no path of this machine',
    async (name) => {
      const entries = unzipSync(await readFile(join(packages, `${name}.zip`)));
      expect(Object.keys(entries)).toContain('handler.mjs');
      const unpacked = join(folder, 'unpacked', name);
      for (const [path, bytes] of Object.entries(entries)) {
        expect(path).not.toMatch(/\.map$/);
        expect(Buffer.from(bytes).includes(folder)).toBe(false);
        expect(Buffer.from(bytes).includes(ROOT)).toBe(false);
        await mkdir(dirname(join(unpacked, path)), { recursive: true });
        await writeFile(join(unpacked, path), bytes);
      }
      const printed = execFileSync(
        process.execPath,
        ['-e', `import('./handler.mjs').then(({ handler }) => console.log(typeof handler))`],
        { cwd: unpacked, env: FUNCTION_ENVIRONMENT, encoding: 'utf8' },
      );
      expect(printed).toBe('function\n');
    },
  );

  it('makes a package whose handler answers after unpacking', async () => {
    const entries = unzipSync(await readFile(join(packages, 'predict.zip')));
    const unpacked = join(folder, 'answering');
    for (const [path, bytes] of Object.entries(entries)) {
      await mkdir(dirname(join(unpacked, path)), { recursive: true });
      await writeFile(join(unpacked, path), bytes);
    }
    const event = {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/nowhere',
      headers: {},
      requestContext: { http: { method: 'GET', path: '/nowhere' }, requestId: 'r', routeKey: '$default' },
      isBase64Encoded: false,
    };
    const script = `const { handler } = await import('./handler.mjs');
      const { statusCode, body } = await handler(${JSON.stringify(event)}, { awsRequestId: 'i' });
      process.stderr.write(JSON.stringify({ statusCode, code: JSON.parse(body).code }));`;
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: unpacked,
      env: FUNCTION_ENVIRONMENT,
      encoding: 'utf8',
    });
    expect(JSON.parse(stderr)).toEqual({ statusCode: 404, code: 'not_found' });
  });

  it('writes zips that unzip can read, with plain file modes', async ({ skip }) => {
    const test = spawnSync('unzip', ['-tq', join(packages, 'train.zip')], { encoding: 'utf8' });
    if (test.error) skip('unzip is not installed');
    expect(test.stdout).toMatch(/^No errors detected/);
    const listing = spawnSync('unzip', ['-Z', join(packages, 'train.zip')], { encoding: 'utf8' }).stdout;
    expect(listing).toMatch(/^-rw-r--r--\s+2\.0 unx\s+\d+ b- defN 80-Jan-01 12:00 handler\.mjs$/m);
  });
});

import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKENS_BY_TIME } from '../../lib/registry/token-format.ts';
import { runCommandFile } from '../helpers/command.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { FREE_PORTS, newFolder, outcome, run } from '../helpers/npm-start.ts';

/** A name that clears the screen, changes colours, turns text around, hides, and begins a forged line. */
const NAME =
  'n\u0001\u0007\u001b[2J\r\u007f\u0085\u009b31m\u202e\u2066\u061c\u200b\u2060\ufeff\u00ad\u2028\u{e0041}\nFORGED';
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Lines that a command must not print: those with a character that a terminal obeys, and forged ones. */
function faultsOf(printed: string): string[] {
  return printed.split('\n').filter((line) => HIDDEN.test(line) || line.startsWith('FORGED'));
}

let folder: string;
let registry: TestRegistry;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-hostile-'));
  registry = await openTestRegistry();
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Rows of a number, a category and a label, which may be hostile. */
const table = (header: string, category: (i: number) => string, label: (i: number) => string, rows = 60) => {
  const lines = Array.from({ length: rows }, (_, i) => `${i % 7},"${category(i)}","${label(i)}"`);
  return `${[header, ...lines].join('\n')}\n`;
};
const GOOD = (i: number) => (i % 2 === 0 ? 'x' : 'y');
const HOSTILE_CATEGORIES = table('a,b,label', (i) => `${NAME}${i % 3}`, GOOD);

/** Runs a command and expects of its output only that it is harmless. */
async function harmless(path: string, ...args: string[]) {
  const result = await runCommandFile(join(ROOT, path), ...args);
  const printed = result.stdout + result.stderr;
  expect({ args, faults: faultsOf(printed) }).toEqual({ args, faults: [] });
  expect(printed).not.toBe('');
  return result;
}

/** Commands that take input, by their file, with arguments that each of them has. */
const COMMANDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'lib/cli/check-csv.ts': [
    [NAME, '--schema', NAME],
    [NAME, '--label', NAME, '--json'],
  ],
  'lib/cli/train.ts': [
    [NAME, '--seed', NAME],
    [NAME, '--floor', NAME],
    [NAME, '--json'],
  ],
  'lib/cli/predict.ts': [
    [NAME, NAME],
    [NAME, NAME, '--json'],
    [NAME, NAME, '--schema', NAME],
  ],
  'lib/cli/token.ts': [
    ['create', '--scope', NAME],
    ['create', '--scope', 'read', '--name', NAME],
    ['create', '--scope', 'read', '--expires', NAME],
    ['list', '--endpoint', NAME],
    ['list', '--endpoint', 'http://127.0.0.1:1', '--table', NAME],
    ['revoke', NAME],
  ],
  'lib/deploy/upload-data.ts': [
    ['--outputs', NAME],
    ['--outputs', NAME, NAME],
  ],
  'lib/deploy/rollout-command.ts': [
    ['--outputs', NAME, '--release', NAME],
    ['--outputs', NAME, '--release', 'r', '--canary-percent', NAME],
  ],
};

describe('every command', () => {
  it('that takes input is in this test', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const paths = Object.values(scripts).flatMap((script) => /^node (lib\/\S+\.ts)$/.exec(script)?.[1] ?? []);
    const takingInput = [];
    for (const path of paths)
      if ((await readFile(join(ROOT, path), 'utf8')).includes('runCommand(')) takingInput.push(path);
    expect(takingInput.toSorted()).toEqual(Object.keys(COMMANDS).toSorted());
  });

  it.each(Object.entries(COMMANDS))('%s prints its arguments harmlessly', async (path, runs) => {
    for (const args of [[`--${NAME}`], [NAME, NAME, NAME], ...runs]) await harmless(path, ...args);
  });
});

describe('check-csv, train and predict', () => {
  it('print what a file holds harmlessly, accepted or refused, as text and as JSON', async () => {
    const files = {
      header: table(`a,"${NAME}",label`, GOOD, GOOD),
      labels: table('a,b,label', GOOD, (i) => `${NAME}${i % 2}`),
      rejected: table('a,b,label', GOOD, (i) => (i < 2 ? NAME : GOOD(i))),
      quoting: `a,b,label\n1,"${NAME}"${NAME},x\n`,
      columns: `${NAME}\n${NAME}\n`,
      categories: HOSTILE_CATEGORIES,
    };
    for (const [kind, content] of Object.entries(files)) {
      const path = await file(`${NAME}${kind}.csv`, content);
      const text = await harmless('lib/cli/check-csv.ts', path);
      expect([kind, text.code]).toEqual([kind, kind === 'rejected' || kind === 'categories' ? 0 : 3]);
      const { stdout } = await harmless('lib/cli/check-csv.ts', path, '--json');
      expect(JSON.parse(stdout)).toBeTypeOf('object');
    }
    const accepted = join(folder, `${NAME}categories.csv`);
    const report = await harmless('lib/cli/check-csv.ts', accepted, '--json');
    expect(JSON.stringify(JSON.parse(report.stdout))).toContain(JSON.stringify(`${NAME}0`));
    await harmless('lib/cli/check-csv.ts', accepted, '--write-schema');
    const contract = await file(
      'faulty.json',
      JSON.stringify({ label: NAME, [NAME]: 1, ignore: [NAME, NAME] }),
    );
    await harmless('lib/cli/check-csv.ts', accepted, '--schema', contract);
    await harmless('lib/cli/train.ts', accepted, '--label', NAME);
  });

  it('print models and predictions harmlessly, and keep the values in files', async () => {
    const path = await file(`${NAME}.csv`, HOSTILE_CATEGORIES);
    const out = join(folder, `${NAME}-model`);
    await harmless('lib/cli/train.ts', path, '--out', out);
    await harmless('lib/cli/train.ts', path, '--json');
    const knn = (await readdir(out)).find((name) => name.endsWith('.knn'))!;
    const model = join(out, knn);
    const rows = await file('rows.csv', `a,b,${'other'}\n1,"${NAME}0","${NAME}"\n${NAME},"x","${NAME}"\n`);
    const predict = join(ROOT, 'lib/cli/predict.ts');
    const text = await runCommandFile(predict, model, rows, '--explain');
    // A cell of a table may hold a line end: what follows it begins no message.
    expect(faultsOf(text.stderr)).toEqual([]);
    expect(text.stdout.split('\n').filter((line) => HIDDEN.test(line))).toEqual([]);
    expect(text.stderr).toContain('--out');
    const { stdout } = await harmless('lib/cli/predict.ts', model, rows, '--json', '--explain');
    expect(JSON.parse(stdout.split('\n')[0]!).input.b).toBe(`${NAME}0`);
    const target = join(folder, 'predictions.csv');
    await harmless('lib/cli/predict.ts', model, rows, '--out', target);
    expect(await readFile(target, 'utf8')).toContain(NAME);
    const broken = join(folder, `${NAME}.knn`);
    await writeFile(broken, `${NAME}\n`);
    await harmless('lib/cli/predict.ts', broken, rows);
  });

  it('prints tokens harmlessly, whatever name the table holds', async () => {
    const [sha256, created_at] = ['a'.repeat(64), '2026-01-01T00:00:00.000Z'];
    await registry.table.putIfAbsent({
      ...{ pk: `TOKEN#${sha256}`, sk: 'TOKEN', time_pk: TOKENS_BY_TIME, time_sk: created_at, rank: 1 },
      ...{ sha256, name: NAME, scopes: ['read'], created_at, expires_at: null, revoked_at: null },
    });
    const where = ['--endpoint', registry.endpoint, '--table', 'registry'];
    const { stdout } = await harmless('lib/cli/token.ts', 'list', ...where);
    expect(stdout).toContain('FORGED');
    await harmless('lib/cli/token.ts', 'list', '--json', ...where);
    await harmless('lib/cli/token.ts', 'revoke', sha256, ...where);
  });
});

describe('npm start', () => {
  it('prints the mistakes in its arguments harmlessly', async () => {
    const blocked = await file(`${NAME}-file`, '');
    const state = ['--state', await newFolder()];
    for (const args of [
      [`--${NAME}`],
      ['--port', NAME],
      ['--host', NAME, ...state],
      ['--allow-host', NAME],
      ['--concurrency', NAME],
      ['--cors', NAME],
      ['--state', blocked],
    ]) {
      const { code, stdout, stderr } = await outcome(run(...FREE_PORTS, ...args));
      expect({ args, faults: faultsOf(stdout + stderr) }).toEqual({ args, faults: [] });
      expect([args, code === 0]).toEqual([args, false]);
    }
  });

  it.each([[], ['--json']])(
    'prints its state, keys and what files hold harmlessly %s',
    async (...options) => {
      const state = join(await newFolder(), NAME);
      await mkdir(state);
      const child = run('--state', state, '--no-seed', ...FREE_PORTS, ...options);
      let printed = '';
      for (const stream of [child.stdout!, child.stderr!])
        stream.setEncoding('utf8').on('data', (chunk) => {
          printed += chunk;
        });
      const closed = once(child, 'close');
      const hasPrinted = (text: RegExp) => expect.poll(() => printed, { timeout: 60_000 }).toMatch(text);
      await hasPrinted(/S3\W+http:\/\/127\.0\.0\.1:\d+/);
      const s3 = /S3\W+(http:\/\/127\.0\.0\.1:\d+)/.exec(printed)![1]!;
      const put = (key: string, body: string) =>
        fetch(`${s3}/classifier-raw/${key.split('/').map(encodeURIComponent).join('/')}`, {
          method: 'PUT',
          body,
        });
      const uploads = {
        [`${NAME}1.csv`]: table('a,b,label', GOOD, (i) => `${NAME}${i % 2}`),
        [`${NAME}2/x.csv`]: 'a,b\n1,x\n',
        [`m/${NAME}3.csv`]: HOSTILE_CATEGORIES,
        'm/header.csv': table(`a,"${NAME}",label`, GOOD, GOOD),
        'n/schema.json': JSON.stringify({ label: NAME, [NAME]: 1 }),
      };
      for (const [key, body] of Object.entries(uploads)) expect((await put(key, body)).status).toBe(200);
      for (const mark of [
        /FORGED1\.csv/,
        /FORGED2/,
        /FORGED3\.csv/,
        /m\/header\.csv/,
        /n\/schema\.json/,
        /macro.?F1/i,
      ])
        await hasPrinted(mark);
      child.kill('SIGTERM');
      await closed;
      expect(faultsOf(printed)).toEqual([]);
    },
  );
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgressBar } from '../../lib/cli/progress-bar.ts';
import { Terminal } from '../../lib/terminal.ts';
import { runCli } from '../helpers/command.ts';

const DATA = fileURLToPath(new URL('../../data/raw/', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-check-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const check = (...args: string[]) => runCli('check-csv', ...args);

const rows = (count: number, row: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n');

describe('npm run check-csv', () => {
  it('accepts all penguins, with gaps and categories', async () => {
    const { code, stdout, stderr } = await check(join(DATA, 'penguins/penguins.csv'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('344 accepted, 0 rejected, 0 blank');
    expect(stdout).toMatch(/sex +categorical +11 +2 categories: male 168, female 165/);
  });

  it('prints the report that ingestion writes as JSON', async () => {
    const { stdout } = await check(join(DATA, 'iris.csv'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ rows: { read: 150, accepted: 150 }, label: 'species' });
  });

  it('names each rejected row with line, column, code and value', async () => {
    const path = await file(
      'rejects.csv',
      `a,label\n${rows(60, (i) => (i === 7 ? 'abc,x' : `${i},${i % 2 ? 'x' : 'y'}`))}\n`,
    );
    const { code, stdout } = await check(path);
    expect(code).toBe(0);
    expect(stdout).toContain(`${path}:9 column "a": number: "abc"`);
  });

  it('refuses with exit code 3, the line and the reason, and leaves no partial data set', async () => {
    const path = await file('unclosed.csv', 'a,label\n1,x\n2,"y\n');
    const out = join(folder, 'refused');
    const { code, stdout } = await check(path, '--out', out);
    expect(code).toBe(3);
    expect(stdout).toMatch(/unclosed\.csv:3: refused \(quoting\): expected a closing quote/);
    expect(await readdir(out)).toEqual([]);
    expect(JSON.parse((await check(path, '--json')).stdout)).toMatchObject({ code: 'quoting', line: 3 });
  });

  it('checks a file against a contract, and names all faults of a faulty contract', async () => {
    const path = await file('contract.csv', `a,b\n${rows(20, (i) => `${i},${i % 2 ? 'x' : 'y'}`)}\n`);
    const good = await file('good.json', JSON.stringify({ label: 'a' }));
    const bad = await file('bad.json', JSON.stringify({ label: 5, mising_tokens: [] }));
    expect((await check(path, '--schema', good)).stdout).toContain('refused (regression)');
    const refused = await check(path, '--schema', bad);
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(/label/);
    expect(refused.stdout).toMatch(/mising_tokens/);
  });

  it('refuses a contract over its bound, of whatever size', async () => {
    const path = await file('bounded.csv', `a,b\n${rows(20, (i) => `${i},${i % 2 ? 'x' : 'y'}`)}\n`);
    const { code, stdout } = await check(path, '--schema', '/dev/zero');
    expect(code).toBe(3);
    expect(stdout).toContain('refused (contract): schema.json: expected at most 1048576 bytes');
  });

  it('writes all outputs to a folder when asked', async () => {
    const out = join(folder, 'out');
    await check(join(DATA, 'iris.csv'), '--out', out);
    expect((await readdir(out)).sort()).toEqual([
      'data.parquet',
      'rejects.csv',
      'report.html',
      'report.json',
    ]);
    expect((await readFile(join(out, 'data.parquet'))).subarray(0, 4).toString()).toBe('PAR1');
  });

  it('escapes control characters of a file', async () => {
    const path = await file(
      'escape.csv',
      `a,label\n${rows(60, (i) => (i === 3 ? '\u001b[31mred,x' : `${i},${i % 2 ? 'x' : 'y'}`))}\n`,
    );
    const { stdout } = await check(path);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('[31mred');
  });

  it('exits with 2 for wrong usage and 1 for a missing file', async () => {
    expect((await check()).code).toBe(2);
    expect((await check('a.csv', '--nope')).stderr).toContain('--nope');
    const missing = await check(join(folder, 'missing.csv'));
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('missing.csv');
    expect((await check('-h')).code).toBe(0);
  });
});

describe('the progress bar', () => {
  it('draws only on a terminal, and removes itself', () => {
    const draw = (isTTY: boolean) => {
      let text = '';
      const bar = createProgressBar(
        new Terminal({
          isTTY,
          write: (part: string) => {
            text += part;
          },
        }),
        () => 0,
      );
      bar.update(50, 200, '7 rows');
      bar.update(60, 200, '8 rows');
      bar.clear();
      return text;
    };
    expect(draw(false)).toBe('');
    expect(draw(true)).toBe('\r[########----------------------]  25% 7 rows\u001b[K\r\u001b[K');
  });
});

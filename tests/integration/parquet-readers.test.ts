import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ingest } from '../helpers/csv-ingest.ts';

/** BENCH_PYTHON names a python3 with pandas, pyarrow and duckdb; the default is the system's python3. */
const python = process.env.BENCH_PYTHON ?? 'python3';

const READERS: readonly (readonly [name: string, code: string])[] = [
  [
    'pandas',
    'import pandas; t = pandas.read_parquet(path); rows = t.astype(object).where(t.notna(), None).values.tolist()',
  ],
  [
    'pyarrow',
    'import pyarrow.parquet as q; rows = [list(r.values()) for r in q.read_table(path).to_pylist()]',
  ],
  ['duckdb', 'import duckdb; rows = [list(r) for r in duckdb.sql(f"select * from \'{path}\'").fetchall()]'],
];

const folder = mkdtempSync(join(tmpdir(), 'parquet-readers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CSV = `x,colour,y,label
1.5,red,,p
-0,"gr""een, \u00e9",2e10,q
,,3.25,p
${Array.from({ length: 500 }, (_, i) => `${i / 8},${['red', 'NA', 'blue'][i % 3]},${i % 7 === 0 ? '' : i},${i % 2 ? 'p' : 'q'}`).join('\n')}
`;

const EXPECTED = CSV.trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [x, colour, y, label] = line.replace('"gr""een, \u00e9"', 'GREEN').split(',') as [
      string,
      string,
      string,
      string,
    ];
    const text = colour === '' || colour === 'NA' ? null : colour.replace('GREEN', 'gr"een, \u00e9');
    return [x === '' ? null : Number(x) + 0, text, y === '' ? null : Number(y), label];
  });

describe('data.parquet', () => {
  for (const [name, code] of READERS) {
    it(`has the same values when ${name} reads it`, async ({ skip }) => {
      skip(!isInstalled(name), `${python} has no ${name}`);
      const path = join(folder, `${name}.parquet`);
      writeFileSync(path, (await ingest(CSV, { limits: { rowGroupRows: 64 } })).parquet);
      const script = `import json, sys\npath = sys.argv[1]\n${code}\nprint(json.dumps(rows))`;
      const rows: unknown = JSON.parse(execFileSync(python, ['-c', script, path], { encoding: 'utf8' }));
      expect(rows).toEqual(EXPECTED);
    });
  }
});

function isInstalled(name: string): boolean {
  try {
    execFileSync(python, ['-c', `import ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

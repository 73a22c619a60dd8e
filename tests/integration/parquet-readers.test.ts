import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { predictTable } from '../../lib/batch/predict-table.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import { ingest, memoryFile } from '../helpers/csv-ingest.ts';
import { trainedOn } from '../helpers/train-csv.ts';

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
      expect(readBy(code, (await ingest(CSV, { limits: { rowGroupRows: 64 } })).parquet)).toEqual(EXPECTED);
    });
  }
});

describe('predictions.parquet', () => {
  for (const [name, code] of READERS) {
    it(`has the values of predictions.csv when ${name} reads it`, async ({ skip }) => {
      skip(!isInstalled(name), `${python} has no ${name}`);
      const file = `,${CSV.replace(/\n(?=.)/g, (_, at) => `\n${at % 9},`)}`;
      const [csv, parquet] = [await predicted(file, 'csv'), await predicted(file, 'parquet')];
      const rows = readBy(code, parquet) as (string | number | boolean | null)[][];
      const [header, ...expected]: string[][] = parse(csv);
      expect(rows).toHaveLength(expected.length);
      expect(header).toHaveLength(rows[0]!.length);
      for (const [at, row] of rows.entries()) {
        const texts = row.map((value, column) => sameText(value, expected[at]![column]!));
        expect(texts).toEqual(expected[at]);
      }
      expect(rows.map(([, x]) => typeof x)).toContain('number');
      expect(rows.filter((row) => row[5] === null)).toHaveLength(0);
      expect(new Set(rows.map((row) => row.at(-3)))).toEqual(new Set([true, false]));
    });
  }
});

/** The CSV's text of a value, however numbers are written. */
function sameText(value: string | number | boolean | null, text: string): string {
  if (value === null) return '';
  if (typeof value === 'number' && text !== '' && Number(text) === value) return text;
  return String(value);
}

async function predicted(file: string, format: 'csv' | 'parquet'): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const choices = { explain: true, probabilities: true, format };
  const quiet = { onFault: () => undefined, onProgress: () => undefined };
  await predictTable(
    openModel(await trained),
    memoryFile(Buffer.from(file)),
    { write: (chunk) => void parts.push(chunk.slice()) },
    { contract: undefined, ...choices, json: false, ...quiet },
  );
  return Buffer.concat(parts);
}

const trained = trainedOn(Buffer.from(CSV));

/** A file's rows as another program reads them. */
function readBy(code: string, parquet: Uint8Array): unknown {
  const path = join(folder, 'file.parquet');
  writeFileSync(path, parquet);
  const script = `import json, sys\npath = sys.argv[1]\n${code}\nprint(json.dumps(rows))`;
  return JSON.parse(execFileSync(python, ['-c', script, path], { encoding: 'utf8' }));
}

function isInstalled(name: string): boolean {
  try {
    execFileSync(python, ['-c', `import ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXACT_ROWS } from '../../lib/dataset/kernels/digest-area.ts';
import type { DatasetContract } from '../../lib/dataset/understand/contract.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { ingest } from '../helpers/csv-ingest.ts';
import { ingestSet } from '../helpers/cut-table.ts';
import { definedSha256 } from '../helpers/defined-sha256.ts';

const COMMAND = fileURLToPath(new URL('../../lib/cli/check-csv.ts', import.meta.url));

/**
 * Values that a locale or a time zone could change: dates, decimal points, and the case and order of
 * non-ASCII letters.
 */
const NAMES = ['x', 'date', 'I\u0131i\u0130', '\u00e5', 'z', 'species'];
const ROWS: readonly (readonly string[])[] = Array.from({ length: 48 }, (_, row) => [
  row % 7 === 3 ? 'NA' : `${row * 12}.${row}`,
  `2026-${String((row % 12) + 1).padStart(2, '0')}-01T00:30:00`,
  ['i', 'I', '\u0131', '\u0130', 'a, "b"\n\u00e4'][row % 5]!,
  ['\u00e4', 'z', 'a', '\u00f6', ''][row % 5]!,
  row === 9 ? '1,5' : `${row * row}e-2`,
  ['\u00e5ngstr\u00f6m', 'Zebra', 'apple'][row % 3]!,
]);

interface Shape {
  readonly lineEnd?: string;
  readonly quoteAll?: boolean;
  readonly columns?: readonly number[];
  readonly rows?: readonly (readonly string[])[];
  readonly isClosed?: boolean;
}

function csv({
  lineEnd = '\n',
  quoteAll = false,
  columns = [...NAMES.keys()],
  rows = ROWS,
  isClosed = true,
}: Shape = {}): string {
  const field = (text: string) =>
    quoteAll || /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [NAMES, ...rows].map((cells) => columns.map((column) => field(cells[column]!)).join(','));
  return lines.join(lineEnd) + (isClosed ? lineEnd : '');
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-identity-'));
});
afterAll(() => rm(folder, { recursive: true }));

function run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(stdout) : reject(new Error(`exit code ${code}`))));
  });
}

/** The sha256 of every output that a process makes from a file, and of the data set. */
async function madeOf(file: string, name: string, environment: Readonly<Record<string, string>> = {}) {
  const out = join(folder, name);
  const report = await run([COMMAND, file, '--json', '--out', out], environment);
  const written = await Promise.all(
    (await readdir(out)).sort().map(async (each) => [each, sha256Hex(await readFile(join(out, each)))]),
  );
  return { report, dataset: JSON.parse(report).dataset_sha256 as string, files: Object.fromEntries(written) };
}

describe('one data set', () => {
  it('has the same Parquet and reports in every time zone and language', async () => {
    const file = join(folder, 'table.csv');
    await writeFile(file, csv());
    const environments = [
      { TZ: 'UTC', LANG: 'C', LC_ALL: 'C' },
      { TZ: 'Pacific/Apia', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
      { TZ: 'America/St_Johns', LANG: 'de_DE.UTF-8' },
      { TZ: 'Asia/Kathmandu', LC_ALL: 'sv_SE.UTF-8', NODE_ENV: 'production' },
      { TZ: 'Africa/Cairo', LANG: 'ar_EG.UTF-8', LC_NUMERIC: 'ar_EG.UTF-8', LANGUAGE: 'ar' },
    ];
    const settings = 'JSON.stringify(Intl.DateTimeFormat().resolvedOptions())';
    const applied = await Promise.all(environments.map((each) => run(['-p', settings], each)));
    // Check that the settings reach the process: otherwise this test could not fail.
    expect(new Set(applied).size).toBe(environments.length);
    const [first, ...others] = await Promise.all(environments.map((each, i) => madeOf(file, `e${i}`, each)));
    for (const other of others) expect(other).toEqual(first);
    expect(Object.keys(first!.files)).toEqual(['data.parquet', 'rejects.csv', 'report.html', 'report.json']);
    expect(JSON.parse(first!.report).rows).toMatchObject({ accepted: 47, rejected: 1 });
  });

  it('has one sha256 in any form, under any name, and in chunks of any size', async () => {
    const mixed = csv().replaceAll(/\n(?=\d)/g, (end, at: number) => (at % 2 === 0 ? end : '\r\n'));
    const forms = [
      csv(),
      csv({ isClosed: false }),
      csv({ lineEnd: '\r\n' }),
      mixed,
      `\ufeff${csv({ quoteAll: true })}`,
      csv({ columns: [5, 3, 0, 2, 4, 1] }),
      csv({ rows: ROWS.toReversed() }),
      csv({
        rows: [...ROWS.slice(20), ...ROWS.slice(0, 20)],
        columns: [4, 5, 1, 0, 3, 2],
        lineEnd: '\r\n',
        quoteAll: true,
        isClosed: false,
      }),
    ];
    expect(new Set(forms).size).toBe(forms.length);
    const shas = await Promise.all(forms.map(async (form) => (await ingest(form)).datasetSha256));
    expect(new Set(shas)).toEqual(new Set([shas[0]]));

    await writeFile(join(folder, 'Other name.CSV'), forms.at(-1)!);
    expect((await madeOf(join(folder, 'Other name.CSV'), 'named')).dataset).toBe(shas[0]);

    // These rows include a gap, and a quoted field with a comma, quotes and a line feed.
    const few = { rows: ROWS.slice(2, 6) };
    const { datasetSha256: whole } = await ingest(csv(few));
    const bytes = Buffer.from(csv({ ...few, columns: [4, 5, 1, 0, 3, 2], lineEnd: '\r\n', quoteAll: true }));
    for (let cut = 0; cut <= bytes.length; cut++) {
      // Small blocks make the scanner process each chunk before the next one arrives.
      const { datasetSha256 } = await ingest(bytes, { limits: { rowBytes: 120, blockBytes: 16 } }, [cut]);
      expect([cut, datasetSha256]).toEqual([cut, whole]);
    }
  });

  it('has the sha256 of its definition on both sides of 2^21 rows, in any order, cut and thread', async () => {
    const kinds = Array.from({ length: 60 }, (_, i) => ({ x: i % 20, label: ['a', 'b', 'c'][i % 3]! }));
    const lines = kinds.map(({ x, label }) => `${x},${label}\n`);
    for (const rows of [EXACT_ROWS, EXACT_ROWS + 1, EXACT_ROWS + 700_003]) {
      const times = kinds.map((_, i) => Math.floor((rows + kinds.length - 1 - i) / kinds.length));
      const expected = definedSha256(
        [['x', 'numeric']],
        kinds.map(({ x, label }, i) => ({ features: doubleBytes(x), label, times: times[i]! })),
        EXACT_ROWS,
      );
      // Equal rows one after the other, from the last kind to the first.
      const runs = lines.map((line, i) => line.repeat(times[i]!)).toReversed();
      const inRuns = await ingest(`x,label\n${runs.join('')}`, { contract: NUMBER, threads: 2 });
      expect([inRuns.rows.accepted, inRuns.datasetSha256]).toEqual([rows, expected]);
      if (rows <= EXACT_ROWS + 1) continue;
      const rest = lines.slice(0, rows % lines.length).join('');
      const inTurn = `x,label\n${lines.join('').repeat(Math.floor(rows / lines.length))}${rest}`;
      expect((await ingest(inTurn, { contract: NUMBER })).datasetSha256).toBe(expected);
      const parts = runs.map((run, i) => ({
        name: `part-${i + 10}.csv`,
        bytes: Buffer.from(`x,label\n${run}`),
      }));
      expect((await ingestSet(parts, { contract: NUMBER, threads: 2 })).datasetSha256).toBe(expected);
    }
  });
});

const NUMBER: DatasetContract = { columns: [{ name: 'x', type: 'numeric' }] };
const doubleBytes = (value: number) => Buffer.from(Float64Array.of(value).buffer);

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../../lib/classifier/model-file.ts';
import { runCli } from '../helpers/command.ts';

const IRIS = fileURLToPath(new URL('../../data/raw/iris.csv', import.meta.url));
const PENGUINS = fileURLToPath(new URL('../../data/raw/penguins/penguins.csv', import.meta.url));

let folder: string;
/** The output and files of training iris, with its `.knn`; and of training the penguins with --json. */
let iris: Awaited<ReturnType<typeof trainInto>>;
let penguins: Awaited<ReturnType<typeof trainInto>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-train-'));
  iris = await trainInto('iris', IRIS);
  penguins = await trainInto('penguins', PENGUINS, '--json');
});
afterAll(() => rm(folder, { recursive: true }));

async function trainInto(name: string, csv: string, ...flags: string[]) {
  const out = join(folder, name);
  const result = await runCli('train', csv, '--out', out, ...flags);
  const files = await readdir(out).catch(() => []);
  return { ...result, files, model: join(out, files.find((file) => file.endsWith('.knn')) ?? 'none') };
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true });

/** Labels from a fixed sequence, independent of the features. */
function noise(): string {
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const row = () => `${next().toFixed(4)},${next().toFixed(4)},${next() < 0.5 ? 'x' : 'y'}`;
  return `a,b,label\n${Array.from({ length: 300 }, row).join('\n')}\n`;
}

describe('npm run train', () => {
  it('describes the training, and writes the model under its sha256 with both reports', async () => {
    expect(iris).toMatchObject({ code: 0, stderr: '' });
    for (const fact of [
      '150 accepted, 0 rejected, 0 blank',
      /macro-F1 +0\.\d{3} ± 0\.\d{3} on held-out rows/,
      /accuracy +0\.\d{3}/,
      /calibration +error 0\.\d{3}/,
      /nearest rows? (vote|answers)/,
      /versicolor +\d+ +[01]\.\d{3} +[01]\.\d{3} +[01]\.\d{3}/,
      'Quality gate: passed',
    ])
      expect(iris.stdout).toMatch(fact);
    const names = [...new Set(iris.files.map((name) => name.slice(0, 64)))];
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(iris.files.map((name) => name.slice(64)).sort()).toEqual(['.knn', '.report.html', '.report.json']);
    for (const name of iris.files) expect(iris.stdout).toContain(join(folder, 'iris', name));
    const report = JSON.parse(await readFile(iris.model.replace(/knn$/, 'report.json'), 'utf8'));
    expect(report).toMatchObject({ artifact_sha256: names[0], rows: { all: 150 } });
    expect(await readFile(iris.model.replace(/knn$/, 'report.html'), 'utf8')).toContain('<h1>iris.csv</h1>');
  });

  it('prints only the report and the verdict as JSON, and learns from gaps and categories', () => {
    expect(penguins).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(penguins.stdout);
    expect(report).toMatchObject({
      label: 'species',
      gate: { passed: true },
      ingestion: { accepted: 344, rejected: 0 },
    });
    expect(report.files).toHaveLength(3);
    expect(report.holdout.macro_f1).toBeGreaterThan(0.9);
  });

  it('writes nothing without --out, and gives the same bytes only for the same seed', async () => {
    const before = await readdir('.');
    const [same, other] = await Promise.all([
      runCli('train', IRIS, '--json'),
      runCli('train', IRIS, '--seed', '7', '--json'),
    ]);
    expect(await readdir('.')).toEqual(before);
    expect(JSON.parse(same.stdout)).toMatchObject({
      files: [],
      artifact_sha256: iris.files[0]!.slice(0, 64),
    });
    expect(JSON.parse(other.stdout)).toMatchObject({ settings: { seed: 7 } });
    expect(JSON.parse(other.stdout).artifact_sha256).not.toBe(JSON.parse(same.stdout).artifact_sha256);
  });

  it('exits with 4 when the gate fails, says why, and still writes the files', async () => {
    const failed = await trainInto('noise', await file('noise.csv', noise()), '--floor', '0.9');
    expect(failed.code).toBe(4);
    expect(failed.stdout).toMatch(/floor failed: macro-F1 0\.\d+ is below the least that is set, 0\.9000/);
    expect(failed.files).toHaveLength(3);
  });

  it('exits with 3 for a file that is refused or cannot be learnt from, and writes nothing', async () => {
    const refused = await trainInto('refused', await file('unclosed.csv', 'a,label\n1,x\n2,"y\n'));
    expect(refused).toMatchObject({ code: 3, stdout: '', files: [] });
    expect(refused.stderr).toMatch(/unclosed\.csv:3: refused \(quoting\)/);
    const tooFew = await trainInto('few', await file('few.csv', 'a,label\n1,x\n2,y\n3,x\n'));
    expect(tooFew).toMatchObject({ code: 3, stdout: '', files: [] });
    expect(tooFew.stderr).toMatch(/few\.csv: cannot be learnt from \(rows\)/);
    const contract = await file('bad.json', '{"lable":"species"}');
    expect(await runCli('train', IRIS, '--schema', contract)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('lable'),
    });
  });

  it('ends with 2 for wrong usage and 1 for a file that is not there', async () => {
    const wrong = [[], [IRIS, PENGUINS], [IRIS, '--seed', '-1'], [IRIS, '--floor', '2'], [IRIS, '--nope']];
    for (const result of await Promise.all(wrong.map((args) => runCli('train', ...args)))) {
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toContain('Usage: npm run train');
    }
    expect(await runCli('train', join(folder, 'absent.csv'))).toMatchObject({ code: 1, stdout: '' });
    expect(await runCli('train', '--help')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('npm run predict', () => {
  it('predicts every row of the training file, and scores the predictions', async () => {
    const { code, stdout, stderr } = await runCli('predict', iris.model, IRIS);
    expect(code).toBe(0);
    const [asked, answered] = [rowsOf(await readFile(IRIS, 'utf8')), rowsOf(stdout)];
    expect(answered.map(({ prediction, confidence, ...input }) => input)).toEqual(asked);
    const model = openModel(new Uint8Array(await readFile(iris.model)));
    const expected = asked.map((row) => model.predict(model.features.map(({ name }) => Number(row[name]))));
    expect(
      answered.map(({ prediction, confidence }) => ({ prediction, confidence: Number(confidence) })),
    ).toEqual(expected);
    const right = answered.filter(({ prediction, species }) => prediction === species).length;
    expect(right).toBeGreaterThan(140);
    expect(answered.every(({ confidence }) => Number(confidence) > 0 && Number(confidence) <= 1)).toBe(true);
    expect(stderr).toContain('150 rows in, 150 out, 0 without a prediction');
    expect(stderr).toContain(`accuracy ${(right / 150).toFixed(4)}`);
  });

  it('finds features by name, copies other columns, and reads gaps as training did', async () => {
    const [header, ...rows] = (await readFile(PENGUINS, 'utf8')).trim().split(/\r?\n/);
    const turned = [header!, ...rows].map(
      (line, i) => `${i === 0 ? 'id' : i},${line.split(',').reverse().join(',')}`,
    );
    const out = join(folder, 'turned-out.csv');
    const path = await file('turned.csv', turned.join('\n'));
    const result = await runCli('predict', penguins.model, path, '--out', out);
    expect(result).toMatchObject({ code: 0, stdout: '' });
    const straight = rowsOf((await runCli('predict', penguins.model, PENGUINS)).stdout);
    const answers = rowsOf(await readFile(out, 'utf8'));
    expect(answers.map(({ prediction }) => prediction)).toEqual(straight.map(({ prediction }) => prediction));
    expect(answers.map(({ id }) => id)).toEqual(rows.map((_, i) => String(i + 1)));
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('writes the probability of each class, as columns of CSV, in JSON and as Parquet', async () => {
    const csv = rowsOf((await runCli('predict', iris.model, IRIS, '--probabilities')).stdout);
    const out = join(folder, 'iris.parquet');
    const { code } = await runCli(
      'predict',
      iris.model,
      IRIS,
      '--probabilities',
      '--format',
      'parquet',
      '--out',
      out,
    );
    expect(code).toBe(0);
    const bytes = new Uint8Array(await readFile(out));
    const rows = await parquetReadObjects({ file: bytes.buffer });
    const { stdout } = await runCli('predict', iris.model, IRIS, '--probabilities', '--json');
    const lines = stdout.trim().split('\n');
    expect([rows.length, lines.length]).toEqual([150, 150]);
    for (const [at, row] of rows.entries()) {
      expect(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]))).toEqual(
        csv[at],
      );
      const { probabilities } = JSON.parse(lines[at]!) as { probabilities: Record<string, number> };
      for (const [label, share] of Object.entries(probabilities))
        expect(row[`probability_${label}`]).toBe(share);
      expect(Object.keys(probabilities)).toEqual(['setosa', 'versicolor', 'virginica']);
    }
    expect(rows[0]).toMatchObject({ sepal_length: 5.1, species: 'setosa' });
  });

  it('keeps the place of rows that it cannot predict, names them, and exits with 3', async () => {
    const path = await file(
      'bad.csv',
      [
        'sepal_length,sepal_width,petal_length,petal_width,note',
        '5.1,3.5,1.4,0.2,good',
        '5.1,x,1.4,0.2,text',
        '5.1,3.5,,0.2,gap',
        '',
        '5.1,3.5,1.4',
        `"5.1",3.5,1.4,1e149,"far, ""very"""`,
        `${'9'.repeat(30)},3.5,1.4,0.2,${'w'.repeat(70_000)}`,
        `5.1,3.5,1.4,0.2,${'v'.repeat(3_000_000)}`,
        '5.1,3.5,1.4,0.2,"=HYPERLINK(""x"")"',
      ].join('\r\n'),
    );
    const { code, stdout, stderr } = await runCli('predict', iris.model, path);
    expect(code).toBe(3);
    const rows = rowsOf(stdout);
    expect(rows.map(({ prediction }) => prediction)).toEqual([
      'setosa',
      '',
      'versicolor',
      '',
      '',
      '',
      '',
      'setosa',
    ]);
    expect(rows.map(({ confidence }) => confidence !== '')).toEqual(
      rows.map(({ prediction }) => prediction !== ''),
    );
    expect(rows.map(({ note }) => note!.slice(0, 14))).toEqual([
      'good',
      'text',
      'gap',
      '',
      'far, "very"',
      'w'.repeat(14),
      '',
      `'=HYPERLINK("x`,
    ]);
    expect(rows[3]!.petal_length).toBe('1.4');
    for (const reason of [
      `${path}:3 column "sepal_width": number:`,
      `${path}:6: width: the row does not fit the header, got "3 fields instead of 5"`,
      `${path}:7 column "petal_width": range:`,
      `${path}:8 column "note": field_size:`,
      `${path}:9 column "note": field_size:`,
      '8 rows in, 8 out, 5 without a prediction, 1 blank',
    ])
      expect(stderr).toContain(reason);
  });

  it('gives one JSON object per row, with faults and explanations', async () => {
    const path = await file(
      'json.csv',
      'id,sepal_length,sepal_width,petal_length,petal_width\n007,5.1,3.5,1.4,0.2\n8,5.1,?,1.4,0.2\n9,1\n',
    );
    const { code, stdout } = await runCli('predict', iris.model, path, '--json', '--explain');
    expect(code).toBe(3);
    const [good, gap, short] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(good).toMatchObject({
      line: 2,
      input: { id: '007', petal_width: '0.2' },
      prediction: 'setosa',
      explanation: {
        vote_share: 1,
        novelty: { is_novel: false },
        neighbours: expect.arrayContaining([{ label: 'setosa', distance: 0, features: expect.any(Object) }]),
      },
    });
    const { probabilities } = good.explanation;
    expect(probabilities.setosa).toBe(good.confidence);
    expect(probabilities.setosa + probabilities.versicolor + probabilities.virginica).toBeCloseTo(1, 9);
    expect(gap).toMatchObject({ line: 3, prediction: 'setosa', input: { sepal_width: '?' } });
    expect(short).toMatchObject({ line: 4, input: ['9', '1'], error: { column: '', code: 'width' } });
  });

  it('reads the gap texts of training as gaps', async () => {
    const table = (await readFile(PENGUINS, 'utf8')).replaceAll(',,', ',--,').replaceAll(',NA', ',--');
    const training = await file('dash.csv', table);
    const schema = await file('dash.json', '{"missing_tokens":["--"]}');
    const out = join(folder, 'dash');
    expect((await runCli('train', training, '--schema', schema, '--out', out)).code).toBe(0);
    const [model] = (await readdir(out)).filter((name) => name.endsWith('.knn'));
    const queries = await file('queries.csv', table.split('\n').slice(0, 5).join('\n'));
    expect((await runCli('predict', join(out, model!), queries)).code).toBe(0);
    expect((await runCli('predict', penguins.model, queries)).code).toBe(3);
  });

  it('refuses a file that lacks a feature, or that has a column of the output', async () => {
    const missing = await runCli('predict', iris.model, PENGUINS, '--out', join(folder, 'never.csv'));
    expect(missing).toMatchObject({ code: 3, stdout: '' });
    expect(missing.stderr).toMatch(/penguins\.csv:1: refused \(columns\).*"sepal_length", "sepal_width"/);
    const { stdout } = await runCli('predict', iris.model, IRIS);
    const again = await file('again.csv', stdout);
    expect(await runCli('predict', iris.model, again)).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('"prediction" already'),
    });
    expect((await runCli('predict', iris.model, again, '--json')).code).toBe(0);
    const unclosed = await file(
      'broken.csv',
      `${stdout.replaceAll('prediction', 'p').replace('confidence', 'c')}"`,
    );
    const broken = await runCli('predict', iris.model, unclosed, '--out', join(folder, 'never.csv'));
    expect(broken).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/broken\.csv:152: refused \(quoting\)/),
    });
    expect((await readdir(folder)).filter((name) => name.startsWith('never'))).toEqual([]);
  });

  it('refuses a damaged model, and one whose digest differs from its name', async () => {
    const bytes = await readFile(iris.model);
    bytes[1000]! ^= 1;
    const damaged = await runCli('predict', await file('damaged.knn', bytes), IRIS);
    expect(damaged).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('refused') });
    await mkdir(join(folder, 'swapped'));
    const swapped = join('swapped', iris.model.slice(-68));
    const other = await runCli('predict', await file(swapped, await readFile(penguins.model)), IRIS);
    expect(other).toMatchObject({ code: 3, stdout: '' });
  });

  it('ends with 2 for wrong usage and 1 for a file that is not there', async () => {
    const both = [iris.model, IRIS];
    const formats = [
      ['--format', 'xlsx'],
      ['--format', 'parquet'],
      ['--format', 'csv', '--json'],
    ];
    const wrong = [
      [],
      [iris.model],
      [...both, IRIS],
      [...both, '--nope'],
      ...formats.map((flags) => [...both, ...flags]),
    ];
    for (const result of await Promise.all(wrong.map((args) => runCli('predict', ...args))))
      expect(result).toMatchObject({ code: 2, stdout: '' });
    expect((await runCli('predict', join(folder, 'no.knn'), IRIS)).code).toBe(1);
    expect((await runCli('predict', iris.model, join(folder, 'no.csv'))).code).toBe(1);
    expect((await runCli('predict', iris.model, IRIS, '--out', join(folder, 'no/out.csv'))).code).toBe(1);
  });
});

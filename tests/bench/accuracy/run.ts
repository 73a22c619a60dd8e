/**
 * Measures the accuracy on real tables: macro-F1 on rows that no contender trained on, beside scikit-learn's
 * k-NN in a grid-searched pipeline, a random forest of 300 trees, gradient boosting (LightGBM where python3
 * has it), a support vector machine, logistic regression, and the best of ten learners by 3-fold
 * cross-validation:
 * `npm run bench -- accuracy [--tables
 * <folder>] [--only <name>] [--seeds 2] [--rows 5000]`.
 *
 * Ours is what a user runs: `npm run train` on one part and `npm run predict` on the other, with default
 * settings. BENCH_PYTHON names a python3 with scikit-learn and pandas, which split the tables and compute the
 * scores. The tables are those of data/raw, those of scikit-learn, and the CSV files of a folder of your own,
 * whose label is the last column.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const PEERS = ['grid', 'forest', 'boosting', 'svm', 'logistic', 'best'] as const;
type Scores = Readonly<Record<(typeof PEERS)[number], number>>;

interface Result extends Scores {
  readonly name: string;
  readonly testRows: number;
  readonly ours: number;
  /** The setting that our training chose. */
  readonly chosen: string;
}

/** From this many predicted rows on, a table's result is meaningful on its own. */
const MANY_ROWS = 400;

const { values } = parseArgs({
  options: {
    tables: { type: 'string' },
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '2' },
    rows: { type: 'string', default: '5000' },
  },
});
const python = process.env.BENCH_PYTHON;
const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../../..');
const run = promisify(execFile);

if (python === undefined) {
  console.log('BENCH_PYTHON is not set: it has to name a python3 with scikit-learn and pandas');
  process.exitCode = 2;
} else {
  const folder = await mkdtemp(join(tmpdir(), 'bench-accuracy-'));
  try {
    await compare(python, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compare(interpreter: string, folder: string): Promise<void> {
  const peers = (...args: string[]) => run(interpreter, [join(here, 'peers.py'), ...args]);
  await peers('tables', folder);
  const paths = [
    join(root, 'data/raw/iris.csv'),
    join(root, 'data/raw/penguins/penguins.csv'),
    ...(await csvFilesIn(folder)),
    ...(values.tables === undefined ? [] : await csvFilesIn(values.tables)),
  ].filter((path) => basename(path).includes(values.only));
  const results: Result[] = [];
  console.log(
    [
      'table'.padEnd(16),
      'seed',
      ' train',
      ' test',
      ...[...PEERS, 'ours'].map((name) => name.padStart(8)),
    ].join(' '),
    ' chosen',
  );
  for (const path of paths) {
    for (let seed = 0; seed < Number(values.seeds); seed++) {
      const result = await oneSplit(path, seed, folder, peers);
      results.push(result);
    }
  }
  summarise(results);
}

async function csvFilesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.csv')).map((name) => join(folder, name));
}

async function oneSplit(
  path: string,
  seed: number,
  folder: string,
  peers: (...args: string[]) => Promise<{ stdout: string }>,
): Promise<Result> {
  const label = await labelOf(path);
  const at = (name: string) => join(folder, name);
  await peers('split', path, label, String(seed), values.rows, at('train.data'), at('test.data'));
  const theirs = JSON.parse((await peers('fit', at('train.data'), at('test.data'), label)).stdout) as Scores;
  const model = at('model');
  const { stdout } = await command('train', at('train.data'), '--out', model, '--json');
  const report = JSON.parse(stdout) as {
    artifact_sha256: string;
    chosen: Readonly<Record<string, unknown>>;
    rows: { all: number };
  };
  await command(
    'predict',
    join(model, `${report.artifact_sha256}.knn`),
    at('test.data'),
    '--out',
    at('answers.data'),
  );
  const scored = JSON.parse((await peers('score', at('test.data'), label, at('answers.data'))).stdout) as {
    rows: number;
    score: number;
  };
  await rm(model, { recursive: true });
  const { macro_f1: _, standard_error: __, ...setting } = report.chosen;
  const result = {
    name: basename(path, '.csv'),
    testRows: scored.rows,
    ours: scored.score,
    ...theirs,
    chosen: Object.values(setting).join(' '),
  };
  console.log(
    [
      result.name.padEnd(16),
      String(seed).padStart(4),
      String(report.rows.all).padStart(6),
      String(result.testRows).padStart(5),
      ...[...PEERS, 'ours' as const].map((name) => result[name].toFixed(4).padStart(8)),
      ` ${result.chosen}`,
    ].join(' '),
  );
  return result;
}

/**
 * Trains and predicts as a user does. A failed gate or a rejected row is only an exit code, and does not stop
 * the benchmark.
 */
async function command(name: 'train' | 'predict', ...args: string[]): Promise<{ stdout: string }> {
  try {
    return await run(process.execPath, [join(root, `lib/cli/${name}.ts`), ...args], { maxBuffer: 2 ** 28 });
  } catch (error) {
    const { code, stdout } = error as { code?: number; stdout?: string };
    if (code === 4 && stdout !== undefined) return { stdout };
    throw error;
  }
}

/** The label that ingestion infers. */
async function labelOf(path: string): Promise<string> {
  const [header = ''] = (await readFile(path, 'utf8')).split(/\r?\n/, 1);
  const names = header.split(',').map((name) => name.replaceAll('"', ''));
  return (
    names.find((name) => ['label', 'class', 'target', 'species'].includes(name.toLowerCase())) ??
    names.at(-1)!
  );
}

/** Means over the tables, each of which counts once however many splits it had. */
function summarise(results: readonly Result[]): void {
  const large = results.filter(({ testRows }) => testRows >= MANY_ROWS);
  for (const [what, some] of [
    ['all tables', results],
    [`tables of ${MANY_ROWS} rows to predict or more`, large],
  ] as const) {
    if (some.length === 0) continue;
    const tables = Map.groupBy(some, ({ name }) => name);
    console.log(`${tables.size} ${what}, ours less a peer in macro-F1, mean and its standard error; least:`);
    for (const peer of PEERS) {
      const ahead = [...tables.values()].map((splits) => mean(splits.map((one) => one.ours - one[peer])));
      const centre = mean(ahead);
      const variance = mean(ahead.map((one) => (one - centre) ** 2)) / Math.max(1, ahead.length - 1);
      const least = Math.min(...ahead);
      console.log(
        `  ${peer.padEnd(9)} ${signed(centre)} +- ${Math.sqrt(variance).toFixed(4)}; ${signed(least)}`,
      );
    }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}

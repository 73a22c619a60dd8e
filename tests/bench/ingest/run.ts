/**
 * Validates and types a generated table, writes Parquet and a report; beside peers that only parse it, and
 * DuckDB and Polars, which convert it to Parquet: `node tests/bench/ingest/run.ts [--megabytes 200] [--runs
 * 3]`. These two and ours run on one processor and on two, if taskset is installed. The contenders run from a
 * bundle, as the function does: stripping types while loading would cost each thread about 100 ms.
 * BENCH_PEERS names a folder whose node_modules contain csv-parse, papaparse and udsv (default: this
 * project's); BENCH_PYTHON a python3 with pandas, duckdb and polars. Missing peers are skipped with a
 * message.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { type TableFacts, writeTable } from './table-file.ts';

interface Run {
  readonly rows: number;
  readonly firstColumnSum: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** Peers in Python: see peers.py. */
const PYTHON_PEERS = ['pandas', 'duckdb', 'polars'];

/** Contenders that do the same work as ours, or nearly. */
const SAME_WORK = ['ours', 'duckdb', 'polars'];

/** A contender on a number of processors; all of them when `processors` is undefined. */
interface Entry {
  readonly name: string;
  readonly processors: number | undefined;
}

/** Files that contenders write beside the table. */
const OUTPUTS = ['parquet', 'rejects.csv', 'duckdb.parquet', 'polars.parquet'];

/** udsv takes one string, and V8's strings are smaller than 512 MiB. */
const STRING_LIMIT_BYTES = 0x1fffffe8;

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '200' }, runs: { type: 'string', default: '3' } },
});
const here = fileURLToPath(new URL('.', import.meta.url));
const peers = process.env.BENCH_PEERS ?? join(here, '../../..');
const python = process.env.BENCH_PYTHON;
const run = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), 'bench-ingest-'));
try {
  await bundleContenders();
  await compare(join(folder, 'table.csv'));
} finally {
  await rm(folder, { recursive: true });
}

async function bundleContenders(): Promise<void> {
  await build({
    entryPoints: {
      contender: join(here, 'contender.ts'),
      'content-worker': join(here, '../../../lib/dataset/content/content-worker.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
  });
}

async function compare(path: string): Promise<void> {
  const facts = writeTable(path, Number(values.megabytes) * 1e6);
  const [cpu] = cpus();
  console.log(
    `${cpu?.model}, ${availableParallelism()} threads, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}`,
  );
  console.log(
    `${(facts.sizeBytes / 1e6).toFixed(0)} MB, ${facts.rows} rows, 10 numeric and 3 categorical columns; median of ${values.runs} runs\n`,
  );
  const parsers = [
    'csv-parse',
    'papaparse',
    ...(facts.sizeBytes < STRING_LIMIT_BYTES ? ['udsv'] : []),
    'pandas',
  ];
  const counts = (await hasTaskset())
    ? [1, 2].filter((count) => count <= availableParallelism())
    : [undefined];
  const entries: Entry[] = [
    ...counts.flatMap((processors) => SAME_WORK.map((name) => ({ name, processors }))),
    ...parsers.map((name) => ({ name, processors: counts.at(-1) })),
  ];
  const results = new Map<Entry, Run[]>();
  // In turns, so that a busy moment of the machine affects all of them.
  for (let round = 0; round < Number(values.runs); round++) {
    for (const entry of entries) {
      const result = await attempt(entry, path, facts);
      if (result) results.set(entry, [...(results.get(entry) ?? []), result]);
    }
  }
  print(results, facts);
}

async function hasTaskset(): Promise<boolean> {
  try {
    await run('taskset', ['--version']);
    return true;
  } catch {
    console.log('taskset is not there: everything runs on all processors');
    return false;
  }
}

async function attempt(
  { name, processors }: Entry,
  path: string,
  facts: TableFacts,
): Promise<Run | undefined> {
  const isPython = PYTHON_PEERS.includes(name);
  if (isPython && python === undefined) return skipped(name, 'BENCH_PYTHON is not set');
  const command = isPython
    ? [python!, join(here, 'peers.py'), name, path]
    : [process.execPath, '--max-old-space-size=12000', join(folder, 'contender.mjs'), name, path, peers];
  const pinned = processors === undefined ? [] : ['taskset', '--cpu-list', `0-${processors - 1}`];
  const [program, ...args] = [...pinned, ...command];
  try {
    const { stdout } = await run(program!, args);
    // Deleted outside of the measured time: ingestion deletes nothing.
    await Promise.all(OUTPUTS.map((output) => rm(`${path}.${output}`, { force: true })));
    return checked(name, JSON.parse(stdout) as Run, facts);
  } catch (error) {
    const text = (error as Error & { stderr?: string }).stderr ?? '';
    if (name !== 'ours' && /Cannot find module|No module named/.test(text))
      return skipped(name, 'it is not installed');
    throw error;
  }
}

function skipped(name: string, reason: string): undefined {
  console.log(`${name} skipped: ${reason}`);
}

/** Accepts a result only when it has every row and every first cell right. */
function checked(name: string, result: Run, facts: TableFacts): Run {
  const isRight =
    result.rows === facts.rows &&
    Math.abs(result.firstColumnSum - facts.firstColumnSum) < 1e-6 * facts.firstColumnSum;
  if (!isRight) throw new Error(`${name} found ${JSON.stringify(result)}, expected ${JSON.stringify(facts)}`);
  return result;
}

function print(results: ReadonlyMap<Entry, readonly Run[]>, facts: TableFacts): void {
  console.log('contender    processors   median s   min..max s     cpu s    MB/s   peak MB   times ours');
  for (const [{ name, processors }, runs] of results) {
    const times = runs.map(({ elapsedMs }) => elapsedMs);
    const middle = median(times);
    const columns = [
      String(processors ?? 'all').padStart(11),
      (middle / 1000).toFixed(2).padStart(10),
      `${(Math.min(...times) / 1000).toFixed(2)}..${(Math.max(...times) / 1000).toFixed(2)}`.padStart(14),
      (median(runs.map(({ cpuMs }) => cpuMs)) / 1000).toFixed(2).padStart(8),
      (facts.sizeBytes / 1000 / middle).toFixed(0).padStart(7),
      (Math.max(...runs.map(({ peakBytes }) => peakBytes)) / 1e6).toFixed(0).padStart(9),
      (middle / oursOn(processors, results)).toFixed(2).padStart(9),
    ];
    console.log(`${name.padEnd(11)}${columns.join(' ')}`);
  }
}

function oursOn(processors: number | undefined, results: ReadonlyMap<Entry, readonly Run[]>): number {
  const [, runs] = [...results].find(([entry]) => entry.name === 'ours' && entry.processors === processors)!;
  return median(runs.map(({ elapsedMs }) => elapsedMs));
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}

/**
 * Validates, types, writes Parquet and reports on a generated table, beside what peers take for only parsing it:
 * `node tests/bench/ingest/run.ts [--megabytes 200] [--runs 3]`.
 * The contenders run from a bundle, as the function does: stripping types while loading would cost each thread some 100 ms.
 * BENCH_PEERS names a folder whose node_modules hold csv-parse, papaparse and udsv (default: this project's); BENCH_PYTHON a
 * python3 that has pandas. What is not there is skipped, and said to be.
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

const PANDAS = `
import json, resource, sys, time
import pandas
started, cpu = time.perf_counter(), time.process_time()
table = pandas.read_csv(sys.argv[1], engine="c")
elapsed, cpu = time.perf_counter() - started, time.process_time() - cpu
total = int((table["n0"] * 100).round().sum())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"rows": len(table), "firstColumnSum": total, "elapsedMs": elapsed * 1000, "cpuMs": cpu * 1000, "peakBytes": peak}))
`;

/** What our contender writes beside the table. */
const OUTPUTS = ['parquet', 'rejects.csv'];

/** udsv takes one string, and V8's are below 512 MiB. */
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
  const contenders = [
    'ours',
    'csv-parse',
    'papaparse',
    ...(facts.sizeBytes < STRING_LIMIT_BYTES ? ['udsv'] : []),
    'pandas',
  ];
  const results = new Map<string, Run[]>();
  // In turn, so that a busy moment of the machine meets all of them.
  for (let round = 0; round < Number(values.runs); round++) {
    for (const name of contenders) {
      const result = await attempt(name, path, facts);
      if (result) results.set(name, [...(results.get(name) ?? []), result]);
    }
  }
  print(results, facts);
}

async function attempt(name: string, path: string, facts: TableFacts): Promise<Run | undefined> {
  if (name === 'pandas' && python === undefined) return skipped(name, 'BENCH_PYTHON is not set');
  try {
    const { stdout } =
      name === 'pandas'
        ? await run(python!, ['-c', PANDAS, path])
        : await run(process.execPath, [
            '--max-old-space-size=12000',
            join(folder, 'contender.mjs'),
            name,
            path,
            peers,
          ]);
    // Not within the time: ingestion deletes nothing.
    if (name === 'ours') await Promise.all(OUTPUTS.map((output) => rm(`${path}.${output}`)));
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

/** Only who found every row, and read every first cell right, has a time. */
function checked(name: string, result: Run, facts: TableFacts): Run {
  const isRight =
    result.rows === facts.rows &&
    Math.abs(result.firstColumnSum - facts.firstColumnSum) < 1e-6 * facts.firstColumnSum;
  if (!isRight) throw new Error(`${name} found ${JSON.stringify(result)}, expected ${JSON.stringify(facts)}`);
  return result;
}

function print(results: ReadonlyMap<string, readonly Run[]>, facts: TableFacts): void {
  const ours = median(results.get('ours')!.map(({ elapsedMs }) => elapsedMs));
  console.log('contender    median s   min..max s     cpu s    MB/s   peak MB   times ours');
  for (const [name, runs] of results) {
    const times = runs.map(({ elapsedMs }) => elapsedMs);
    const middle = median(times);
    const columns = [
      (middle / 1000).toFixed(2).padStart(8),
      `${(Math.min(...times) / 1000).toFixed(2)}..${(Math.max(...times) / 1000).toFixed(2)}`.padStart(14),
      (median(runs.map(({ cpuMs }) => cpuMs)) / 1000).toFixed(2).padStart(8),
      (facts.sizeBytes / 1000 / middle).toFixed(0).padStart(7),
      (Math.max(...runs.map(({ peakBytes }) => peakBytes)) / 1e6).toFixed(0).padStart(9),
      (middle / ours).toFixed(2).padStart(9),
    ];
    console.log(`${name.padEnd(11)}${columns.join(' ')}`);
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}

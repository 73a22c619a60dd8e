// Exact nearest-neighbour search beside its peers, each in its own process, one after the other.
//   npm run bench -- knn [--cases <parts of names, with commas>] [--against <parts of peers' names>]
//                        [--max-seconds <for one peer on one case>] [--list]
// BENCH_PYTHON names a python3 with scikit-learn and faiss-cpu, BENCH_PEERS the folder in which npm's usearch
// is installed. A peer that is missing or too slow is skipped with a message.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { quantile } from '../quantile.ts';
import { type BenchCase, drawCase, irisCase } from './cases.ts';
import { compareLoading, LOADING_NAME } from './loading.ts';
import {
  BATCH_QUERIES,
  BUILDS,
  CHECKED_QUERIES,
  MAX_SINGLES,
  type Measurement,
  NEIGHBOURS,
  REBUILD_MS,
  SINGLE_BUDGET_MS,
} from './measure.ts';

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '' },
    against: { type: 'string', default: '' },
    'max-seconds': { type: 'string', default: '120' },
    list: { type: 'boolean', default: false },
  },
});
const python = process.env.BENCH_PYTHON;
const TIMEOUT_MS = Number(options['max-seconds']) * 1000;
const OURS = ['ours, tree', 'ours, scan', 'ours, chosen'];
const NODE_PEERS = ['ml-knn, default', 'ml-knn, features only'];
const SKLEARN = [
  'scikit-learn, KDTree.query',
  'scikit-learn, kd_tree',
  'scikit-learn, brute',
  'scikit-learn, auto',
];

const isWanted = (name: string, parts: string) => parts.split(',').some((part) => name.includes(part));

/**
 * No query is used twice in a run of singles: the caches would already contain the rows of a repeated one.
 */
const CASES: readonly { readonly name: string; readonly make: () => BenchCase }[] = [
  { name: 'iris 150 x 4', make: irisCase },
  ...[150, 10_000, 100_000, 1_000_000].flatMap((rows) =>
    (['uniform', 'clustered'] as const).flatMap((spread) =>
      [4, 16, 64].map((dimension) => ({
        name: `${spread} ${rows} x ${dimension}`,
        make: () => drawCase(spread, rows, dimension, MAX_SINGLES),
      })),
    ),
  ),
];

/** Distances by the definition, from a loop that shares no code with the measured search. */
function expectedDistances({ points, queries, dimension }: BenchCase): number[][] {
  return Array.from({ length: Math.min(CHECKED_QUERIES, queries.length / dimension) }, (_, query) => {
    const best: number[] = [];
    for (let at = 0; at < points.length; at += dimension) {
      let sum = 0;
      for (let feature = 0; feature < dimension; feature++) {
        sum += (queries[query * dimension + feature]! - points[at + feature]!) ** 2;
      }
      const distance = Math.sqrt(sum);
      if (best.length === NEIGHBOURS && distance >= best[NEIGHBOURS - 1]!) continue;
      best.push(distance);
      best.sort((a, b) => a - b);
      best.length = Math.min(best.length, NEIGHBOURS);
    }
    return best;
  });
}

/** The largest relative error of a contender's distances; Infinity when the number of neighbours differs. */
function largestError(found: Measurement['distances'], expected: number[][]): number {
  let largest = 0;
  expected.forEach((distances, query) => {
    if (found[query]?.length !== distances.length) largest = Number.POSITIVE_INFINITY;
    distances.forEach((distance, rank) => {
      const error = Math.abs((found[query]?.[rank] ?? Number.NaN) - distance) / Math.max(distance, 1e-12);
      if (!(error <= largest)) largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    });
  });
  return largest;
}

function save(folder: string, bench: BenchCase): void {
  writeFileSync(join(folder, 'case.json'), JSON.stringify({ dimension: bench.dimension }));
  writeFileSync(join(folder, 'points.f64'), bench.points);
  writeFileSync(join(folder, 'queries.f64'), bench.queries);
  writeFileSync(join(folder, 'labels.i32'), bench.labels);
}

function commandFor(contender: string, folder: string): [string, string[]] {
  const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  if (!/^(scikit|faiss)/.test(contender)) {
    return [
      process.execPath,
      [
        '--expose-gc',
        '--max-old-space-size=12000',
        '--stack-size=4000',
        file('contender.ts'),
        contender,
        folder,
      ],
    ];
  }
  const limits = [
    NEIGHBOURS,
    SINGLE_BUDGET_MS,
    MAX_SINGLES,
    CHECKED_QUERIES,
    BATCH_QUERIES,
    BUILDS,
    REBUILD_MS,
  ].map(String);
  return [python ?? 'python3', [file('peers.py'), contender, folder, ...limits]];
}

/** A contender's measurement, or the reason why there is none. */
function measure(contender: string, folder: string): Measurement | string {
  const [command, parameters] = commandFor(contender, folder);
  const { status, signal, stdout, stderr } = spawnSync(command, parameters, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 2 ** 28,
  });
  if (signal !== null) return `stopped after ${TIMEOUT_MS / 1000} s`;
  if (status !== 0) return `failed: ${stderr.trim().split('\n').at(-1)}`;
  return JSON.parse(stdout) as Measurement;
}

function contenders(): string[] {
  const usearch = process.env.BENCH_PEERS === undefined ? [] : ['usearch, exact'];
  const inPython = python === undefined ? [] : [...SKLEARN, 'faiss, IndexFlatL2'];
  const peers = [...NODE_PEERS, ...usearch, ...inPython];
  return [...OURS, ...peers.filter((peer) => isWanted(peer, options.against))];
}

const cell = (value: number | null, digits: number) =>
  (value === null ? '-' : value.toFixed(digits)).padStart(12);

function printRow(found: Measurement, baseUs: number, error: number): void {
  const p50 = quantile(found.singleUs, 0.5);
  console.log(
    found.contender.padEnd(28) +
      cell(quantile(found.buildsMs, 0.5), 1) +
      cell(Math.max(...found.buildsMs) - Math.min(...found.buildsMs), 1) +
      cell(p50, 2) +
      cell(quantile(found.singleUs, 0.05), 2) +
      cell(quantile(found.singleUs, 0.95), 2) +
      cell(p50 / baseUs, 1) +
      cell(found.batchUs, 2) +
      cell(found.memoryBytes / 2 ** 20, 1) +
      (error === 0 ? 'exact' : error.toExponential(1)).padStart(12),
  );
}

const HEADINGS = [
  'build ms',
  'spread ms',
  'p50 us',
  'p5 us',
  'p95 us',
  'x ours',
  'batch us/q',
  'memory MB',
  'error',
];

function runCase(bench: BenchCase): Map<string, Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'knn-bench-'));
  const measured = new Map<string, Measurement>();
  try {
    save(folder, bench);
    const expected = expectedDistances(bench);
    console.log(`\n${bench.name}`.padEnd(29) + HEADINGS.map((heading) => heading.padStart(12)).join(''));
    for (const contender of contenders()) {
      const found = measure(contender, folder);
      if (typeof found === 'string') {
        if (OURS.includes(contender)) throw new Error(`${contender}: ${found}`);
        console.log(`${contender.padEnd(28)}  ${found}`);
        continue;
      }
      const error = largestError(found.distances, expected);
      if (OURS.includes(contender) && error !== 0) {
        throw new Error(`${contender} on ${bench.name}: distances differ from the brute force's by ${error}`);
      }
      measured.set(contender, found);
      printRow(found, bestOfOurs(measured), error);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return measured;
}

/** The faster of tree and scan, or the tree before the scan is measured. */
function bestOfOurs(measured: Map<string, Measurement>): number {
  return Math.min(...OURS.flatMap((name) => p50Of(measured, name) ?? []));
}

function p50Of(measured: Map<string, Measurement>, contender: string): number | undefined {
  const found = measured.get(contender);
  return found && quantile(found.singleUs, 0.5);
}

/**
 * The project's own goals for ratios, each against peers of this run. For scikit-learn the better algorithm
 * of kneighbors counts, which its classifiers call. KDTree.query, below that interface, is printed as well.
 */
function goals(bench: BenchCase, measured: Map<string, Measurement>): string[] {
  const lines: string[] = [];
  const oursUs = p50Of(measured, 'ours, chosen');
  const ratioTo = (peers: readonly string[]) => {
    const theirs = peers.flatMap((peer) => p50Of(measured, peer) ?? []);
    return theirs.length === 0 || oursUs === undefined ? undefined : Math.min(...theirs) / oursUs;
  };
  const against = (what: string, ratio: number | undefined, goal: number) => {
    if (ratio === undefined) return;
    lines.push(verdict(ratio >= goal, `${bench.name}: ${ratio.toFixed(1)} times ${what} (goal ${goal})`));
  };
  for (const peer of NODE_PEERS) against(peer, ratioTo([peer]), bench.rows === 150 ? 20 : 300);
  if (bench.rows === 1_000_000 && bench.dimension === 4) {
    against("scikit-learn's best kneighbors", ratioTo(SKLEARN.slice(1)), 100);
    const below = ratioTo(SKLEARN.slice(0, 1));
    if (below) lines.push(`       ${bench.name}: ${below.toFixed(1)} times ${SKLEARN[0]}`);
  }
  const [tree, reference] = [measured.get('ours, tree'), measured.get('scikit-learn, KDTree.query')];
  if (bench.rows === 1_000_000 && bench.dimension === 16 && tree && reference) {
    const share = quantile(tree.buildsMs, 0.5) / quantile(reference.buildsMs, 0.5);
    const text = `tree built in ${share.toFixed(2)} of scikit-learn's time (goal 0.33)`;
    lines.push(verdict(share <= 1 / 3, `${bench.name}: ${text}`));
  }
  return lines;
}

const verdict = (isMet: boolean, text: string) => `${isMet ? 'met   ' : 'missed'} ${text}`;

function printSurroundings(): void {
  const cpu = cpus();
  console.log(
    `${cpu[0]?.model}, ${cpu.length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.version}`,
  );
  console.log(
    `k = ${NEIGHBOURS}, euclidean; single queries for up to ${SINGLE_BUDGET_MS / 1000} s after a warm-up; "x ours": p50 over that of our fastest so far`,
  );
  if (python === undefined) console.log('scikit-learn and faiss left out: BENCH_PYTHON is not set');
  else
    console.log(
      spawnSync(python, [fileURLToPath(new URL('peers.py', import.meta.url)), 'versions'], {
        encoding: 'utf8',
      }).stdout.trim(),
    );
  if (process.env.BENCH_PEERS === undefined) console.log('usearch left out: BENCH_PEERS is not set');
}

if (options.list) {
  for (const name of [...CASES.map((bench) => bench.name), LOADING_NAME]) console.log(name);
} else {
  printSurroundings();
  const verdicts: string[] = [];
  for (const { name, make } of CASES) {
    if (!isWanted(name, options.cases)) continue;
    const bench = make();
    verdicts.push(...goals(bench, runCase(bench)));
  }
  if (isWanted(LOADING_NAME, options.cases)) verdicts.push(compareLoading());
  console.log(`\n${verdicts.join('\n')}`);
}

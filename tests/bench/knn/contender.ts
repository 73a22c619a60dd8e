// Runs one contender on one case in its own process, so that memory and warm-up are its own, and prints a
// Measurement as JSON: node contender.ts <name> <folder with the case>
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  buildScan,
  buildTree,
  chooseIndex,
  openIndex,
} from '../../../lib/classifier/search/neighbour-index.ts';
import {
  BATCH_QUERIES,
  BUILDS,
  CHECKED_QUERIES,
  type Measurement,
  NEIGHBOURS,
  REBUILD_MS,
  timeSingles,
} from './measure.ts';

interface Input {
  readonly dimension: number;
  readonly points: Float64Array;
  readonly queries: Float64Array;
  readonly labels: Int32Array;
}

interface Contender {
  /** Milliseconds that building took. */
  readonly buildMs: number;
  readonly single: (query: Float64Array) => readonly number[];
  readonly batch?: (queries: Float64Array) => unknown;
}

interface MlKnnTree {
  nearest(query: number[], k: number): [number[], number][];
}

const require = createRequire(import.meta.url);

function ours(
  build: typeof buildTree | typeof buildScan | typeof chooseIndex,
  { points, dimension }: Input,
): Contender {
  const start = performance.now();
  const built = build(points, dimension, 'euclidean');
  const buildMs = performance.now() - start;
  const search = openIndex('data' in built ? built.data : built);
  return {
    buildMs,
    single: (query) => search.nearest(query, NEIGHBOURS).distances as unknown as readonly number[],
    batch: (queries) => search.nearestBatch(queries, NEIGHBOURS),
  };
}

/** Only its search, without the vote: the same work as ours. */
function mlKnn({ points, dimension, labels }: Input, onFeaturesOnly: boolean): Contender {
  const KNN = require('ml-knn') as new (
    rows: number[][],
    labels: number[],
    options: object,
  ) => { kdTree: MlKnnTree };
  const rows = Array.from(labels, (_, row) =>
    Array.from(points.subarray(row * dimension, (row + 1) * dimension)),
  );
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let sum = 0;
    for (let feature = 0; feature < dimension; feature++) sum += (a[feature]! - b[feature]!) ** 2;
    return Math.sqrt(sum);
  };
  const start = performance.now();
  const { kdTree } = new KNN(rows, Array.from(labels), {
    k: NEIGHBOURS,
    ...(onFeaturesOnly ? { distance } : {}),
  });
  const buildMs = performance.now() - start;
  const single = (query: Float64Array) =>
    kdTree
      .nearest(Array.from(query), NEIGHBOURS)
      .map(([, found]) => found)
      .sort((a, b) => a - b);
  return { buildMs, single };
}

function usearch({ points, dimension }: Input): Contender {
  const { exactSearch, MetricKind } = createRequire(join(process.env.BENCH_PEERS ?? '', 'package.json'))(
    'usearch',
  ) as {
    exactSearch: (...input: unknown[]) => { distances: Float32Array };
    MetricKind: { L2sq: string };
  };
  const search = (queries: Float64Array) =>
    exactSearch(points, queries, dimension, NEIGHBOURS, MetricKind.L2sq).distances;
  return { buildMs: 0, single: (query) => Array.from(search(query), Math.sqrt), batch: search };
}

const CONTENDERS: Record<string, (input: Input) => Contender> = {
  'ours, tree': (input) => ours(buildTree, input),
  'ours, scan': (input) => ours(buildScan, input),
  'ours, chosen': (input) => ours(chooseIndex, input),
  'ml-knn, default': (input) => mlKnn(input, false),
  'ml-knn, features only': (input) => mlKnn(input, true),
  'usearch, exact': usearch,
};

function readInput(folder: string): Input {
  const bytes = (name: string) => new Uint8Array(readFileSync(join(folder, name))).buffer;
  const { dimension } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as { dimension: number };
  return {
    dimension,
    points: new Float64Array(bytes('points.f64')),
    queries: new Float64Array(bytes('queries.f64')),
    labels: new Int32Array(bytes('labels.i32')),
  };
}

/** Microseconds per query; the first call warms up. */
function timeBatch(batch: (queries: Float64Array) => unknown, { queries, dimension }: Input): number {
  const some = queries.slice(0, BATCH_QUERIES * dimension);
  batch(some);
  const start = performance.now();
  batch(some);
  return ((performance.now() - start) * 1000 * dimension) / some.length;
}

/** Times further builds, so that one disturbed build does not count alone. */
function rebuild(start: (input: Input) => Contender, input: Input, firstMs: number): number[] {
  const buildsMs = [firstMs];
  while (firstMs < REBUILD_MS && buildsMs.length < BUILDS) buildsMs.push(start(input).buildMs);
  return buildsMs;
}

/** Resident memory without garbage. */
function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

function run(name: string, input: Input): Measurement {
  const start = CONTENDERS[name];
  if (start === undefined) {
    throw new Error(`contender: expected one of ${Object.keys(CONTENDERS).join('; ')}, got "${name}"`);
  }
  const { queries, dimension } = input;
  const views = Array.from({ length: queries.length / dimension }, (_, query) =>
    queries.slice(query * dimension, (query + 1) * dimension),
  );
  const before = residentBytes();
  const contender = start(input);
  const distances = views.slice(0, CHECKED_QUERIES).map((view) => Array.from(contender.single(view)));
  const memoryBytes = residentBytes() - before;
  const singleUs = timeSingles(views.length, (query) => contender.single(views[query]!));
  const batchUs = contender.batch === undefined ? null : timeBatch(contender.batch, input);
  const buildsMs = rebuild(start, input, contender.buildMs);
  return { contender: name, buildsMs, singleUs, batchUs, memoryBytes, distances };
}

// Kept until the process ends: input that is freed earlier would distort the memory figures.
const INPUT = readInput(process.argv[3] ?? '');
process.stdout.write(JSON.stringify(run(process.argv[2] ?? '', INPUT)));

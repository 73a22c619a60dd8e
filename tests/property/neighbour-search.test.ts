import fc from 'fast-check';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import {
  buildScan,
  buildTree,
  chooseIndex,
  type Metric,
  type NeighbourIndexData,
  type NeighbourSearch,
  type Neighbours,
  openIndex,
} from '../../lib/classifier/search/neighbour-index.ts';
import { showModulesOfFailures } from '../helpers/wasm-modules.ts';

showModulesOfFailures();

// NEIGHBOUR_SEARCH_RUNS multiplies the number of cases, and NEIGHBOUR_SEARCH_SEED changes them, for a long
// run by hand.
const RUNS = Number(process.env.NEIGHBOUR_SEARCH_RUNS ?? 1);
const SEED = Number(process.env.NEIGHBOUR_SEARCH_SEED ?? 20_240_607);

type Random = () => number;

function randomFrom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** How one coordinate is drawn; `centre` is shared by the rows of a cluster. */
const SHAPES = {
  uniform: (random: Random) => random(),
  clustered: (random: Random, centre: number) => centre * 100 + (random() + random() - 1) * 0.01,
  gridded: (random: Random) => Math.floor(random() * 4),
  tenths: (random: Random) => Math.floor(random() * 10) / 10,
  constant: () => 42.5,
  huge: (random: Random) => (random() - 0.5) * 1e15,
  tiny: (random: Random) => Math.floor(random() * 5) * 1e-162,
  signedZero: (random: Random) => (random() < 0.5 ? -0 : random() < 0.5 ? 0 : 1),
  skewed: (random: Random) => (random() + 0.01) ** -1.5,
  outliers: (random: Random) => (random() < 0.01 ? (random() - 0.5) * 1e7 : random()),
  mixed: (random: Random) => {
    const kind = Math.floor(random() * 5);
    return [random(), (random() - 0.5) * 1e15, Math.floor(random() * 3), -0, random() * 1e-9][kind]!;
  },
} as const;
type Shape = keyof typeof SHAPES;
const SHAPE_NAMES = Object.keys(SHAPES) as Shape[];

function drawPoints(shape: Shape, rows: number, dimension: number, random: Random): Float64Array {
  const centres = Array.from({ length: 5 * dimension }, random);
  const points = new Float64Array(rows * dimension);
  for (let row = 0; row < rows; row++) {
    const cluster = Math.floor(random() * 5);
    for (let feature = 0; feature < dimension; feature++) {
      points[row * dimension + feature] = SHAPES[shape](random, centres[cluster * dimension + feature]!);
    }
  }
  return points;
}

/** Overwrites rows with copies of others, so that about half of them are duplicates. */
function duplicateRows(points: Float64Array, dimension: number, random: Random): void {
  const rows = points.length / dimension;
  for (let row = 0; row < rows; row += 2) {
    const source = Math.floor(random() * rows) * dimension;
    points.copyWithin(row * dimension, source, source + dimension);
  }
}

/** The specification: compute every distance, sort by distance and then by row, take the first k. */
function bruteForce(
  points: Float64Array,
  query: Float64Array,
  metric: Metric,
  k: number,
  leftOut: (row: number) => boolean,
): { rows: number[]; distances: number[] } {
  const dimension = query.length;
  const all: { row: number; distance: number }[] = [];
  for (let row = 0; row < points.length / dimension; row++) {
    if (leftOut(row)) continue;
    let sum = 0;
    for (let feature = 0; feature < dimension; feature++) {
      const difference = query[feature]! - points[row * dimension + feature]!;
      sum += metric === 'euclidean' ? difference * difference : Math.abs(difference);
    }
    all.push({ row, distance: metric === 'euclidean' ? Math.sqrt(sum) : sum });
  }
  all.sort((a, b) => a.distance - b.distance || a.row - b.row);
  const best = all.slice(0, k);
  return { rows: best.map(({ row }) => row), distances: best.map(({ distance }) => distance) };
}

/** A query: mostly a stored row or one nearby, otherwise a new draw, sometimes far outside. */
function drawQuery(points: Float64Array, dimension: number, shape: Shape, random: Random): Float64Array {
  const kind = random();
  if (kind < 0.3) return drawPoints(shape, 1, dimension, random);
  const row = Math.floor((random() * points.length) / dimension);
  const query = points.slice(row * dimension, (row + 1) * dimension);
  if (kind < 0.6) return query;
  const scale = kind < 0.9 ? 1e-3 : 1e6;
  return query.map((value) => value + (random() - 0.5) * scale * Math.max(1, Math.abs(value)));
}

interface Case {
  readonly shape: Shape;
  readonly duplicated: boolean;
  readonly rows: number;
  readonly dimension: number;
  readonly metric: Metric;
  readonly seed: number;
}

/**
 * Numbers of neighbours that reach every branch: none, one, few, a leaf's worth, all, and more than there
 * are.
 */
function wantedCounts(rows: number): number[] {
  return [0, 1, 5, 61, 70, rows, rows + 3].filter((k) => k <= 5 || rows <= 400 || k === 70);
}

function expectSame(
  actual: Neighbours,
  expected: { rows: number[]; distances: number[] },
  what: string,
): void {
  expect(Array.from(actual.rows), what).toEqual(expected.rows);
  // toEqual compares numbers by Object.is: the distances are equal to the last bit.
  expect(Array.from(actual.distances), what).toEqual(expected.distances);
}

function checkCase({ shape, duplicated, rows, dimension, metric, seed }: Case): void {
  const random = randomFrom(seed);
  const points = drawPoints(shape, rows, dimension, random);
  if (duplicated) duplicateRows(points, dimension, random);
  const indexes = [buildTree(points, dimension, metric), buildScan(points, dimension, metric)];
  const queries = [1, 2, 3].map(() => drawQuery(points, dimension, shape, random));
  const mask = Uint8Array.from({ length: rows }, () => (random() < 0.3 ? 1 : 0));
  const excluded = Int32Array.from(queries, () => Math.floor(random() * (rows + 1)) - 1);
  for (const data of indexes) {
    for (const isFiltered of [false, true]) {
      const searches = {
        data,
        isFiltered,
        open: openIndex(data, { isFiltered }),
        masked: openIndex(data, { isFiltered, excludedRows: mask }),
      };
      for (const k of wantedCounts(rows)) checkSearches(searches, points, queries, k, mask, excluded);
    }
  }
}

interface Searches {
  readonly data: NeighbourIndexData;
  readonly isFiltered: boolean;
  readonly open: NeighbourSearch;
  readonly masked: NeighbourSearch;
}

function checkSearches(
  { data, isFiltered, open, masked }: Searches,
  points: Float64Array,
  queries: Float64Array[],
  k: number,
  mask: Uint8Array,
  excluded: Int32Array,
): void {
  const flat = Float64Array.from(queries.flatMap((query) => Array.from(query)));
  const batch = open.nearestBatch(flat, k, excluded);
  queries.forEach((query, q) => {
    const what = `${isFiltered ? 'filtered ' : ''}${data.kind} query ${q} k ${k}`;
    const without = excluded[q]!;
    const plain = bruteForce(points, query, data.metric, k, () => false);
    expectSame(open.nearest(query, k), plain, what);
    const one = bruteForce(points, query, data.metric, k, (row) => row === without);
    expectSame(open.nearest(query, k, without), one, `${what} without row ${without}`);
    expectSame(
      masked.nearest(query, k),
      bruteForce(points, query, data.metric, k, (row) => mask[row] === 1),
      `${what} masked`,
    );
    const from = q * batch.width;
    const found = batch.rows.subarray(from, from + batch.width).filter((row) => row >= 0);
    const distances = batch.distances.subarray(from, from + found.length);
    expectSame({ rows: found, distances }, one, `${what} in a batch`);
  });
}

const anyCase = (rows: fc.Arbitrary<number>, dimension: fc.Arbitrary<number>): fc.Arbitrary<Case> =>
  fc.record({
    shape: fc.constantFrom(...SHAPE_NAMES),
    duplicated: fc.boolean(),
    rows,
    dimension,
    metric: fc.constantFrom<Metric>('euclidean', 'manhattan'),
    seed: fc.integer(),
  });

const settings = (numRuns: number) => ({ numRuns: numRuns * RUNS, seed: SEED, endOnFailure: RUNS > 1 });

describe(`neighbour search (seed ${SEED})`, () => {
  it('agrees with brute force for every number of rows up to 129', () => {
    for (let rows = 1; rows <= 129; rows++) {
      const shape = SHAPE_NAMES[rows % SHAPE_NAMES.length]!;
      const metric = rows % 2 === 0 ? 'euclidean' : 'manhattan';
      checkCase({
        shape,
        duplicated: rows % 3 === 0,
        rows,
        dimension: 1 + (rows % 9),
        metric,
        seed: SEED + rows,
      });
    }
  });

  it('agrees with brute force for every remainder of rows by 64 and every dimension up to 70', () => {
    for (let step = 0; step < 70; step++) {
      const shape = SHAPE_NAMES[step % SHAPE_NAMES.length]!;
      const rows = 64 * (2 + ((step * 7) % 12)) + (step % 64);
      const metric = step % 4 < 2 ? 'euclidean' : 'manhattan';
      checkCase({ shape, duplicated: step % 5 === 0, rows, dimension: 1 + step, metric, seed: SEED - step });
    }
  });

  it.each(SHAPE_NAMES)('agrees with brute force on %s data', (shape) => {
    const anyShape = anyCase(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(anyShape, (drawn) => checkCase({ ...drawn, shape })),
      settings(6),
    );
  });

  it('agrees with brute force on up to 5,000 rows and 70 features', () => {
    const large = anyCase(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 70 }));
    fc.assert(fc.property(large, checkCase), settings(8));
  });

  it('agrees with brute force for the first queries of a process, before there are codes', () => {
    fc.assert(
      fc.property(anyCase(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 70 })), (drawn) => {
        const { rows, dimension, metric } = drawn;
        const random = randomFrom(drawn.seed);
        const points = drawPoints(drawn.shape, rows, dimension, random);
        if (drawn.duplicated) duplicateRows(points, dimension, random);
        const mask = Uint8Array.from({ length: rows }, () => (random() < 0.3 ? 1 : 0));
        const query = drawQuery(points, dimension, drawn.shape, random);
        for (const data of [buildTree(points, dimension, metric), buildScan(points, dimension, metric)]) {
          const open = openIndex(data, { isFiltered: true });
          const masked = openIndex(data, { isFiltered: true, excludedRows: mask });
          // Three each: codes would answer the fourth.
          for (const k of [1, 5, 70]) {
            const near = bruteForce(points, query, metric, k, () => false);
            expectSame(open.nearest(query, k), near, `${data.kind} k ${k}`);
            const others = bruteForce(points, query, metric, k, (row) => mask[row] === 1);
            expectSame(masked.nearest(query, k), others, `${data.kind} k ${k} masked`);
          }
        }
      }),
      settings(6),
    );
  });

  it('answers with the same bits for any index and any batch around a query', () => {
    fc.assert(
      fc.property(anyCase(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 20 })), (drawn) => {
        const random = randomFrom(drawn.seed);
        const points = drawPoints(drawn.shape, drawn.rows, drawn.dimension, random);
        const queries = drawPoints(drawn.shape, 70, drawn.dimension, random);
        const excluded = Int32Array.from({ length: 70 }, () => Math.floor(random() * (drawn.rows + 1)) - 1);
        const tree = openIndex(buildTree(points, drawn.dimension, drawn.metric)).nearestBatch(
          queries,
          9,
          excluded,
        );
        const scan = openIndex(buildScan(points, drawn.dimension, drawn.metric)).nearestBatch(
          queries,
          9,
          excluded,
        );
        expect(scan).toEqual(tree);
        const chosen = openIndex(chooseIndex(points, drawn.dimension, drawn.metric).data);
        for (const query of [0, 31, 32, 69]) {
          const view = queries.subarray(query * drawn.dimension, (query + 1) * drawn.dimension);
          const from = query * tree.width;
          const alone = chosen.nearest(view, 9, excluded[query]!);
          expect(alone.rows).toEqual(tree.rows.slice(from, from + alone.rows.length));
          expect(alone.distances).toEqual(tree.distances.slice(from, from + alone.rows.length));
        }
      }),
      settings(6),
    );
  });

  it('finds the same points when the rows are permuted, and the same rows when no distances tie', () => {
    fc.assert(
      fc.property(anyCase(fc.integer({ min: 1, max: 1500 }), fc.integer({ min: 1, max: 8 })), (drawn) => {
        const { rows, dimension, metric } = drawn;
        const random = randomFrom(drawn.seed);
        const points = drawPoints(drawn.shape, rows, dimension, random);
        const permutation = Array.from({ length: rows }, (_, row) => row);
        for (let last = rows - 1; last > 0; last--) {
          const other = Math.floor(random() * (last + 1));
          [permutation[last], permutation[other]] = [permutation[other]!, permutation[last]!];
        }
        const permuted = new Float64Array(points.length);
        permutation.forEach((source, row) => {
          permuted.set(points.subarray(source * dimension, (source + 1) * dimension), row * dimension);
        });
        const query = drawQuery(points, dimension, drawn.shape, random);
        const before = openIndex(buildTree(points, dimension, metric)).nearest(query, rows);
        const after = openIndex(buildTree(permuted, dimension, metric)).nearest(query, rows);
        expect(after.distances).toEqual(before.distances);
        const tied = new Set(before.distances).size < rows;
        if (!tied) expect(Array.from(after.rows, (row) => permutation[row])).toEqual(Array.from(before.rows));
      }),
      settings(12),
    );
  });
});

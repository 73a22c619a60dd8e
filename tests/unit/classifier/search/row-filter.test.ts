import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CodeFilter, openCodeFilter } from '../../../../lib/classifier/search/code-filter.ts';
import {
  buildScan,
  buildTree,
  type NeighbourIndexData,
  openIndex,
} from '../../../../lib/classifier/search/neighbour-index.ts';
import type { RowFilter } from '../../../../lib/classifier/search/row-filter.ts';
import { openStagedFilter, type StagedFilter } from '../../../../lib/classifier/search/staged-filter.ts';
import { largestCoordinate, type Metric } from '../../../../lib/classifier/search/types.ts';
import { ArtifactError } from '../../../../lib/errors.ts';
import { wasmEngine } from '../../../../lib/wasm/engine.ts';
import { showModulesOfFailures } from '../../../helpers/wasm-modules.ts';

showModulesOfFailures();

function randomFrom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const SHAPES: Record<string, (random: () => number) => number> = {
  normal,
  'with outliers': (random) => (random() < 0.01 ? 1e9 * normal(random) : normal(random)),
  'with doubles so small that their squares vanish': (random) => Math.floor(5 * random()) * 1e-162,
  'as large as can be measured': (random) => (random() - 0.5) * 1e150,
  'of two values': (random) => (random() < 0.5 ? 0 : 1),
};

function draw(rows: number, dimension: number, value: () => number): Float64Array {
  return Float64Array.from({ length: rows * dimension }, value);
}

function had<Filter>(filter: Filter | undefined): Filter {
  if (!filter) throw new Error('there is no memory for a filter');
  return filter;
}

const codesOf = (data: NeighbourIndexData): CodeFilter => had(openCodeFilter(data));
const stageOf = (data: NeighbourIndexData): StagedFilter => had(openStagedFilter(data));
const FILTERS: Record<string, (data: NeighbourIndexData) => RowFilter> = {
  'by codes': codesOf,
  'on a stage': stageOf,
};

/** The sum that candidates are limited by, computed as searches do. */
function sumOf(metric: Metric, a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => {
    const difference = Math.abs(value - b[i]!);
    return sum + (metric === 'euclidean' ? difference * difference : difference);
  }, 0);
}

describe.each(Object.keys(FILTERS))('a filter of rows %s', (kind) => {
  const filterOf = FILTERS[kind]!;
  const dimensions = [1, 2, 3, 4, 7, 16, 17, 18, 64, 65, 131];
  const cases = Object.keys(SHAPES).flatMap((shape) =>
    (['euclidean', 'manhattan'] as const).map((metric) => [shape, metric] as const),
  );

  it.each(cases)('lists every row within a limit: numbers %s, %s', (shape, metric) => {
    dimensions.forEach((dimension, seed) => {
      const random = randomFrom(seed);
      const rows = 37;
      const points = draw(rows, dimension, () => SHAPES[shape]!(random));
      const filter = filterOf(buildScan(points, dimension, metric));
      const row = (at: number) => points.subarray(at * dimension, (at + 1) * dimension);
      const queries = [
        ...Array.from({ length: rows }, (_, at) => row(at)),
        draw(1, dimension, () => SHAPES[shape]!(random)),
      ];
      for (const query of queries) {
        const slot = kind === 'by codes' ? 31 : 0;
        filter.prepare(query, slot);
        for (let at = 0; at < rows; at++) {
          const maxSum = filter.largestSum(sumOf(metric, query, row(at)));
          const listed = filter.positions.slice(0, filter.survivors(slot, 0, rows, maxSum));
          expect(listed, `row ${at} of ${dimension} features`).toContain(at);
        }
      }
    });
  });

  it('lists only rows of the requested range, ascending', () => {
    const points = draw(100, 5, randomFrom(1));
    const filter = filterOf(buildScan(points, 5, 'euclidean'));
    filter.prepare(points.slice(0, 5), 0);
    for (const [from, to] of [
      [0, 100],
      [0, 1],
      [7, 9],
      [8, 16],
      [63, 64],
      [13, 100],
    ] as const) {
      const count = filter.survivors(0, from, to, 2 ** 31 - 1);
      const expected = Array.from({ length: to - from }, (_, i) => from + i);
      expect(Array.from(filter.positions.subarray(0, count))).toEqual(expected);
    }
    expect(filter.survivors(0, 1, 100, -1)).toBe(0);
  });

  it.each(['euclidean', 'manhattan'] as const)(
    'passes over nearly all rows that are farther away: %s',
    (metric) => {
      for (const dimension of [2, 4, 8, 16, 40]) {
        const random = randomFrom(dimension);
        const points = draw(4000, dimension, () => 1e5 + normal(random));
        const query = points.slice(0, dimension);
        const filter = filterOf(buildScan(points, dimension, metric));
        filter.prepare(query, 0);
        const sums = Array.from({ length: 4000 }, (_, row) =>
          sumOf(metric, query, points.subarray(row * dimension, (row + 1) * dimension)),
        ).sort((a, b) => a - b);
        const maxSum = filter.largestSum(sums[19]!);
        let count = 0;
        for (let row = 0; row < 4000; row += filter.maxRows)
          count += filter.survivors(0, row, Math.min(row + filter.maxRows, 4000), maxSum);
        expect(count).toBeGreaterThanOrEqual(20);
        expect(count, `${dimension} features`).toBeLessThan(26);
      }
    },
  );
});

describe('a filter by codes', () => {
  it('scales by the bulk of the rows when some are far out, and by all of them when they are not so far', () => {
    const random = randomFrom(5);
    const points = draw(2001, 3, () => 1e5 + normal(random));
    const withOne = (value: number) => {
      const changed = points.slice();
      changed[4000] = value;
      return codesOf(buildScan(changed, 3, 'euclidean'));
    };
    const plain = codesOf(buildScan(points, 3, 'euclidean'));
    expect(plain.isUnclamped).toBe(true);
    const wider = withOne(1e5 + 60);
    expect(wider.isUnclamped).toBe(true);
    expect(wider.scale).toBeLessThan(plain.scale / 5);
    const held = withOne(1e6);
    expect(held.isUnclamped).toBe(false);
    expect(held.scale).toBeGreaterThan(plain.scale / 2);
    expect(held.prepare(Float64Array.of(1e5, 1e5, 1e6), 0)).toBe(false);
    expect(held.prepare(Float64Array.of(1e5, 1e5, 1e5 + 1), 0)).toBe(true);
  });
});

describe('a stage', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.1 * largestCoordinate(3)])(
    'finds out that a coordinate is %s, wherever it is',
    (value) => {
      // On the first stage, at its end, on the second, and at the very end, in a partial stride.
      for (const at of [0, 3, 5, 7, 8189, 8190, 9999, 12_002]) {
        const points = draw(4001, 3, randomFrom(2));
        const scan = buildScan(points, 3, 'euclidean');
        expect(stageOf(scan).isInRange()).toBe(true);
        points[at] = value;
        expect(stageOf(scan).isInRange()).toBe(false);
        expect(() => openIndex(scan)).toThrow(ArtifactError);
        expect(() => openIndex(scan)).toThrow(`points[${at}]`);
      }
    },
  );
});

describe('searches without memory for a filter', () => {
  afterEach(() => vi.restoreAllMocks());

  const failWith = (error: Error) =>
    vi.spyOn(wasmEngine, 'Memory').mockImplementation(function fail() {
      throw error;
    });

  it('give the same answers', () => {
    const random = randomFrom(3);
    const data = buildTree(draw(5000, 4, random), 4, 'euclidean');
    const query = draw(1, 4, random);
    const expected = openIndex(data).nearest(query, 7);
    failWith(new RangeError('WebAssembly.Memory(): could not allocate memory'));
    expect(openStagedFilter(data)).toBeUndefined();
    expect(openCodeFilter(data)).toBeUndefined();
    expect(openIndex(data).nearest(query, 7)).toEqual(expected);
  });

  it('give the same answers when it is gone by the fourth query', () => {
    const random = randomFrom(4);
    const data = buildTree(draw(5000, 4, random), 4, 'euclidean');
    const queries = Array.from({ length: 6 }, () => draw(1, 4, random));
    const plain = openIndex(data, { isFiltered: false });
    const search = openIndex(data);
    failWith(new RangeError('WebAssembly.Memory(): could not allocate memory'));
    for (const query of queries) expect(search.nearest(query, 7)).toEqual(plain.nearest(query, 7));
  });

  it('do not mistake another error for that', () => {
    const error = new TypeError('no such thing');
    failWith(error);
    expect(() => openIndex(buildScan(new Float64Array(5000), 1, 'euclidean'))).toThrow(error);
  });
});

describe('codes', () => {
  afterEach(() => vi.restoreAllMocks());

  it('are computed when the fourth query comes, but at once for a large table', () => {
    const memory = vi.spyOn(wasmEngine, 'Memory');
    const search = openIndex(buildScan(new Float64Array(5000), 1, 'euclidean'));
    for (const made of [1, 1, 1, 2, 2]) {
      search.nearest(Float64Array.of(0), 1);
      expect(memory).toHaveBeenCalledTimes(made);
    }
    openIndex(buildScan(new Float64Array(2 ** 22 + 1), 1, 'euclidean'));
    expect(memory).toHaveBeenCalledTimes(4);
  });
});

describe('a walk by codes', () => {
  it.each(['euclidean', 'manhattan'] as const)(
    'tells rows at opposite ends of the codes apart: %s',
    (metric) => {
      for (const dimension of [1, 2, 3, 4, 15, 16, 64, 65]) {
        const random = randomFrom(dimension);
        const points = draw(1500, dimension, () => normal(random));
        // 20 rows each, far beyond the bulk, in every feature, on both sides.
        for (let row = 0; row < 40; row++) {
          const side = row % 2 === 0 ? 50 : -50;
          points.fill(side, row * dimension, (row + 1) * dimension);
          points[row * dimension] = side + random();
        }
        const data = buildTree(points, dimension, metric);
        expect(codesOf(data).isUnclamped).toBe(true);
        const search = openIndex(data, { isFiltered: true });
        const plain = openIndex(data, { isFiltered: false });
        for (let row = 0; row < 40; row++) {
          const query = points.slice(row * dimension, (row + 1) * dimension);
          for (const k of [3, 20, 61]) expect(search.nearest(query, k)).toEqual(plain.nearest(query, k));
        }
      }
    },
  );

  it('gives up a query that it cannot decide, and answers the next one', () => {
    const random = randomFrom(9);
    const points = draw(6000, 3, () => 2 + random());
    // More equal rows than can wait, nearer to all queries than the others.
    points.fill(0.5, 0, 3 * 3000);
    const data = buildTree(points, 3, 'euclidean');
    const search = openIndex(data, { isFiltered: true });
    const plain = openIndex(data, { isFiltered: false });
    const queries = [Float64Array.of(0.5, 0.5, 0.5), ...Array.from({ length: 20 }, () => draw(1, 3, random))];
    for (const query of [...queries, queries[0]!, ...queries]) {
      expect(search.nearest(query, 5)).toEqual(plain.nearest(query, 5));
      expect(search.nearest(query, 5, 3100)).toEqual(plain.nearest(query, 5, 3100));
    }
    // The abandoned walk does not affect later queries.
    const other = openIndex(data, { isFiltered: true });
    for (let i = 0; i < 10; i++) {
      const query = draw(1, 3, () => 2 + random());
      other.nearest(query, 5);
      search.nearest(query, 5);
      if (i >= 3) expect(search.rowsVisited).toBe(other.rowsVisited);
    }
  });

  it('visits hardly more rows than the search in double precision', () => {
    const random = randomFrom(10);
    const data = buildTree(draw(20_000, 4, random), 4, 'euclidean');
    const [search, plain] = [openIndex(data, { isFiltered: true }), openIndex(data, { isFiltered: false })];
    // A scan answers the first queries.
    for (let i = 0; i < 3; i++) {
      search.nearest(draw(1, 4, random), 10);
      expect(search.rowsVisited).toBe(20_000);
    }
    let [visited, visitedByPlain] = [0, 0];
    for (let i = 0; i < 200; i++) {
      const query = draw(1, 4, random);
      search.nearest(query, 10);
      plain.nearest(query, 10);
      visited += search.rowsVisited;
      visitedByPlain += plain.rowsVisited;
    }
    expect(visited).toBeGreaterThanOrEqual(visitedByPlain);
    expect(visited).toBeLessThan(1.1 * visitedByPlain);
  });
});

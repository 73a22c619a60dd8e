import { describe, expect, it } from 'vitest';
import { Candidates } from '../../../../lib/classifier/search/candidates.ts';
import {
  buildScan,
  buildTree,
  chooseIndex,
  openIndex,
} from '../../../../lib/classifier/search/neighbour-index.ts';
import {
  innerNodeCount,
  largestCoordinate,
  type Metric,
  type TreeIndexData,
} from '../../../../lib/classifier/search/types.ts';
import { ArtifactError, ClassifierError, TrainingError } from '../../../../lib/errors.ts';

/** A fixed sequence without a relevant period: the fractional parts of multiples of the golden ratio. */
function sequence(length: number, step = 0.618_033_988_749_895): Float64Array {
  return Float64Array.from({ length }, (_, index) => ((index + 1) * step) % 1);
}

function caught(action: () => unknown): ClassifierError {
  try {
    action();
  } catch (error) {
    if (error instanceof ClassifierError) return error;
    throw error;
  }
  throw new Error('expected an error, got none');
}

const tree = (): TreeIndexData => buildTree(sequence(300 * 3), 3, 'euclidean');

describe('building a neighbour index', () => {
  it('does not change the points, and stores each row once in the recorded order', () => {
    const points = sequence(1000 * 2);
    const before = points.slice();
    const built = buildTree(points, 2, 'manhattan');
    expect(points).toEqual(before);
    expect(Array.from(built.order).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, row) => row),
    );
    built.order.forEach((row, position) => {
      expect(built.points.slice(2 * position, 2 * position + 2)).toEqual(points.slice(2 * row, 2 * row + 2));
    });
  });

  it('records bounds that separate the rows of every inner node', () => {
    const { points, splitFeatures, splitBounds, rows, dimension } = buildTree(
      sequence(999 * 3),
      3,
      'euclidean',
    );
    const column = (low: number, high: number, feature: number) =>
      Array.from({ length: high - low }, (_, row) => points[(low + row) * dimension + feature]!);
    const check = (node: number, low: number, high: number): number => {
      if (node >= splitFeatures.length) {
        expect(high - low).toBeLessThanOrEqual(64);
        return 1;
      }
      const middle = (low + high) >>> 1;
      expect(Math.max(...column(low, middle, splitFeatures[node]!))).toBe(splitBounds[2 * node]);
      expect(Math.min(...column(middle, high, splitFeatures[node]!))).toBe(splitBounds[2 * node + 1]);
      return check(2 * node + 1, low, middle) + check(2 * node + 2, middle, high);
    };
    expect(check(0, 0, rows)).toBe(innerNodeCount(rows) + 1);
  });

  it('builds the same bytes twice', () => {
    expect(tree()).toEqual(tree());
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [1e200, '1e+200'],
  ])('refuses a point with the coordinate %s, naming row and feature', (value, printed) => {
    for (const build of [buildTree, buildScan, chooseIndex]) {
      const points = sequence(12);
      points[7] = value;
      const error = caught(() => build(points, 3, 'euclidean'));
      expect(error).toBeInstanceOf(TrainingError);
      expect(error.code).toBe('points_range');
      expect(error.message).toContain('row 2, feature 1');
      expect(error.message).toContain(`got ${printed}`);
    }
  });

  it.each([
    ['no rows', 0, 3, 'euclidean', 'at least one row'],
    ['a part of a row', 7, 3, 'euclidean', 'multiple of 3'],
    ['no features', 6, 0, 'euclidean', 'dimension'],
    ['half a feature', 6, 1.5, 'euclidean', 'dimension'],
    ['more features than an index can number', 70_000, 70_000, 'euclidean', '65535'],
    ['an unknown metric', 6, 3, 'cosine', 'euclidean or manhattan'],
  ])('refuses %s', (_, length, dimension, metric, expected) => {
    const error = caught(() => buildTree(new Float64Array(length), dimension, metric as Metric));
    expect(error.code).toBe('points_shape');
    expect(error.message).toContain(expected);
  });

  it('accepts the largest coordinates without a distance overflowing', () => {
    for (const dimension of [1, 2, 7, 70]) {
      const largest = largestCoordinate(dimension);
      const points = new Float64Array(2 * dimension).fill(largest, 0, dimension).fill(-largest, dimension);
      for (const metric of ['euclidean', 'manhattan'] as const) {
        const { rows, distances } = openIndex(buildTree(points, dimension, metric)).nearest(
          points.subarray(0, dimension),
          2,
        );
        expect(Array.from(rows)).toEqual([0, 1]);
        expect(Number.isFinite(distances[1])).toBe(true);
        expect(distances[1]).toBeGreaterThan(largest);
      }
    }
  });
});

describe('choosing an index', () => {
  it('chooses a tree for many rows of few features, which visits few of them', () => {
    const { data, visitedShare } = chooseIndex(sequence(20_000 * 2, Math.SQRT2), 2, 'euclidean');
    expect(data.kind).toBe('tree');
    expect(visitedShare).toBeLessThan(0.05);
  });

  it('chooses a scan when a tree has to visit nearly every row', () => {
    const points = new Float64Array(2000 * 40);
    let state = 1;
    for (let at = 0; at < points.length; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      points[at] = (state >>> 0) / 2 ** 32;
    }
    const { data, visitedShare } = chooseIndex(points, 40, 'euclidean');
    expect(data.kind).toBe('scan');
    expect(visitedShare).toBeGreaterThan(0.9);
  });

  it('chooses a scan for a single row', () => {
    expect(chooseIndex(Float64Array.of(1, 2), 2, 'euclidean')).toMatchObject({
      data: { kind: 'scan' },
      visitedShare: 1,
    });
  });
});

describe('opening a neighbour index', () => {
  const swapFirst = (built: TreeIndexData): TreeIndexData => {
    const splitBounds = built.splitBounds.slice();
    splitBounds[0] = built.splitBounds[1]! + 1;
    return { ...built, splitBounds };
  };
  const change = <Section extends Int32Array | Uint16Array | Float64Array>(
    section: Section,
    at: number,
    to: number,
  ) => {
    const changed = section.slice() as Section;
    changed[at] = to;
    return changed;
  };

  it.each<[string, (built: TreeIndexData) => object, string]>([
    ['an unknown kind', (built) => ({ ...built, kind: 'ball' }), 'kind'],
    ['an unknown metric', (built) => ({ ...built, metric: 'cosine' }), 'metric'],
    ['a row count that is no integer', (built) => ({ ...built, rows: 299.5 }), 'rows: expected an integer'],
    ['no features', (built) => ({ ...built, dimension: 0 }), 'dimension: expected an integer'],
    [
      'more coordinates than can be numbered',
      (built) => ({ ...built, rows: 2 ** 30, dimension: 3 }),
      'rows × dimension: expected an integer',
    ],
    ['another row count', (built) => ({ ...built, rows: 299 }), 'points: expected length 897, got 900'],
    [
      'missing points',
      (built) => ({ ...built, points: built.points.subarray(3) }),
      'points: expected length',
    ],
    [
      'NaN among the points',
      (built) => ({ ...built, points: change(built.points, 5, Number.NaN) }),
      'points[5]',
    ],
    ['a short order', (built) => ({ ...built, order: built.order.subarray(1) }), 'order: expected length'],
    ['a row beyond the last', (built) => ({ ...built, order: change(built.order, 9, 300) }), 'order[9]'],
    ['a negative row', (built) => ({ ...built, order: change(built.order, 9, -1) }), 'order[9]'],
    [
      'a row twice',
      (built) => ({ ...built, order: change(built.order, 9, built.order[8]!) }),
      'occurs twice',
    ],
    [
      'too few split features',
      (built) => ({ ...built, splitFeatures: built.splitFeatures.subarray(1) }),
      'splitFeatures',
    ],
    [
      'a feature that does not exist',
      (built) => ({ ...built, splitFeatures: change(built.splitFeatures, 2, 3) }),
      'splitFeatures[2]',
    ],
    ['too few bounds', (built) => ({ ...built, splitBounds: built.splitBounds.subarray(1) }), 'splitBounds'],
    [
      'an infinite bound',
      (built) => ({ ...built, splitBounds: change(built.splitBounds, 4, Infinity) }),
      'splitBounds[4]',
    ],
    ['bounds that cross', swapFirst, 'splitBounds of node 0'],
  ])('refuses %s and says so', (_, damage, expected) => {
    const error = caught(() => openIndex(damage(tree()) as TreeIndexData));
    expect(error).toBeInstanceOf(ArtifactError);
    expect(error.code).toBe('artifact_index');
    expect(error.message).toContain(expected);
  });

  it('searches sections that are views of one larger buffer, as in an artifact', () => {
    const built = tree();
    const bytes = new ArrayBuffer(64 + built.points.byteLength + built.order.byteLength);
    const points = new Float64Array(bytes, 64, built.points.length);
    points.set(built.points);
    const order = new Int32Array(bytes, 64 + built.points.byteLength, built.order.length);
    order.set(built.order);
    const query = Float64Array.of(0.3, 0.6, 0.1);
    expect(openIndex({ ...built, points, order }).nearest(query, 7)).toEqual(
      openIndex(built).nearest(query, 7),
    );
  });

  it('refuses a mask of the wrong length', () => {
    const error = caught(() => openIndex(tree(), { excludedRows: new Uint8Array(299) }));
    expect(error.code).toBe('query_invalid');
  });
});

describe.each(['tree', 'scan'] as const)('searching a %s', (kind) => {
  const build = kind === 'tree' ? buildTree : buildScan;
  const search = () => openIndex(build(sequence(300 * 3), 3, 'euclidean'));

  it.each<[string, number[], number, number | undefined]>([
    ['too few coordinates', [1, 2], 1, undefined],
    ['too many coordinates', [1, 2, 3, 4], 1, undefined],
    ['NaN', [1, Number.NaN, 3], 1, undefined],
    ['an infinity', [1, 2, Number.NEGATIVE_INFINITY], 1, undefined],
    ['a coordinate whose square overflows', [1, 1e300, 3], 1, undefined],
    ['a negative k', [1, 2, 3], -1, undefined],
    ['a fractional k', [1, 2, 3], 1.5, undefined],
    ['k NaN', [1, 2, 3], Number.NaN, undefined],
    ['a row to leave out that does not exist', [1, 2, 3], 1, 300],
    ['a fractional row to leave out', [1, 2, 3], 1, 0.5],
  ])('refuses %s with an error that a client may see', (_, query, k, exclude) => {
    const error = caught(() => search().nearest(Float64Array.from(query), k, exclude));
    expect(error).toMatchObject({ code: 'query_invalid', exposable: true });
    expect(error.message).toMatch(/expected .*, got /);
  });

  it('refuses a batch with a bad coordinate and names its query', () => {
    const error = caught(() => search().nearestBatch(Float64Array.of(1, 2, 3, 4, Number.NaN, 6), 1));
    expect(error.message).toContain('query 1, coordinate 1');
    expect(caught(() => search().nearestBatch(new Float64Array(4), 1)).code).toBe('query_invalid');
    expect(caught(() => search().nearestBatch(new Float64Array(6), 1, Int32Array.of(0))).code).toBe(
      'query_invalid',
    );
    expect(caught(() => search().nearestBatch(new Float64Array(3), 1, Int32Array.of(300))).code).toBe(
      'query_invalid',
    );
  });

  it('still works after it refused a query', () => {
    const opened = search();
    const query = Float64Array.of(0.5, 0.5, 0.5);
    const before = opened.nearest(query, 4);
    caught(() => opened.nearest(Float64Array.of(Number.NaN, 0, 0), 4));
    expect(opened.nearest(query, 4)).toEqual(before);
  });

  it('orders equal distances by row', () => {
    const points = Float64Array.from({ length: 200 }, (_, row) => (row % 2 === 0 ? 1 : -1));
    const { rows, distances } = openIndex(build(points, 1, 'manhattan')).nearest(Float64Array.of(0), 5);
    expect(Array.from(rows)).toEqual([0, 1, 2, 3, 4]);
    expect(Array.from(distances)).toEqual([1, 1, 1, 1, 1]);
  });

  it('orders by row when different sums of squares have the same root', () => {
    // 1 + 2⁻⁵² and 1 differ, their square roots do not: the row decides.
    const offset = 2 ** -26;
    expect(Math.sqrt(1 + offset * offset)).toBe(1);
    const points = Float64Array.of(1, offset, 1, 0);
    const { rows, distances } = openIndex(build(points, 2, 'euclidean')).nearest(Float64Array.of(0, 0), 1);
    expect(Array.from(rows)).toEqual([0]);
    expect(Array.from(distances)).toEqual([1]);
  });

  it('does not skip rows at the limit because a bound is summed in another order than their distance', () => {
    // 0.4 + 0.1 + 0.2 is 0.7, but along the splits, widest first, 0.4 + 0.2 + 0.1 is 0.7000000000000001. The
    // 128 rows at the far corner fill two leaves: once one of them has filled the answer, the other is
    // exactly at the limit.
    const corner = [0.4, 0.1, 0.2];
    expect(0.4 + 0.2 + 0.1).toBeGreaterThan(0.4 + 0.1 + 0.2);
    const points = new Float64Array(1024 * 3).map((_, at) =>
      (Math.floor(at / 3 / 128) >> (at % 3)) & 1 ? corner[at % 3]! : 0,
    );
    const opened = openIndex(build(points, 3, 'manhattan'));
    for (const ties of [1, 5, 64, 100, 127]) {
      const { rows } = opened.nearest(Float64Array.from(corner), 896 + ties);
      expect(Array.from(rows.subarray(896))).toEqual(Array.from({ length: ties }, (_, row) => row));
    }
  });

  it('reports true distances', () => {
    const points = Float64Array.of(3, 4);
    expect(openIndex(build(points, 2, 'euclidean')).nearest(Float64Array.of(0, 0), 1).distances[0]).toBe(5);
    expect(openIndex(build(points, 2, 'manhattan')).nearest(Float64Array.of(0, 0), 1).distances[0]).toBe(7);
  });

  it('pads a batch with row -1 when excluding a row leaves too few', () => {
    const opened = openIndex(build(Float64Array.of(1, 2, 3), 1, 'euclidean'));
    const { width, rows, distances } = opened.nearestBatch(Float64Array.of(1, 1), 5, Int32Array.of(-1, 0));
    expect(width).toBe(3);
    expect(Array.from(rows)).toEqual([0, 1, 2, 1, 2, -1]);
    expect(Array.from(distances)).toEqual([0, 1, 2, 1, 2, Infinity]);
  });

  it('finds nothing when every row is excluded', () => {
    const opened = openIndex(build(sequence(90), 3, 'euclidean'), {
      excludedRows: new Uint8Array(30).fill(1),
    });
    expect(opened.searchableRows).toBe(0);
    expect(opened.nearest(new Float64Array(3), 5)).toEqual({
      rows: new Int32Array(0),
      distances: new Float64Array(0),
    });
    expect(opened.nearestBatch(new Float64Array(6), 5)).toMatchObject({ queries: 2, width: 0 });
  });

  it('answers an empty batch', () => {
    expect(search().nearestBatch(new Float64Array(0), 5)).toMatchObject({ queries: 0, width: 5 });
  });

  it('counts the rows that the latest call visited', () => {
    const opened = search();
    opened.nearest(Float64Array.of(0.5, 0.5, 0.5), 1);
    const single = opened.rowsVisited;
    expect(single).toBeGreaterThan(0);
    expect(single).toBeLessThanOrEqual(300);
    if (kind === 'scan') expect(single).toBe(300);
    opened.nearestBatch(Float64Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0.5), 1);
    expect(opened.rowsVisited).toBe(2 * single);
  });
});

describe('candidates', () => {
  it('keep the best for any order of offers, and can be used again', () => {
    const candidates = new Candidates('manhattan');
    for (const wanted of [3, 8, 2]) {
      candidates.reset(wanted);
      for (let row = 0; row < 50; row++) candidates.offer(49 - row, (row * 7) % 10);
      const [rows, distances] = [new Int32Array(wanted), new Float64Array(wanted)];
      expect(candidates.drain(rows, distances, 0)).toBe(wanted);
      expect(Array.from(distances)).toEqual([0, 0, 0, 0, 0, 1, 1, 1].slice(0, wanted));
      expect(Array.from(rows)).toEqual([9, 19, 29, 39, 49, 6, 16, 26].slice(0, wanted));
    }
  });
});

import { describe, expect, it } from 'vitest';
import { encodeColumns } from '../../../lib/classifier/encode-columns.ts';
import { Encoder } from '../../../lib/classifier/encoder.ts';
import { type EncodingRecipe, SPACES } from '../../../lib/classifier/encoding-recipe.ts';
import { EncoderLearner } from '../../../lib/classifier/learn-encoder.ts';
import { type ColumnData, REQUESTS } from '../../../lib/columns/kinds.ts';
import { GAP_SCALES, NUMBER_SCALES } from '../../../lib/columns/learning.ts';
import type { RawValue } from '../../../lib/columns/storage.ts';

const COLUMNS: ColumnData[] = [
  { name: 'mass', type: 'numeric', values: Float64Array.of(1, 2, Number.NaN, 9) },
  { name: 'island', type: 'categorical', codes: Int32Array.of(0, 1, 1, -1), categories: ['Biscoe', 'Dream'] },
  { name: 'constant', type: 'numeric', values: Float64Array.of(7, 7, 7, 7) },
];
const ROWS: RawValue[][] = [
  [1, 'Biscoe', 7],
  [2, 'Dream', 7],
  [null, 'Dream', 7],
  [9, null, 7],
];
const LABELS = Int32Array.of(0, 0, 1, 1);
const RECIPES = NUMBER_SCALES.flatMap((numbers) =>
  GAP_SCALES.flatMap((gaps) => SPACES.map((space) => ({ numbers, gaps, space }))),
) satisfies EncodingRecipe[];
const learn = (recipe: EncodingRecipe, columns = COLUMNS, labels = LABELS, classCount = 2) =>
  new EncoderLearner(columns, labels, classCount).learn(recipe);
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i]!));

describe.each(RECIPES)('encoding with numbers by $numbers and gaps by $gaps in a $space space', (recipe) => {
  const encoder = learn(recipe);

  it('encodes rows one by one as it encodes the whole table', () => {
    const rows = ROWS.flatMap((row) => [...encoder.encodeRow(row)]);
    expect([...encodeColumns(encoder, COLUMNS)]).toEqual(rows);
    expect(rows).toHaveLength(4 * encoder.dimension);
    expect(rows.every(Number.isFinite)).toBe(true);
  });

  it('imputes the median for a missing number, and with class shares tells the two apart', () => {
    const [gap, median] = [null, 2].map((mass) => encoder.encodeRow([mass, 'Dream', 7]));
    if (recipe.gaps === 'median') expect(gap).toEqual(median);
    else expect(distance(gap!, median!)).toBeGreaterThan(0);
  });

  it('matches categories by name, also when another table has other codes', () => {
    const other = COLUMNS.map((column) =>
      column.type === 'categorical'
        ? { ...column, codes: Int32Array.of(2, 0, 1, -1), categories: ['Atlantis', 'Biscoe', 'Dream'] }
        : column,
    );
    expect([...encodeColumns(encoder, other)].slice(0, encoder.dimension)).toEqual([
      ...encoder.encodeRow([1, 'Dream', 7]),
    ]);
  });

  it('gives the same numbers from the data that an artifact stores', () => {
    const { features, table, map } = encoder.data;
    const stored = JSON.parse(JSON.stringify(features)) as typeof features;
    expect(encodeColumns(new Encoder({ features: stored, table, map }), COLUMNS)).toEqual(
      encodeColumns(encoder, COLUMNS),
    );
  });

  it('measures distant numbers, and refuses those whose distance would overflow', () => {
    const [mass] = encoder.features;
    const accepted = (value: number) => REQUESTS.numeric.accept(value, mass!, encoder.data.table);
    expect(accepted(-1e100)).toBe(-1e100);
    expect(encoder.encodeRow([-1e100, null, 7]).every(Number.isFinite)).toBe(true);
    for (const value of [1e300, -Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY])
      expect(accepted(value)).toMatchObject({ fault: expect.stringContaining('too large') });
  });
});

describe('the plain space', () => {
  const encoder = learn({ numbers: 'standard', space: 'plain' });

  it('learns median, mean and deviation from the values that are present', () => {
    expect(encoder.features[0]).toMatchObject({ median: 2, center: 4, nullable: true });
    expect((encoder.features[0] as { scale: number }).scale).toBeCloseTo(Math.sqrt(38 / 3), 12);
  });

  it('gives a constant column the scale 1, so that it adds nothing', () => {
    expect(encoder.features[2]).toMatchObject({ center: 7, scale: 1, nullable: false });
  });

  it('puts different categories and a missing value at distance 1 from each other', () => {
    const [a, b, gap] = ['Biscoe', 'Dream', null].map((island) => encoder.encodeRow([1, island, 7]));
    expect(distance(a!, b!)).toBeCloseTo(1, 12);
    expect(distance(a!, gap!)).toBeCloseTo(1, 12);
  });

  it('puts an unseen category at an equal distance from every known one', () => {
    const unseen = encoder.encodeRow([1, 'Atlantis', 7]);
    expect(distance(unseen, encoder.encodeRow([1, 'Biscoe', 7]))).toBe(
      distance(unseen, encoder.encodeRow([1, 'Dream', 7])),
    );
  });
});

describe('class shares', () => {
  const labels = Int32Array.from({ length: 80 }, (_, i) => (i % 4 < 2 ? 0 : 1));
  const columns: ColumnData[] = [
    { name: 'told', type: 'numeric', values: Float64Array.from(labels, (label) => (label ? Number.NaN : 3)) },
    {
      name: 'luck',
      type: 'numeric',
      values: Float64Array.from(labels, (_, i) => (i % 8 < 4 ? Number.NaN : 3)),
    },
  ];
  const encoder = learn({ numbers: 'standard', gaps: 'class_shares', space: 'plain' }, columns, labels);
  const between = (a: RawValue[], b: RawValue[]) => distance(encoder.encodeRow(a), encoder.encodeRow(b));

  it('put a missing number as far from the median as it says something about the class', () => {
    // 40 rows of one class beside ten like all: a share of 0.9 instead of 0.5.
    expect(between([3, 3], [null, 3])).toBeCloseTo((0.9 - 0.5) / 0.5, 12);
    expect(between([3, 3], [3, null])).toBeCloseTo(0, 12);
  });
});

describe('ranks', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => i ** 3);
  const columns: ColumnData[] = [{ name: 'x', type: 'numeric', values }];
  const labels = Int32Array.from(values, (_, i) => i % 2);
  const encoder = learn({ numbers: 'rank', space: 'plain' }, columns, labels);
  const at = (value: number) => encoder.encodeRow([value])[0]!;

  it('spaces values evenly for any distribution', () => {
    const [low, middle, high] = [at(100 ** 3), at(500 ** 3), at(900 ** 3)];
    expect(high - middle).toBeCloseTo(middle - low, 2);
  });

  it('ascends everywhere, also far beyond the training data', () => {
    const probes = [-1e12, -1e9, -1, 0, 0.5, 1, 1e3, 1e6, 999 ** 3, 1e9 + 1, 1e12];
    const coordinates = probes.map(at);
    expect(coordinates).toEqual(coordinates.toSorted((a, b) => a - b));
    expect(new Set(coordinates).size).toBe(probes.length);
  });
});

describe('spaces that learn from the classes', () => {
  const rows = 400;
  const noise = (i: number, salt: number) => ((Math.imul(i * 2 + salt, 2654435761) >>> 8) % 1000) / 1000;
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const columns: ColumnData[] = [
    { name: 'noise', type: 'numeric', values: Float64Array.from(labels, (_, i) => noise(i, 1)) },
    {
      name: 'signal',
      type: 'numeric',
      values: Float64Array.from(labels, (label, i) => label + noise(i, 7) / 4),
    },
  ];
  const pull = (recipe: EncodingRecipe) => {
    const encoder = learn(recipe, columns, labels);
    const origin = encoder.encodeRow([0.5, 0.5]);
    return distance(origin, encoder.encodeRow([0.5, 1])) / distance(origin, encoder.encodeRow([1, 0.5]));
  };

  it.each(NUMBER_SCALES)('give more weight to the feature that separates the classes (%s)', (numbers) => {
    const plain = pull({ numbers, space: 'plain' });
    for (const space of SPACES.slice(1)) expect(pull({ numbers, space })).toBeGreaterThan(1.5 * plain);
  });

  it('keep one direction fewer than there are classes', () => {
    expect(learn({ numbers: 'standard', space: 'discriminants' }, columns, labels).dimension).toBe(1);
    expect(learn({ numbers: 'standard', space: 'shaped' }, columns, labels).dimension).toBe(2);
  });
});

describe('a feature of many categories', () => {
  const categories = Array.from({ length: 500 }, (_, i) => `c${String(i).padStart(3, '0')}`);
  const codes = Int32Array.from({ length: 5000 }, (_, i) => i % 500);
  const labels = codes.map((code) => (code < 250 ? 0 : 1));
  const columns: ColumnData[] = [{ name: 'city', type: 'categorical', codes, categories }];
  const encoder = learn({ numbers: 'standard', space: 'plain' }, columns, labels);

  it('takes as many coordinates as classes, not as categories', () => {
    expect(encoder.dimension).toBe(2);
  });

  it('puts categories of the same class together, and unseen ones between', () => {
    const [a, b, c, unseen, gap] = ['c001', 'c002', 'c400', 'elsewhere', null].map((city) =>
      encoder.encodeRow([city]),
    );
    expect(distance(a!, b!)).toBe(0);
    expect(distance(a!, c!)).toBeGreaterThan(0.5);
    expect(distance(a!, unseen!)).toBeCloseTo(distance(c!, unseen!), 12);
    expect(gap).toEqual(unseen);
  });
});

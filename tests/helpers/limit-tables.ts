import type { ColumnData } from '../../lib/columns/kinds.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';
import { xorshift } from './xorshift.ts';

/** A table at a limit of what is accepted, made when it is asked for. */
export interface LimitTable {
  readonly what: string;
  make(): TrainingData;
}

const MILLISECONDS_OF_DAY = 86_400_000;

/** Makes a value of a column from the label's share of the classes and the column's own noise. */
type MakeColumn = (i: number, rows: number, next: () => number, labels: Int32Array) => ColumnData;

const numbers =
  (gaps = 0): MakeColumn =>
  (i, rows, next, labels) => ({
    name: `number ${i}`,
    type: 'numeric',
    values: Float64Array.from({ length: rows }, (_, row) =>
      next() < gaps ? Number.NaN : next() + (labels[row]! % 7) * (i % 5 === 0 ? 0.05 : 0),
    ),
  });

const dates: MakeColumn = (i, rows, next) => ({
  name: `date ${i}`,
  type: 'datetime',
  values: Float64Array.from({ length: rows }, () => Math.floor(next() * 1000 * MILLISECONDS_OF_DAY)),
});

const categories =
  (count: number): MakeColumn =>
  (i, rows, next, labels) => {
    const codes = Int32Array.from({ length: rows }, (_, row) =>
      next() < 0.1 ? (labels[row]! * 3) % count : Math.floor(next() * count),
    );
    const texts = Array.from({ length: count }, (_, code) => `c${String(code).padStart(5, '0')}`);
    return { name: `category ${i}`, type: 'categorical', codes, categories: texts };
  };

const equal: MakeColumn = (i, rows) => ({
  name: `number ${i}`,
  type: 'numeric',
  values: new Float64Array(rows).fill(i),
});

/** A few values, so that there are few different rows. */
const coarse: MakeColumn = (i, rows, next) => ({
  name: `number ${i}`,
  type: 'numeric',
  values: Float64Array.from({ length: rows }, () => Math.floor(next() * 3)),
});

interface Size {
  readonly rows: number;
  readonly columns: number;
  readonly classes?: number;
  /** The share of the rows that are of the first class, beside its share of the others. */
  readonly firstClass?: number;
}

function table({ rows, columns, classes = 2, firstClass = 0 }: Size, make: MakeColumn): TrainingData {
  const next = xorshift(2_463_534_242);
  const labels = Int32Array.from({ length: rows }, (_, row) =>
    row >= classes && next() < firstClass ? 0 : row % classes,
  );
  return {
    columns: Array.from({ length: columns }, (_, i) => make(i, rows, next, labels)),
    labels,
    classes: Array.from({ length: classes }, (_, label) => `class ${String(label).padStart(4, '0')}`),
    label: 'class',
    missingTokens: [],
    datasetSha256: 'a'.repeat(64),
  };
}

const limit = (what: string, size: Size, make: MakeColumn): LimitTable => ({
  what,
  make: () => table(size, make),
});

/** By name. The first three are those of the audit that asked for the bounds. */
export const LIMIT_TABLES: Readonly<Record<string, LimitTable>> = {
  categories: limit('1,000 rows, 999 columns of 32 categories', { rows: 1000, columns: 999 }, categories(32)),
  wide: limit('10,000 rows, 999 columns of numbers', { rows: 10_000, columns: 999 }, numbers()),
  equal: limit('300,000 equal rows', { rows: 300_000, columns: 4 }, equal),
  copies: limit(
    '1,000,000 rows of 81 kinds, 99.9% of them of one class',
    { rows: 1_000_000, columns: 4, classes: 3, firstClass: 0.999 },
    coarse,
  ),
  long: limit('2,000,000 rows, 2 columns of numbers', { rows: 2_000_000, columns: 2 }, numbers()),
  texts: limit(
    '100,000 rows, 100 columns of 4,000 categories',
    { rows: 100_000, columns: 100, classes: 2 },
    categories(4000),
  ),
  'texts-classes': limit(
    '100,000 rows, 100 columns of 4,000 categories, 1,000 classes',
    { rows: 100_000, columns: 100, classes: 1000 },
    categories(4000),
  ),
  classes: limit(
    '100,000 rows, 20 columns of numbers, 1,000 classes',
    { rows: 100_000, columns: 20, classes: 1000 },
    numbers(),
  ),
  gaps: limit(
    '1,000 rows, 999 columns of numbers, half of them gaps',
    { rows: 1000, columns: 999 },
    numbers(0.5),
  ),
  dates: limit('10,000 rows, 999 columns of dates', { rows: 10_000, columns: 999 }, dates),
  'few-dates': limit('1,000 rows, 999 columns of dates', { rows: 1000, columns: 999 }, dates),
  'many-categories': limit(
    '10,000 rows, 999 columns of 32 categories, 100 classes',
    { rows: 10_000, columns: 999, classes: 100 },
    categories(32),
  ),
  discriminants: limit(
    '50,000 rows, 300 columns of numbers, 300 classes',
    { rows: 50_000, columns: 300, classes: 300 },
    numbers(),
  ),
  trees: limit(
    '40,000 rows, 75 columns of numbers, 2 classes',
    { rows: 40_000, columns: 75, classes: 2 },
    numbers(),
  ),
  'trees-classes': limit(
    '20,000 rows, 60 columns of numbers, 9 classes',
    { rows: 20_000, columns: 60, classes: 9 },
    numbers(),
  ),
  'most-numbers': limit('46,000 rows, 999 columns of numbers', { rows: 46_000, columns: 999 }, numbers()),
  schema: limit(
    '2,000 rows, 999 columns of 1,000 categories',
    { rows: 2000, columns: 999 },
    categories(1000),
  ),
  'too-many-numbers': limit(
    '100,000 rows, 999 columns of numbers, of which a sample is trained on',
    { rows: 100_000, columns: 999 },
    equal,
  ),
};

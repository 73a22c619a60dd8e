import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { rowCount, takeRows } from '../../lib/columns/column-rows.ts';
import { type ColumnData, isNumbers } from '../../lib/columns/kinds.ts';

/** Uniform and normal random numbers that depend only on a seed. */
export interface Source {
  unit(): number;
  normal(): number;
  below(n: number): number;
}

export function sourceOf(seed: number): Source {
  const generator = xoroshiro128plus(seed);
  // The first words of neighbouring seeds are similar.
  for (let i = 0; i < 32; i++) generator.next();
  const unit = () => (generator.next() >>> 0) / 2 ** 32;
  let spare: number | undefined;
  // The polar method (Marsaglia and Bray, 1964), which gives two numbers at a time.
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const [x, y] = [2 * unit() - 1, 2 * unit() - 1];
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  };
  return { unit, normal, below: (n) => uniformInt(generator, 0, n - 1) };
}

/** Rows are drawn from it, independently of each other. */
export interface Population {
  readonly names: readonly string[];
  /**
   * Features in which a shift by half a standard deviation is searched: normal numbers, and numbers with skew
   * or ties.
   */
  readonly shiftable: readonly number[];
  /** Rows, by column. */
  draw(rows: number, source: Source): readonly ColumnData[];
}

type Kind = 'normal' | 'rounded' | 'lognormal' | 'exponential' | 'count' | 'zeros' | 'flag' | 'category';

/** Each makes a number from a normal one, so that columns that share part of it depend on each other. */
const SHAPES: Readonly<Record<Exclude<Kind, 'category'>, (normal: number, source: Source) => number>> = {
  normal: (z) => z,
  rounded: (z) => Math.round(z * 4) / 4,
  lognormal: (z) => Math.exp(z),
  exponential: (z, { unit }) => -Math.log(1 - unit()) + 0.1 * z,
  count: (z) => Math.max(0, Math.round(3 + 2 * z)),
  zeros: (z, { unit }) => (unit() < 0.6 ? 0 : Math.exp(z)),
  flag: (z) => (z > 0.8 ? 1 : 0),
};
const KINDS: readonly Kind[] = [
  'normal',
  'rounded',
  'lognormal',
  'exponential',
  'count',
  'zeros',
  'flag',
  'category',
];
const UNSHIFTABLE: readonly Kind[] = ['flag', 'category'];

interface Plan {
  readonly kind: Kind;
  readonly missing: number;
  /** Cumulative shares of the categories: a few frequent ones and a tail. */
  readonly cumulative: readonly number[];
}

/**
 * 4 to 20 columns of every kind, a third of them with gaps, some of them dependent. It depends only on the
 * seed.
 */
export function mixedPopulation(seed: number): Population {
  const source = sourceOf(seed);
  const width = 4 + source.below(17);
  const plans = Array.from({ length: width }, (_, i): Plan => {
    const kind = KINDS[i === 0 ? 0 : source.below(KINDS.length)]!;
    const weights = Array.from({ length: 2 + source.below(30) }, (_, rank) => 1 / (rank + 1));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let reached = 0;
    return {
      kind,
      missing: source.below(3) === 0 ? 0.2 * source.unit() : 0,
      cumulative: weights.map((weight) => (reached += weight / total)),
    };
  });
  const names = plans.map(({ kind }, i) => `${kind}_${i}`);
  return {
    names,
    shiftable: plans.flatMap(({ kind }, i) => (UNSHIFTABLE.includes(kind) ? [] : [i])),
    draw(rows, from) {
      const shared = Float64Array.from({ length: rows }, () => from.normal());
      return plans.map((plan, i) => drawColumn(names[i]!, plan, shared, from));
    },
  };
}

function drawColumn(name: string, plan: Plan, shared: Float64Array, source: Source): ColumnData {
  const isMissing = () => plan.missing > 0 && source.unit() < plan.missing;
  if (plan.kind === 'category') {
    const categories = plan.cumulative.map((_, i) => `c${String(i).padStart(2, '0')}`);
    const draw = () =>
      Math.max(
        0,
        plan.cumulative.findIndex((share) => source.unit() < share),
      );
    return {
      name,
      type: 'categorical',
      categories,
      codes: Int32Array.from(shared, () => (isMissing() ? -1 : draw())),
    };
  }
  const shape = SHAPES[plan.kind];
  const values = shared.map((z) =>
    isMissing() ? Number.NaN : shape(0.6 * z + 0.8 * source.normal(), source),
  );
  return { name, type: 'numeric', values };
}

/**
 * A real table as a population: rows are drawn with replacement, so that their values stay together and
 * repeat.
 */
export function tablePopulation(columns: readonly ColumnData[]): Population {
  const size = rowCount(columns);
  return {
    names: columns.map(({ name }) => name),
    shiftable: columns.flatMap((column, i) => (isNumbers(column) ? [i] : [])),
    draw(rows, source) {
      return takeRows(
        columns,
        Int32Array.from({ length: rows }, () => source.below(size)),
      );
    },
  };
}

/**
 * Numbers moved by half their standard deviation, whole numbers by the nearest whole number. Gaps stay gaps.
 */
export function shifted(column: ColumnData, standardDeviation: number): ColumnData {
  if (!isNumbers(column)) throw new TypeError(`${column.name}: expected numbers`);
  const isWhole = column.values.every((value) => Number.isNaN(value) || Number.isInteger(value));
  const by = isWhole ? Math.max(1, Math.round(standardDeviation / 2)) : standardDeviation / 2;
  return { ...column, values: column.values.map((value) => value + by) };
}

export function standardDeviation(column: ColumnData): number {
  if (!isNumbers(column)) throw new TypeError(`${column.name}: expected numbers`);
  const present = column.values.filter((value) => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  return Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / present.length);
}

import type { DatasetFeature } from '../dataset/parquet/read-parquet.ts';
import { Discriminants, type LinearMap } from './discriminants.ts';
import { Encoder, type EncoderData, rowCount } from './encoder.ts';
import { type EncodingRecipe, type NumberScale, usesMap } from './encoding-recipe.ts';
import { type CategoricalCode, type FeatureCode, featureWidth, type NumericCode } from './feature-code.ts';
import { informationOf } from './mutual-information.ts';
import { describeSorted, type NumberSpread, type RankTable, rankSorted } from './number-scale.ts';

/** With more categories than this, a feature is encoded by how often each class occurs with each category. */
const MAX_INDICATORS = 32;
/** The classes whose frequencies are used then: the most frequent. */
const MAX_FREQUENCY_CLASSES = 16;
/** Rows of the overall frequencies that are mixed into each category's, so that a rare one does not give its own label away. */
const PRIOR_ROWS = 10;
/** What a feature that says nothing about the class still counts. */
const LEAST_WEIGHT = 0.05;
/**
 * Encodings are learnt from at most so many rows, at even strides: beyond, medians, ranks and shares hardly change, and sorting
 * would take more memory than the rows themselves. What may be missing, and which categories there are, all rows say.
 */
const LEARNING_ROWS = 200_000;
/** Discriminants are learnt from at most so many rows, at even strides. */
const DISCRIMINANT_ROWS = 20_000;
/** Discriminants are not offered beyond: the time to find them grows with the cube. */
const MAX_DISCRIMINANT_DIMENSION = 300;
const MAX_DISCRIMINANT_CLASSES = 300;

type Column<Type extends DatasetFeature['type']> = Extract<DatasetFeature, { type: Type }>;

/** What all recipes need to know of a column of numbers. */
interface NumberFacts {
  readonly sorted: Float64Array;
  readonly spread: NumberSpread;
  rank: RankTable | undefined;
}

/**
 * Learns encoders from labelled rows, by any recipe. What recipes have in common is computed once, so that trying many on the same
 * rows is cheap.
 */
export class EncoderLearner {
  readonly #columns: readonly DatasetFeature[];
  readonly #labels: Int32Array;
  readonly #classCount: number;
  readonly #numbers: readonly (NumberFacts | undefined)[];
  /** Whether any row lacks a value, by column. */
  readonly #nullable: readonly boolean[];
  readonly #discriminants = new Map<NumberScale, Discriminants>();
  #information: readonly number[] | undefined;

  /** @param columns in feature order; `labels` class indices, in step */
  constructor(columns: readonly DatasetFeature[], labels: Int32Array, classCount: number) {
    const sample = stridden(columns, labels, LEARNING_ROWS);
    this.#columns = sample.columns;
    this.#labels = sample.labels;
    this.#classCount = classCount;
    this.#nullable = columns.map((column) =>
      column.type === 'numeric' ? column.values.some(Number.isNaN) : column.codes.includes(-1),
    );
    this.#numbers = sample.columns.map((column) => {
      if (column.type === 'categorical') return undefined;
      const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
      return { sorted, spread: describeSorted(sorted), rank: undefined };
    });
  }

  /** Whether a recipe can be learnt from these columns: discriminants have their limits. */
  offers({ numbers, space }: EncodingRecipe): boolean {
    if (!usesMap(space)) return true;
    const width = this.#plain(numbers).features.reduce((sum, code) => sum + featureWidth(code), 0);
    return width <= MAX_DISCRIMINANT_DIMENSION && this.#classCount <= MAX_DISCRIMINANT_CLASSES;
  }

  /** Learns the encoder of a recipe. */
  learn({ numbers, space }: EncodingRecipe): Encoder {
    const plain = this.#plain(numbers);
    if (space === 'plain') return new Encoder(plain);
    if (space === 'shaped' || space === 'discriminants')
      return new Encoder({ ...plain, map: this.#map(numbers, space) });
    const weights = this.#weights(space === 'information_root');
    return new Encoder({
      ...plain,
      features: plain.features.map((code, i) => ({ ...code, weight: weights[i]! })),
    });
  }

  #plain(scale: NumberScale): EncoderData {
    const parts: Float64Array[] = [];
    let length = 0;
    const place = (...arrays: Float64Array[]) => {
      const at = length;
      for (const array of arrays) {
        parts.push(array);
        length += array.length;
      }
      return at;
    };
    const features = this.#columns.map(
      (column, i): FeatureCode =>
        column.type === 'numeric'
          ? this.#numericCode(column, i, scale, place)
          : this.#categoricalCode(column, i, place),
    );
    const table = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      table.set(part, at);
      at += part.length;
    }
    return { features, table, map: null };
  }

  #numericCode(
    { name, type }: Column<'numeric'>,
    index: number,
    scale: NumberScale,
    place: (...arrays: Float64Array[]) => number,
  ): NumericCode {
    const facts = this.#numbers[index]!;
    const code = { name, type, nullable: this.#nullable[index]!, ...facts.spread, weight: 1 };
    if (scale === 'standard') return { ...code, rank: null };
    facts.rank ??= rankSorted(facts.sorted);
    const { knots, ranks, scale: rankScale } = facts.rank;
    return { ...code, rank: { at: place(knots, ranks), count: knots.length, scale: rankScale } };
  }

  #categoricalCode(
    column: Column<'categorical'>,
    index: number,
    place: (...arrays: Float64Array[]) => number,
  ): CategoricalCode {
    const { name, type } = column;
    const categories = [...column.categories];
    const code = { name, type, nullable: this.#nullable[index]!, categories, weight: 1 };
    if (categories.length <= MAX_INDICATORS) return { ...code, frequencies: null };
    const { width, rows } = this.#frequencies(column);
    return { ...code, frequencies: { at: place(rows), width } };
  }

  /** How often each class occurs with each category (Stanfill and Waltz's value difference, 1986), smoothed. */
  #frequencies({ codes, categories }: Column<'categorical'>): { width: number; rows: Float64Array } {
    const overall = new Float64Array(this.#classCount);
    for (const label of this.#labels) overall[label]! += 1 / this.#labels.length;
    const classes = [...overall.keys()]
      .sort((a, b) => overall[b]! - overall[a]! || a - b)
      .slice(0, MAX_FREQUENCY_CLASSES);
    const position = new Int32Array(this.#classCount).fill(-1);
    classes.forEach((label, at) => {
      position[label] = at;
    });
    const width = classes.length;
    const counts = new Float64Array((categories.length + 2) * width);
    const totals = new Float64Array(categories.length + 2);
    codes.forEach((code, row) => {
      const category = code < 0 ? categories.length : code;
      const at = position[this.#labels[row]!]!;
      totals[category]!++;
      if (at >= 0) counts[category * width + at]!++;
    });
    const rows = counts.map((seen, at) => {
      const prior = PRIOR_ROWS * overall[classes[at % width]!]!;
      return (seen + prior) / (totals[Math.floor(at / width)]! + PRIOR_ROWS);
    });
    return { width, rows };
  }

  #weights(isRoot: boolean): number[] {
    this.#information ??= this.#columns.map((column, i) =>
      informationOf(column, this.#numbers[i]?.sorted, this.#labels, this.#classCount),
    );
    const most = Math.max(...this.#information);
    return this.#information.map((information) => {
      const share = most > 0 ? information / most : 1;
      return LEAST_WEIGHT + (1 - LEAST_WEIGHT) * (isRoot ? Math.sqrt(share) : share);
    });
  }

  #map(scale: NumberScale, space: 'shaped' | 'discriminants'): LinearMap {
    let found = this.#discriminants.get(scale);
    if (!found) {
      const encoder = new Encoder(this.#plain(scale));
      const { columns, labels } = stridden(this.#columns, this.#labels, DISCRIMINANT_ROWS);
      found = new Discriminants(encoder.encodeColumns(columns), encoder.dimension, labels, this.#classCount);
      this.#discriminants.set(scale, found);
    }
    return space === 'shaped' ? found.shapedSpace() : found.discriminantSpace();
  }
}

/** At most `limit` rows, at even strides. */
function stridden(columns: readonly DatasetFeature[], labels: Int32Array, limit: number) {
  const rows = rowCount(columns);
  if (rows <= limit) return { columns, labels };
  const chosen = Int32Array.from({ length: limit }, (_, i) => Math.floor((i * rows) / limit));
  return { columns: takeRows(columns, chosen), labels: chosen.map((row) => labels[row]!) };
}

/** The given rows of a table. Plain loops: a typed array's `from` with a mapping collects the numbers as objects first. */
export function takeRows(columns: readonly DatasetFeature[], rows: Int32Array): readonly DatasetFeature[] {
  return columns.map((column) =>
    column.type === 'numeric'
      ? { ...column, values: gather(column.values, rows, new Float64Array(rows.length)) }
      : { ...column, codes: gather(column.codes, rows, new Int32Array(rows.length)) },
  );
}

function gather<T extends Float64Array | Int32Array>(source: T, rows: Int32Array, target: T): T {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!;
  return target;
}

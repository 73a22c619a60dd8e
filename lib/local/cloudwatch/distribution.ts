/** The statistics of any data point, whether or not its raw values are known. */
export interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** A distribution keeps up to this many distinct values exactly. */
export const MAX_DISTINCT_VALUES = 5_000;

/**
 * Each bin of a compressed distribution spans 2%. A value is replaced by the geometric middle of its bin,
 * which is at most sqrt(1.02) - 1 = 0.995% away. CloudWatch compresses with bins of the same kind (SEH-1).
 * Values are within 2^-360..2^360 (smaller ones become 0), so there are at most 2 * 360 * ln 2 / ln 1.02 =
 * 25,203 bins.
 */
const BIN_RATIO_LOG = Math.log(1.02);
const MIN_BINNED = 2 ** -360;

/**
 * Values with their counts, and their exact summary. Above MAX_DISTINCT_VALUES distinct values, the values
 * (not the summary) are rounded by less than 1%. `values` is undefined when part of the data has no raw
 * values (statistic sets) or is negative: then CloudWatch has no percentiles either.
 */
export class Distribution implements Summary {
  count = 0;
  sum = 0;
  minimum = Number.POSITIVE_INFINITY;
  maximum = Number.NEGATIVE_INFINITY;
  #values: Map<number, number> | undefined = new Map();
  #compressed = false;

  get values(): ReadonlyMap<number, number> | undefined {
    return this.#values;
  }

  get compressed(): boolean {
    return this.#compressed;
  }

  /** Adds `count` occurrences of `value`. */
  add(value: number, count = 1): void {
    this.#addSummary({ count, sum: value * count, minimum: value, maximum: value });
    this.#addValue(value, count);
  }

  /**
   * Adds data of which only the summary is known. It counts as raw when it can only be one repeated value.
   */
  addSummary(summary: Summary): void {
    this.#addSummary(summary);
    const { count, sum, minimum, maximum } = summary;
    if (minimum === maximum && sum === minimum * count) this.#addValue(minimum, count);
    else this.#values = undefined;
  }

  /** Adds the data of another distribution. */
  merge(summary: Summary, values: ReadonlyMap<number, number> | undefined, compressed = false): void {
    this.#addSummary(summary);
    if (compressed) this.#compress();
    // Almost all distributions hold one value: then the map is not needed.
    if (values !== undefined && summary.count === 1 && !compressed) this.#addValue(summary.sum, 1);
    else if (values === undefined) this.#values = undefined;
    else for (const [value, count] of values) this.#addValue(value, count);
  }

  #addSummary({ count, sum, minimum, maximum }: Summary): void {
    this.count += count;
    this.sum += sum;
    this.minimum = Math.min(this.minimum, minimum);
    this.maximum = Math.max(this.maximum, maximum);
    if (minimum < 0) this.#values = undefined;
  }

  #addValue(exact: number, count: number): void {
    if (this.#values === undefined) return;
    const value = this.#compressed ? middleOfBin(exact) : exact;
    this.#values.set(value, (this.#values.get(value) ?? 0) + count);
    if (!this.#compressed && this.#values.size > MAX_DISTINCT_VALUES) this.#compress();
  }

  #compress(): void {
    if (this.#compressed) return;
    this.#compressed = true;
    const exact = this.#values;
    if (exact === undefined) return;
    this.#values = new Map();
    for (const [value, count] of exact) this.#addValue(value, count);
  }
}

// A middle is half a bin away from either edge. Rounding errors cannot move it to another bin, so a middle
// maps to itself.
function middleOfBin(value: number): number {
  if (value < MIN_BINNED) return 0;
  return Math.exp((Math.floor(Math.log(value) / BIN_RATIO_LOG) + 0.5) * BIN_RATIO_LOG);
}

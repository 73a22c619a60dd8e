import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type BoostedTrees, LEAF } from './boosted-trees.ts';
import type { ClassTargets } from './class-targets.ts';
import { type CoordinateBins, MAX_BINS } from './coordinate-bins.ts';

export const TREES = 100;
/** Questions, at most, from a tree's root to a leaf. */
export const TREE_DEPTH = 6;
/** The share of what is still wrong that a tree corrects. */
const LEARNING_RATE = 0.1;
/** Added to the weight of a leaf's rows, so that few rows say less. */
const PENALTY = 1;
/** The weight of a leaf's rows, at least; all rows together weigh as much as they are. */
const MIN_LEAF_WEIGHT = 1.5;
/** A tree is learnt from about this share of the rows, and from one of so many coordinates. */
const ROW_SHARE = 0.8;
export const COORDINATES_TAKEN_ONE_IN = 2;
/** A gain that is only rounding. */
const MIN_GAIN = 1e-9;

/** Rows that trees are learnt from. */
export interface TreeRows extends ClassTargets {
  readonly bins: CoordinateBins;
}

/**
 * Learns trees one after the other, each from what the ones before still get wrong: gradient boosting of
 * squared errors (Friedman, 2001), each tree from a sample of rows and coordinates (Friedman, 2002), with all
 * classes' scores in each leaf. It uses only additions, products and quotients in a fixed order, so every
 * machine computes the same bits.
 *
 * @param some the rows to learn from, ascending; at least one
 */
export function learnTrees(rows: TreeRows, some: Int32Array, seed: number): BoostedTrees {
  return new Boosting(rows, some, seed).trees();
}

/** For each bin of each coordinate taken: its rows' weight, then their errors, output by output. */
type Histogram = Float64Array;

/** A question, with what it gains. */
interface Split {
  readonly coordinate: number;
  /** The last bin that goes left. */
  readonly bin: number;
}

class Boosting {
  readonly #rows: TreeRows;
  readonly #some: Int32Array;
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  /** Coordinates with more than one value; those that the tree may ask come first. */
  readonly #useful: number[];
  readonly #taken: number;
  /** Where the bins of each coordinate taken begin in a histogram, and last where they end. */
  readonly #firsts: Int32Array;
  /** The most numbers that a histogram has. */
  readonly #size: number;
  readonly #spare: Histogram[] = [];
  /** What the trees so far say, and what they get wrong, weighted; rows x outputs. */
  readonly #scores: Float64Array;
  readonly #errors: Float64Array;
  /** The rows of a tree: those of each node are side by side. */
  #order = new Int32Array(0);
  /** Room for rows that go right while others are moved. */
  readonly #moved: Int32Array;
  /** Of the rows in a node, in their order: weight and errors. */
  readonly #weightOf: Float64Array;
  readonly #errorOf: Float64Array;

  readonly #starts: number[] = [0];
  readonly #coordinates: number[] = [];
  /** Of each split, the last bin that goes left. */
  readonly #lastBins: number[] = [];
  readonly #children: number[] = [];
  readonly #leaves: number[] = [];

  constructor(rows: TreeRows, some: Int32Array, seed: number) {
    this.#rows = rows;
    this.#some = some;
    this.#generator = xoroshiro128plus(seed);
    this.#useful = rows.bins.bounds.flatMap((bounds, coordinate) => (bounds.length > 0 ? [coordinate] : []));
    this.#taken = Math.ceil(this.#useful.length / COORDINATES_TAKEN_ONE_IN);
    this.#firsts = new Int32Array(this.#taken + 1);
    this.#size = this.#taken * MAX_BINS * (1 + rows.outputs);
    this.#scores = new Float64Array(rows.targets.length);
    this.#errors = new Float64Array(rows.targets.length);
    this.#moved = new Int32Array(some.length);
    this.#weightOf = new Float64Array(some.length);
    this.#errorOf = new Float64Array(some.length * rows.outputs);
  }

  trees(): BoostedTrees {
    const { bounds } = this.#rows.bins;
    const means = this.#means();
    for (const row of this.#some) this.#scores.set(means, row * means.length);
    for (let tree = 0; tree < TREES; tree++) this.#addTree(tree === 0 ? means : undefined);
    return {
      outputs: this.#rows.outputs,
      starts: Uint32Array.from(this.#starts),
      coordinates: Uint16Array.from(this.#coordinates),
      bounds: Float32Array.from(this.#lastBins, (bin, i) => bounds[this.#coordinates[i]!]![bin]!),
      children: Uint8Array.from(this.#children),
      leaves: Float32Array.from(this.#leaves),
    };
  }

  /** The weighted mean of the targets. */
  #means(): Float64Array {
    const { targets, rowWeights, outputs } = this.#rows;
    const sums = new Float64Array(outputs);
    let weight = 0;
    for (const row of this.#some) {
      weight += rowWeights[row]!;
      for (let j = 0; j < outputs; j++) sums[j]! += rowWeights[row]! * targets[row * outputs + j]!;
    }
    return sums.map((sum) => sum / weight);
  }

  /** @param means added to the leaves, so that the trees' sum has them */
  #addTree(means?: Float64Array): void {
    const { targets, rowWeights, outputs } = this.#rows;
    for (const row of this.#some)
      for (let at = row * outputs; at < (row + 1) * outputs; at++)
        this.#errors[at] = rowWeights[row]! * (targets[at]! - this.#scores[at]!);
    this.#takeCoordinates();
    const isTaken = this.#some.map(() => Number(this.#generator.next() >>> 0 < ROW_SHARE * 2 ** 32));
    this.#order = this.#some.filter((_, i) => isTaken[i] === 1);
    const firstLeaf = this.#leaves.length;
    this.#grow({
      from: 0,
      to: this.#order.length,
      depth: 0,
      histogram: this.#counted(0, this.#order.length),
    });
    this.#starts.push(this.#coordinates.length);
    this.#some.forEach((row, i) => {
      if (isTaken[i] === 0) this.#addScores(row, firstLeaf + this.#leafOf(row) * outputs);
    });
    if (!means) return;
    for (let at = firstLeaf; at < this.#leaves.length; at++)
      this.#leaves[at] = Math.fround(this.#leaves[at]! + means[(at - firstLeaf) % outputs]!);
  }

  /** Shuffles those to be taken to the front. */
  #takeCoordinates(): void {
    for (let i = 0; i < this.#taken; i++) {
      const j = uniformInt(this.#generator, i, this.#useful.length - 1);
      [this.#useful[i], this.#useful[j]] = [this.#useful[j]!, this.#useful[i]!];
      const bins = 1 + this.#rows.bins.bounds[this.#useful[i]!]!.length;
      this.#firsts[i + 1] = this.#firsts[i]! + bins * (1 + this.#rows.outputs);
    }
  }

  /** Adds a leaf to what the trees say of a row. */
  #addScores(row: number, leaf: number): void {
    const { outputs } = this.#rows;
    for (let j = 0; j < outputs; j++) this.#scores[row * outputs + j]! += this.#leaves[leaf + j]!;
  }

  /**
   * Adds a node with all that is below it.
   *
   * @returns how the split above names it
   */
  #grow({ from, to, depth, histogram }: Node): number {
    const split = histogram && depth < TREE_DEPTH ? this.#bestSplit(histogram) : undefined;
    if (!split || !histogram) {
      if (histogram) this.#spare.push(histogram);
      return this.#addLeaf(from, to);
    }
    const middle = this.#part(from, to, split);
    const first = this.#starts.at(-1)!;
    const own = this.#coordinates.length - first;
    this.#coordinates.push(split.coordinate);
    this.#lastBins.push(split.bin);
    this.#children.push(0, 0);
    const [left, right] = this.#partsOf(histogram, { from, middle, to, depth });
    this.#children[2 * (first + own)] = this.#grow({ from, to: middle, depth: depth + 1, histogram: left });
    this.#children[2 * (first + own) + 1] = this.#grow({
      from: middle,
      to,
      depth: depth + 1,
      histogram: right,
    });
    return own;
  }

  /** The histograms of a node's children: one is counted, the other is what is left of the node's own. */
  #partsOf(
    whole: Histogram,
    { from, middle, to, depth }: { from: number; middle: number; to: number; depth: number },
  ): [Histogram | undefined, Histogram | undefined] {
    const isSplit = (rows: number) => depth + 1 < TREE_DEPTH && rows > 1;
    const isLeftSmaller = middle - from <= to - middle;
    const [small, large] = isLeftSmaller ? [middle - from, to - middle] : [to - middle, middle - from];
    if (!isSplit(large)) {
      this.#spare.push(whole);
      return [undefined, undefined];
    }
    const counted = isLeftSmaller ? this.#counted(from, middle) : this.#counted(middle, to);
    for (let at = 0; at < this.#firsts[this.#taken]!; at++) whole[at]! -= counted[at]!;
    if (!isSplit(small)) this.#spare.push(counted);
    const smaller = isSplit(small) ? counted : undefined;
    return isLeftSmaller ? [smaller, whole] : [whole, smaller];
  }

  /** The histogram of the rows in these places. */
  #counted(from: number, to: number): Histogram {
    const { bins, rowWeights, outputs } = this.#rows;
    const [weightOf, errorOf] = [this.#weightOf, this.#errorOf];
    for (let i = from; i < to; i++) {
      const row = this.#order[i]!;
      weightOf[i] = rowWeights[row]!;
      for (let j = 0; j < outputs; j++) errorOf[i * outputs + j] = this.#errors[row * outputs + j]!;
    }
    const histogram = this.#spare.pop()?.fill(0) ?? new Float64Array(this.#size);
    for (let taken = 0; taken < this.#taken; taken++) {
      const first = this.#useful[taken]! * bins.rows;
      const codes = bins.codes.subarray(first, first + bins.rows);
      if (outputs === 1) this.#countOne(histogram, codes, this.#firsts[taken]!, from, to);
      else this.#countAll(histogram, codes, this.#firsts[taken]!, from, to);
    }
    return histogram;
  }

  #countOne(histogram: Histogram, codes: Uint8Array, first: number, from: number, to: number): void {
    const [order, weightOf, errorOf] = [this.#order, this.#weightOf, this.#errorOf];
    for (let i = from; i < to; i++) {
      const at = first + 2 * codes[order[i]!]!;
      histogram[at]! += weightOf[i]!;
      histogram[at + 1]! += errorOf[i]!;
    }
  }

  #countAll(histogram: Histogram, codes: Uint8Array, first: number, from: number, to: number): void {
    const [order, weightOf, errorOf] = [this.#order, this.#weightOf, this.#errorOf];
    const { outputs } = this.#rows;
    for (let i = from, error = from * outputs; i < to; i++) {
      const at = first + (1 + outputs) * codes[order[i]!]!;
      histogram[at]! += weightOf[i]!;
      for (let j = 1; j <= outputs; j++, error++) histogram[at + j]! += errorOf[error]!;
    }
  }

  /** The question that makes errors least, if any makes them less. */
  #bestSplit(histogram: Histogram): Split | undefined {
    const entries = 1 + this.#rows.outputs;
    // Every coordinate has all rows in its bins.
    const whole = new Float64Array(entries);
    for (let at = 0; at < (this.#firsts[1] ?? 0); at++) whole[at % entries]! += histogram[at]!;
    let best: Split | undefined;
    let gain = squaresOver(whole) / (whole[0]! + PENALTY) + MIN_GAIN;
    for (let taken = 0; taken < this.#taken; taken++) {
      const bins = histogram.subarray(this.#firsts[taken]!, this.#firsts[taken + 1]!);
      const found = entries === 2 ? bestOfOne(bins, whole, gain) : bestOfAll(bins, whole, gain);
      if (!found) continue;
      gain = found.gain;
      best = { coordinate: this.#useful[taken]!, bin: found.bin };
    }
    return best;
  }

  /** Moves the rows that go left before those that go right; both keep their order. */
  #part(from: number, to: number, { coordinate, bin }: Split): number {
    const { codes, rows } = this.#rows.bins;
    const order = this.#order;
    let left = from;
    let right = 0;
    for (let i = from; i < to; i++) {
      const row = order[i]!;
      if (codes[coordinate * rows + row]! <= bin) order[left++] = row;
      else this.#moved[right++] = row;
    }
    order.set(this.#moved.subarray(0, right), left);
    return left;
  }

  #addLeaf(from: number, to: number): number {
    const { rowWeights, outputs } = this.#rows;
    const sums = new Float64Array(outputs);
    let weight = PENALTY;
    for (let i = from; i < to; i++) {
      const row = this.#order[i]!;
      weight += rowWeights[row]!;
      for (let j = 0; j < outputs; j++) sums[j]! += this.#errors[row * outputs + j]!;
    }
    const tree = this.#starts.length - 1;
    const own = this.#leaves.length / outputs - (this.#starts[tree]! + tree);
    const leaf = this.#leaves.length;
    for (const sum of sums) this.#leaves.push(Math.fround((LEARNING_RATE * sum) / weight));
    for (let i = from; i < to; i++) this.#addScores(this.#order[i]!, leaf);
    return LEAF + own;
  }

  /** The number of the leaf that a row comes to in the newest tree. */
  #leafOf(row: number): number {
    const { bins } = this.#rows;
    const first = this.#starts.at(-2)!;
    if (first === this.#coordinates.length) return 0;
    let child = 0;
    while (child < LEAF) {
      const split = first + child;
      const code = bins.codes[this.#coordinates[split]! * bins.rows + row]!;
      child = this.#children[2 * split + Number(code > this.#lastBins[split]!)]!;
    }
    return child - LEAF;
  }
}

interface Node {
  /** The places of its rows. */
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  /** Undefined where it is not to be split. */
  readonly histogram: Histogram | undefined;
}

/** The best place to part a coordinate's bins, if its gain is above this one: with one score in each bin. */
function bestOfOne(bins: Histogram, whole: Float64Array, least: number): BinSplit | undefined {
  let [weight, error, gain, bin] = [0, 0, least, -1];
  for (let at = 0; at < bins.length - 2; at += 2) {
    weight += bins[at]!;
    error += bins[at + 1]!;
    const [otherWeight, otherError] = [whole[0]! - weight, whole[1]! - error];
    if (weight < MIN_LEAF_WEIGHT || otherWeight < MIN_LEAF_WEIGHT) continue;
    const one = (error * error) / (weight + PENALTY) + (otherError * otherError) / (otherWeight + PENALTY);
    if (one <= gain) continue;
    gain = one;
    bin = at / 2;
  }
  return bin < 0 ? undefined : { gain, bin };
}

/** The same with several scores. */
function bestOfAll(bins: Histogram, whole: Float64Array, least: number): BinSplit | undefined {
  const left = new Float64Array(whole.length);
  let [gain, bin] = [least, -1];
  for (let at = 0; at < bins.length - whole.length; at += whole.length) {
    let [onLeft, onRight] = [0, 0];
    left[0]! += bins[at]!;
    for (let j = 1; j < whole.length; j++) {
      const sum = left[j]! + bins[at + j]!;
      left[j] = sum;
      onLeft += sum * sum;
      onRight += (whole[j]! - sum) ** 2;
    }
    const [weight, otherWeight] = [left[0]!, whole[0]! - left[0]!];
    if (weight < MIN_LEAF_WEIGHT || otherWeight < MIN_LEAF_WEIGHT) continue;
    const one = onLeft / (weight + PENALTY) + onRight / (otherWeight + PENALTY);
    if (one <= gain) continue;
    gain = one;
    bin = at / whole.length;
  }
  return bin < 0 ? undefined : { gain, bin };
}

interface BinSplit {
  readonly gain: number;
  /** The last bin that goes left. */
  readonly bin: number;
}

/** The sum of the squares of a bin's errors. */
function squaresOver(bin: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < bin.length; i++) sum += bin[i]! * bin[i]!;
  return sum;
}

/** A child that is a leaf: this, and the number of the leaf in its tree. */
export const LEAF = 128;

/**
 * Trees whose leaves are added up to scores. A tree asks one coordinate of a point after another whether it
 * is at most a bound, until it comes to a leaf.
 */
export interface BoostedTrees {
  /** How many scores a leaf holds. */
  readonly outputs: number;
  /**
   * Where each tree's splits begin, and last their number. The leaves of a tree are one more than its splits,
   * so those of tree t begin at starts[t] + t.
   */
  readonly starts: Uint32Array;
  /** Of each split, the coordinate that it asks for. */
  readonly coordinates: Uint16Array;
  /** Of each split, the largest value that goes left. */
  readonly bounds: Float32Array;
  /**
   * Of each split, where left and right lead: to the split of this number in the tree, which is larger than
   * its own, or from LEAF on to a leaf. A tree without splits has one leaf.
   */
  readonly children: Uint8Array;
  /** Row-major, leaves x outputs. */
  readonly leaves: Float32Array;
}

/** Adds what all trees say of a point to the scores from `at` on. */
export function addTreeScores(
  trees: BoostedTrees,
  point: Float64Array,
  scores: Float64Array,
  at: number,
): void {
  const { outputs, starts, leaves } = trees;
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    const leaf = (leafOf(trees, tree, point) + starts[tree]! + tree) * outputs;
    for (let j = 0; j < outputs; j++) scores[at + j]! += leaves[leaf + j]!;
  }
}

/** The number of the leaf that a point comes to, in its tree. */
function leafOf(
  { starts, coordinates, bounds, children }: BoostedTrees,
  tree: number,
  point: Float64Array,
): number {
  const first = starts[tree]!;
  if (first === starts[tree + 1]) return 0;
  let child = 0;
  while (child < LEAF) {
    const split = first + child;
    child = children[2 * split + Number(point[coordinates[split]!]! > bounds[split]!)]!;
  }
  return child - LEAF;
}

/**
 * Whether the parts fit each other, and every point comes to a leaf.
 *
 * @param from the number of coordinates that points have
 */
export function areSound(
  { outputs, starts, coordinates, bounds, children, leaves }: BoostedTrees,
  from: number,
): boolean {
  const trees = starts.length - 1;
  const splits = coordinates.length;
  if (trees < 1 || starts[0] !== 0 || starts[trees] !== splits) return false;
  const fits =
    bounds.length === splits &&
    children.length === 2 * splits &&
    leaves.length === (splits + trees) * outputs &&
    coordinates.every((coordinate) => coordinate < from) &&
    bounds.every(Number.isFinite);
  return fits && starts.every((start, tree) => tree === trees || isTree(children, start, starts[tree + 1]!));
}

/** Whether the splits from `first` to `end` lead down only, and to leaves of their own tree. */
function isTree(children: Uint8Array, first: number, end: number): boolean {
  const splits = end - first;
  if (splits < 0) return false;
  for (let at = 2 * first; at < 2 * end; at++) {
    const child = children[at]!;
    const own = (at >> 1) - first;
    if (child < LEAF ? child <= own || child >= splits : child - LEAF > splits) return false;
  }
  return true;
}

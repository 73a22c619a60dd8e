import type { Candidates } from './candidates.ts';
import { ExactSearch } from './exact-search.ts';
import type { TreeIndexData } from './index-data.ts';

/** A tree has at most 31 levels; each leaves at most two entries on the stack. */
const STACK_ENTRIES = 64;
/** Marks an entry that restores an offset, in place of a node. */
const RESTORE = -1;

/**
 * Walks the tree, nearer child first, and passes over a subtree when no row in it can enter the answer.
 *
 * `bound` is the incremental distance (Arya and Mount, "Algorithms for fast vector quantization", 1993): the sum over
 * the features of how far the query is outside the subtree's box. The search stays exact although the bound is
 * rounded: each term is rounded like the row's own and is no larger than it (rounding is monotonic), so only the
 * additions matter. At most 31 levels do two each, none larger than the bound itself, and a row's own sum does
 * dimension − 1, each with a relative error of 2⁻⁵³; what #certain takes off is twice what that adds up to. Additions do not
 * underflow, and coordinates are so bounded that nothing overflows.
 *
 * The walk keeps a stack of its own: a function per node would take as long as the leaves' rows do.
 */
export class TreeSearch extends ExactSearch {
  readonly #splitFeatures: Uint16Array;
  readonly #splitBounds: Float64Array;
  readonly #squared: boolean;
  readonly #certain: number;
  /** Per feature, how far the query is outside the box of the node being visited: 0 inside. */
  readonly #offsets: Float64Array;
  /** Per entry four integers: node, where its positions begin and end, and the feature that its parent splits. */
  readonly #stack = new Int32Array(4 * STACK_ENTRIES);
  /** Per entry two numbers: the node's bound, and the query's offset from it along that feature. */
  readonly #stackBounds = new Float64Array(2 * STACK_ENTRIES);

  constructor(data: TreeIndexData, excludedRows: Uint8Array | undefined) {
    super(data, excludedRows);
    this.#splitFeatures = data.splitFeatures;
    this.#splitBounds = data.splitBounds;
    this.#squared = data.metric === 'euclidean';
    this.#certain = 1 - (64 + data.dimension) * 2 ** -52;
    this.#offsets = new Float64Array(data.dimension);
  }

  protected override collect(query: Float64Array, candidates: Candidates): void {
    const { points, dimension, kernel } = this;
    const splitFeatures = this.#splitFeatures;
    const splitBounds = this.#splitBounds;
    const innerNodes = splitFeatures.length;
    const squared = this.#squared;
    const certain = this.#certain;
    const offsets = this.#offsets;
    const stack = this.#stack;
    const stackBounds = this.#stackBounds;
    let visited = 0;
    let entries = 1;
    stack[0] = 0;
    stack[1] = 0;
    stack[2] = this.rows;
    stack[3] = 0;
    stackBounds[0] = 0;
    stackBounds[1] = 0;
    while (entries > 0) {
      entries--;
      let node = stack[4 * entries]!;
      let low = stack[4 * entries + 1]!;
      let high = stack[4 * entries + 2]!;
      const parentFeature = stack[4 * entries + 3]!;
      const bound = stackBounds[2 * entries]!;
      const parentOffset = stackBounds[2 * entries + 1]!;
      if (node === RESTORE) {
        offsets[parentFeature] = parentOffset;
        continue;
      }
      if (bound * certain > candidates.limit) continue;
      if (parentOffset > offsets[parentFeature]!) {
        stack[4 * entries] = RESTORE;
        stackBounds[2 * entries + 1] = offsets[parentFeature]!;
        entries++;
        offsets[parentFeature] = parentOffset;
      }
      while (node < innerNodes) {
        const feature = splitFeatures[node]!;
        const value = query[feature]!;
        const known = offsets[feature]!;
        const fromLeft = value - splitBounds[2 * node]!;
        const fromRight = splitBounds[2 * node + 1]! - value;
        const middle = (low + high) >>> 1;
        const leftFirst = fromLeft <= fromRight;
        const left = 2 * node + 1;
        const farOffset = leftFirst ? fromRight : fromLeft;
        let farBound = bound;
        if (farOffset > known)
          farBound = squared ? bound - known * known + farOffset * farOffset : bound - known + farOffset;
        if (!(farBound * certain > candidates.limit)) {
          stack[4 * entries] = leftFirst ? left + 1 : left;
          stack[4 * entries + 1] = leftFirst ? middle : low;
          stack[4 * entries + 2] = leftFirst ? high : middle;
          stack[4 * entries + 3] = feature;
          stackBounds[2 * entries] = farBound;
          stackBounds[2 * entries + 1] = farOffset;
          entries++;
        }
        node = leftFirst ? left : left + 1;
        if (leftFirst) high = middle;
        else low = middle;
        const nearOffset = leftFirst ? fromLeft : fromRight;
        if (nearOffset > known) {
          stack[4 * entries] = node;
          stack[4 * entries + 1] = low;
          stack[4 * entries + 2] = high;
          stack[4 * entries + 3] = feature;
          stackBounds[2 * entries] = squared
            ? bound - known * known + nearOffset * nearOffset
            : bound - known + nearOffset;
          stackBounds[2 * entries + 1] = nearOffset;
          entries++;
          node = RESTORE;
          break;
        }
      }
      if (node === RESTORE) continue;
      visited += high - low;
      kernel(query, points, dimension, low, high, candidates);
    }
    this.visited += visited;
  }
}

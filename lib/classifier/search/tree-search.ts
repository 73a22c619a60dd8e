import type { Candidates } from './candidates.ts';
import { ExactSearch, type SearchToolbox } from './exact-search.ts';
import { certainShare, type TreeIndexData } from './types.ts';

/** A tree has at most 31 levels; each leaves at most two entries on the stack. */
const STACK_ENTRIES = 64;
/** Marks an entry that restores an offset, in place of a node. */
const RESTORE = -1;

/**
 * Walks the tree, nearer child first, and skips a subtree when no row in it can enter the answer.
 *
 * `bound` is the incremental distance (Arya and Mount, "Algorithms for fast vector quantization", 1993): the
 * sum over the features of the query's distance from the subtree's box. The search stays exact although the
 * bound is rounded: each term is rounded like the row's own and is no larger than it (rounding is monotonic),
 * so only the additions matter. At most 31 levels do two each, none larger than the bound itself, and a row's
 * own sum does dimension − 1, each with a relative error of 2⁻⁵³. #certain subtracts twice the sum of these
 * errors. Additions do not underflow, and coordinates are limited so that nothing overflows.
 *
 * The walk has its own stack: a function call per node would take as long as comparing the leaves' rows.
 */
export class TreeSearch extends ExactSearch {
  readonly #splitFeatures: Uint16Array;
  readonly #splitBounds: Float64Array;
  readonly #squared: boolean;
  readonly #certain: number;
  /** Per feature, the query's distance from the box of the node being visited; 0 inside. */
  readonly #offsets: Float64Array;
  /**
   * Four integers per entry: node, begin and end of its positions, and the feature that its parent splits.
   */
  readonly #stack = new Int32Array(4 * STACK_ENTRIES);
  /** Two numbers per entry: the node's bound, and the query's offset from it along that feature. */
  readonly #stackBounds = new Float64Array(2 * STACK_ENTRIES);
  #entries = 0;

  constructor(data: TreeIndexData, tools: SearchToolbox, excludedRows?: Uint8Array) {
    super(data, tools, excludedRows);
    this.#splitFeatures = data.splitFeatures;
    this.#splitBounds = data.splitBounds;
    this.#squared = data.metric === 'euclidean';
    this.#certain = certainShare(data.dimension);
    this.#offsets = new Float64Array(data.dimension);
  }

  protected override collect(query: Float64Array, candidates: Candidates): void {
    const stack = this.#stack;
    this.scan.prepare(query, 0);
    this.#entries = 0;
    this.#push(0, 0, this.rows, 0, 0, 0);
    while (this.#entries > 0) {
      const entry = --this.#entries;
      if (stack[4 * entry] === RESTORE) {
        this.#offsets[stack[4 * entry + 3]!] = this.#stackBounds[2 * entry + 1]!;
      } else if (!(this.#stackBounds[2 * entry]! * this.#certain > candidates.limit)) {
        this.#descend(entry, query, candidates);
      }
    }
  }

  /** Goes from the node of a popped entry to its nearest leaf, and pushes the farther nodes on the stack. */
  #descend(entry: number, query: Float64Array, candidates: Candidates): void {
    const splitFeatures = this.#splitFeatures;
    const splitBounds = this.#splitBounds;
    const offsets = this.#offsets;
    const innerNodes = splitFeatures.length;
    let node = this.#stack[4 * entry]!;
    let low = this.#stack[4 * entry + 1]!;
    let high = this.#stack[4 * entry + 2]!;
    const bound = this.#stackBounds[2 * entry]!;
    this.#applyOffset(entry);
    while (node < innerNodes) {
      const feature = splitFeatures[node]!;
      const value = query[feature]!;
      const known = offsets[feature]!;
      const fromLeft = value - splitBounds[2 * node]!;
      const fromRight = splitBounds[2 * node + 1]! - value;
      const middle = (low + high) >>> 1;
      const left = 2 * node + 1;
      // Inside one side's box that side's offset is negative and the other's is positive. Both are positive
      // only in the gap.
      if (fromLeft <= fromRight) {
        const farther = this.#widened(bound, known, fromRight);
        if (!(farther * this.#certain > candidates.limit))
          this.#push(left + 1, middle, high, feature, farther, fromRight);
        node = left;
        high = middle;
        if (fromLeft > known) {
          this.#push(node, low, high, feature, this.#widened(bound, known, fromLeft), fromLeft);
          return;
        }
      } else {
        const farther = this.#widened(bound, known, fromLeft);
        if (!(farther * this.#certain > candidates.limit))
          this.#push(left, low, middle, feature, farther, fromLeft);
        node = left + 1;
        low = middle;
        if (fromRight > known) {
          this.#push(node, low, high, feature, this.#widened(bound, known, fromRight), fromRight);
          return;
        }
      }
    }
    this.visited += high - low;
    this.scan.offer(query, 0, low, high, candidates);
  }

  /**
   * Sets the offset along the feature that an entry's parent splits, and pushes an entry that restores the
   * old one.
   */
  #applyOffset(entry: number): void {
    const feature = this.#stack[4 * entry + 3]!;
    const offset = this.#stackBounds[2 * entry + 1]!;
    const known = this.#offsets[feature]!;
    if (!(offset > known)) return;
    this.#offsets[feature] = offset;
    this.#push(RESTORE, 0, 0, feature, 0, known);
  }

  /** The bound of a child that lies `offset` away from the query along a feature whose offset was `known`. */
  #widened(bound: number, known: number, offset: number): number {
    if (!(offset > known)) return bound;
    return this.#squared ? bound - known * known + offset * offset : bound - known + offset;
  }

  #push(node: number, low: number, high: number, feature: number, bound: number, offset: number): void {
    const entry = this.#entries++;
    this.#stack[4 * entry] = node;
    this.#stack[4 * entry + 1] = low;
    this.#stack[4 * entry + 2] = high;
    this.#stack[4 * entry + 3] = feature;
    this.#stackBounds[2 * entry] = bound;
    this.#stackBounds[2 * entry + 1] = offset;
  }
}
